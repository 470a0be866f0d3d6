const LINE_FEED = 0x0a
const CARRIAGE_RETURN = 0x0d
/** Bytes from here on belong to characters of several bytes. */
const NOT_ASCII = 0x80
/** Smaller chunks are gathered until a line ends, because each call of the platform's decoder has a fixed cost. */
const SMALL = 48
/** The size of the buffer for gathered chunks; a longer line is decoded before it ends. */
const GATHERED = 512
const OPTIONS = { ignoreBOM: true }

/**
 * "UTF-8 decode" of the Encoding standard, chunk by chunk. The text does not depend on how the bytes are split into
 * chunks. A byte order mark stays in the text; the parser removes it at the start of the stream.
 */
export class Utf8Decoder {
  /** Whether the latest text is known to have as many bytes as UTF-16 code units: all of it is ASCII, or invalid. */
  isAscii = true
  /** For chunks that start and end with a whole character: faster without `stream`. */
  private whole: TextDecoder | undefined
  /** For all other chunks: keeps the bytes of a character that is split between chunks. */
  private streaming: TextDecoder | undefined
  /** Whether the last byte was not ASCII, so that a character may be incomplete. */
  private isCut = false
  /** Small chunks whose line has not ended yet. */
  private gathered: Uint8Array | undefined
  private length = 0

  /**
   * @param chunk - the next bytes, which are not kept by reference
   * @returns the text up to the end of the chunk or of a line; empty while small chunks are gathered
   */
  decode(chunk: Uint8Array): string {
    this.isAscii = true
    return chunk.length < SMALL ? this.gather(chunk) : this.take(this.length) + this.toText(chunk)
  }

  /** Ends the stream. An incomplete character at the end counts as invalid. */
  flush(): string {
    return this.take(this.length) + (this.isCut ? this.streaming!.decode() : '')
  }

  private gather(chunk: Uint8Array): string {
    const gathered = (this.gathered ??= new Uint8Array(GATHERED))
    let length = this.length
    let end = 0
    for (let i = 0; i < chunk.length; i++) {
      const byte = chunk[i]!
      gathered[length++] = byte
      if (byte === LINE_FEED || byte === CARRIAGE_RETURN) end = length
    }
    this.length = length
    return this.take(length > GATHERED - SMALL ? length : end)
  }

  private take(end: number): string {
    if (end === 0) return ''
    const gathered = this.gathered!
    const text = this.toText(gathered.subarray(0, end))
    gathered.copyWithin(0, end, this.length)
    this.length -= end
    return text
  }

  private toText(bytes: Uint8Array): string {
    const { length } = bytes
    const wasCut = this.isCut
    this.isCut = bytes[length - 1]! >= NOT_ASCII
    const stream = wasCut || this.isCut
    const decoder = stream
      ? (this.streaming ??= new TextDecoder('utf-8', OPTIONS))
      : (this.whole ??= new TextDecoder('utf-8', OPTIONS))
    // Always passed, to keep one object shape.
    const text = decoder.decode(bytes, { stream })
    if (stream || text.length !== length) this.isAscii = false
    return text
  }
}
