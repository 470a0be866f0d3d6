const LINE_FEED = 0x0a
const CARRIAGE_RETURN = 0x0d
/** Bytes from here on belong to characters of more than one byte. */
const NOT_ASCII = 0x80

/**
 * Chunks below this are gathered until a line ends: calling the platform's decoder costs as much as some hundred bytes.
 */
const SMALL = 48
/** A line of small chunks that is longer than this is decoded before it ends. */
const GATHERED = 512
const OPTIONS = { ignoreBOM: true }
const STREAM = { stream: true }

/**
 * "UTF-8 decode" of the Encoding standard, chunk by chunk: the same text for every way to cut the same bytes. The byte
 * order mark is left in the text, for the one who knows where the stream begins.
 */
export class Utf8Decoder {
  readonly #onText: (text: string, isAscii: boolean) => void
  /** For bytes that begin and end with a whole character: without `stream`, Node 20 and 22 are 7 times as fast. */
  #whole: TextDecoder | undefined
  /** For the others: it keeps the bytes of a character that a chunk has cut. */
  #streaming: TextDecoder | undefined
  /** The last byte was not ASCII: a character may have been cut behind it. */
  #isCut = false
  #isDense = false
  /** Whether what was decoded last has as many characters as bytes. */
  #isAscii = true
  /** The small chunks since the last line end. */
  #gathered: Uint8Array | undefined
  #length = 0

  /** @param onText - takes each piece of the text, and whether it has no character but ASCII */
  constructor(onText: (text: string, isAscii: boolean) => void) {
    this.#onText = onText
  }

  /** @param chunk - the next bytes; nothing of them is kept by reference */
  push(chunk: Uint8Array): void {
    if (chunk.length < SMALL && (this.#length > 0 || chunk[chunk.length - 1] !== LINE_FEED)) {
      return this.#gather(chunk)
    }
    this.#take(this.#length)
    const text = this.#toText(chunk)
    this.#onText(text, this.#isAscii)
  }

  /** Ends the stream: a character that was cut never becomes whole, so it counts as invalid. */
  flush(): void {
    this.#take(this.#length)
    if (this.#isCut) this.#onText(this.#streaming!.decode(), (this.#isCut = false))
  }

  #gather(chunk: Uint8Array): void {
    const gathered = (this.#gathered ??= new Uint8Array(GATHERED))
    let length = this.#length
    let end = 0
    for (let i = 0; i < chunk.length; i++) {
      const byte = chunk[i]!
      gathered[length++] = byte
      if (byte === LINE_FEED || byte === CARRIAGE_RETURN) end = length
    }
    this.#length = length
    this.#take(length > GATHERED - SMALL ? length : end)
  }

  #take(end: number): void {
    if (end === 0) return
    const gathered = this.#gathered!
    const text = this.#toText(gathered.subarray(0, end))
    gathered.copyWithin(0, end, this.#length)
    this.#length -= end
    this.#onText(text, this.#isAscii)
  }

  #toText(bytes: Uint8Array): string {
    const wasCut = this.#isCut
    const { length } = bytes
    this.#isCut = bytes[length - 1]! >= NOT_ASCII
    let text
    if (wasCut || this.#isCut || this.#isDense) {
      text = (this.#streaming ??= new TextDecoder('utf-8', OPTIONS)).decode(bytes, STREAM)
    } else {
      text = (this.#whole ??= new TextDecoder('utf-8', OPTIONS)).decode(bytes)
      // Where most characters are not ASCII, it is the other way round: with `stream`, they are twice as fast.
      this.#isDense = text.length * 4 < length * 3
    }
    this.#isAscii = text.length === length && !wasCut
    return text
  }
}
