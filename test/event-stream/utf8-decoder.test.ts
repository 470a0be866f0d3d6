import { expect, test } from 'vitest'
import { Utf8Decoder } from '../../src/event-stream/utf8-decoder.js'
import { Utf8Decoder as LeanDecoder } from '../../src/event-stream/utf8-decoder.lean.js'

test.each([
  ['full', Utf8Decoder],
  ['lean', LeanDecoder],
])('the end of a character from the chunk before is not ASCII, even if the lengths agree (%s)', (_, Decoder) => {
  const decoder = new Decoder()
  const text = [[0xc3], [0xa9, 0x0a]].map((bytes) => decoder.decode(Uint8Array.from(bytes))).join('')
  expect([text, decoder.isAscii]).toEqual(['é\n', false])
})
