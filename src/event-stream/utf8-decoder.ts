/** "UTF-8 decode" of the Encoding standard, chunk by chunk: the same text for every way to cut the same bytes. */
export class Utf8Decoder {
  #decoder: TextDecoder | undefined
  /** The first bytes of a character that the last chunk cut; copied, since the caller may reuse its buffer. */
  #held = new Uint8Array(0)

  /**
   * @param chunk - the next bytes of the stream; not kept
   * @returns the text of all characters that are complete by now; one U+FFFD for every invalid sequence
   */
  decode(chunk: Uint8Array): string {
    let bytes = chunk
    if (this.#held.length > 0) {
      bytes = new Uint8Array(this.#held.length + chunk.length)
      bytes.set(this.#held)
      bytes.set(chunk, this.#held.length)
    }
    const complete = completeLength(bytes)
    this.#held = bytes.slice(complete)
    return this.#decodeWhole(bytes.subarray(0, complete))
  }

  /** Ends the stream: a character that was cut never becomes whole, so it counts as invalid. */
  flush(): string {
    const held = this.#held
    this.reset()
    return held.length > 0 ? this.#decodeWhole(held) : ''
  }

  /** Forgets a character that was cut. */
  reset(): void {
    this.#held = new Uint8Array(0)
  }

  #decodeWhole(bytes: Uint8Array): string {
    // Made when first needed: a parser of strings needs none, and some platforms have none.
    // ignoreBOM keeps the byte order mark in the text: who reads the text knows where the stream begins.
    return (this.#decoder ??= new TextDecoder('utf-8', { ignoreBOM: true })).decode(bytes)
  }
}

/** How many of the bytes can be decoded now: all but a character at the end that lacks bytes still to come. */
function completeLength(bytes: Uint8Array): number {
  const { length } = bytes
  for (let count = 1; count <= Math.min(3, length); count++) {
    const byte = bytes[length - count]!
    if (byte < 0x80) break
    // A lead byte, and `count` bytes of its character are here. That an invalid one is held back too does no harm.
    if (byte >= 0xc0) return count < sequenceLength(byte) ? length - count : length
  }
  return length
}

function sequenceLength(leadByte: number): number {
  if (leadByte >= 0xf0) return 4
  return leadByte >= 0xe0 ? 3 : 2
}
