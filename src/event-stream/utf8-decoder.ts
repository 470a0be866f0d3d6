const LINE_FEED = 0x0a
const CARRIAGE_RETURN = 0x0d
const COLON = 0x3a
const R = 0x72
/** Bytes from here on belong to characters of more than one byte. */
const NOT_ASCII = 0x80
/**
 * Chunks below this are gathered until a line ends that may be heard at once: a blank one, a comment, `retry`. Calling the
 * platform's decoder costs as much as some hundred bytes.
 */
const SMALL = 48
/** So many bytes are gathered at most: a line that is longer is decoded before it ends. */
const GATHERED = 512
const OPTIONS = { ignoreBOM: true }
const STREAM = { stream: true }

/**
 * "UTF-8 decode" of the Encoding standard, chunk by chunk: the same text for every way to cut the same bytes. The byte
 * order mark is left in the text, for the one who knows where the stream begins.
 */
export class Utf8Decoder {
  /** The latest text is known to have as many bytes as UTF-16 code units: all of it is ASCII, or invalid. */
  isAscii = true
  /** For bytes that begin and end with a whole character: without `stream`, Node 20 and 22 are 7 times as fast. */
  #whole: TextDecoder | undefined
  /** For the others: it keeps the bytes of a character that a chunk has cut. */
  #streaming: TextDecoder | undefined
  /** The last byte was not ASCII: a character may have been cut behind it. */
  #isCut = false
  /** Most characters were not ASCII: for such bytes it is the other way round, with `stream` they are twice as fast. */
  #isDense = false
  /** The small chunks that wait for such a line. */
  #gathered: Uint8Array | undefined
  #length = 0
  /** Where the last line begins in them; before them, where nobody knows how it begins. */
  #lineStart = -1

  /**
   * @param chunk - the next bytes; nothing of them is kept by reference
   * @param room - how many bytes may be gathered before somebody must look at them
   * @returns the text up to their end, or nothing while small chunks are gathered
   */
  decode(chunk: Uint8Array, room: number): string {
    if (chunk.length < SMALL) return this.#gather(chunk, room)
    const gathered = this.#takeAll()
    const wasAscii = gathered === '' || this.isAscii
    const text = this.#toText(chunk)
    this.isAscii &&= wasAscii
    return gathered + text
  }

  /** Ends the stream: a character that was cut never becomes whole, so it counts as invalid. */
  flush(): string {
    return this.#takeAll() + (this.#isCut ? this.#streaming!.decode() : '')
  }

  #takeAll(): string {
    this.#lineStart = -1
    return this.#take(this.#length)
  }

  #gather(chunk: Uint8Array, room: number): string {
    const gathered = (this.#gathered ??= new Uint8Array(GATHERED))
    let length = this.#length
    let lineStart = this.#lineStart
    let isHeard = false
    for (let i = 0; i < chunk.length; i++) {
      const byte = chunk[i]!
      gathered[length++] = byte
      if (byte === LINE_FEED || byte === CARRIAGE_RETURN) {
        const first = gathered[lineStart]
        isHeard ||= lineStart < 0 || first === byte || first === COLON || first === R
        lineStart = length
      }
    }
    this.#length = length
    this.#lineStart = lineStart
    if (length > room || length > GATHERED - SMALL) return this.#takeAll()
    return isHeard ? this.#take(lineStart) : ''
  }

  #take(end: number): string {
    if (end === 0) return ''
    const gathered = this.#gathered!
    const text = this.#toText(gathered.subarray(0, end))
    gathered.copyWithin(0, end, this.#length)
    this.#length -= end
    this.#lineStart -= end
    return text
  }

  #toText(bytes: Uint8Array): string {
    const { length } = bytes
    const wasCut = this.#isCut
    this.#isCut = bytes[length - 1]! >= NOT_ASCII
    const text =
      wasCut || this.#isCut || this.#isDense
        ? (this.#streaming ??= new TextDecoder('utf-8', OPTIONS)).decode(bytes, STREAM)
        : (this.#whole ??= new TextDecoder('utf-8', OPTIONS)).decode(bytes)
    this.isAscii = text.length === length
    this.#isDense = text.length * 4 < length * 3
    return text
  }
}
