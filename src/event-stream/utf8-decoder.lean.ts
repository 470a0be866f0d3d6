import type { Utf8Decoder as Full } from './utf8-decoder.js'

/** The same in fewer bytes: in browsers, the platform's decoder alone is fast enough. */
export class Utf8Decoder implements Pick<Full, 'isAscii' | 'decode' | 'flush'> {
  isAscii = true
  private readonly platform = new TextDecoder('utf-8', { ignoreBOM: true })
  private isCut = false

  decode(chunk: Uint8Array): string {
    const text = this.platform.decode(chunk, { stream: true })
    const wasCut = this.isCut
    this.isCut = chunk[chunk.length - 1]! > 0x7f
    this.isAscii = !wasCut && text.length === chunk.length
    return text
  }

  flush(): string {
    return this.platform.decode()
  }
}
