import * as fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import type { EventStreamMessage, EventStreamMessageInit } from '../../src/event-stream/message.js'
import { encodeComment, encodeMessage } from '../../src/event-stream/encoder.js'
import { Utf8Decoder } from '../../src/event-stream/utf8-decoder.js'
import { parseByTheBook, type Happening } from './reference-parser.js'
import { cutAt, inChunksOf, run } from './run.js'

/** Half a character has no bytes in UTF-8. */
const wellFormed = (whole: string): string => whole.replaceAll(/\p{Surrogate}/gu, '\uFFFD')

const lineEnd = fc.constantFrom('\n', '\r', '\r\n')
const awkward = fc.constantFrom(
  '\0',
  '\uFEFF',
  '\u2028',
  '\u0085',
  ' ',
  '\t',
  ':',
  'é',
  '€',
  '漢',
  '💩',
  '\uFFFD',
  'a',
  '',
)
const text = fc.array(fc.oneof(awkward, fc.string({ maxLength: 12 })), { maxLength: 4 }).map((parts) => parts.join(''))
const long = fc.integer({ min: 40, max: 3000 }).map((length) => '0123456789'.repeat(length / 10))
const value = fc.oneof({ weight: 6, arbitrary: text }, { weight: 1, arbitrary: long })
const digits = fc.oneof(
  fc.nat().map(String),
  fc.constantFrom('', '0', '007', '9007199254740992', '9'.repeat(30), '+1', '1.5'),
)
const name = fc.constantFrom('data', 'event', 'id', 'retry', 'Data', 'dat', 'datas', 'events', 'i', 'idx', '__proto__')
const field = fc
  .tuple(name, fc.constantFrom(':', ': ', ':  ', '', ' :', '\uFEFF:'), value, digits)
  .map(([fieldName, colon, content, number]) => {
    if (colon === '') return fieldName
    return fieldName + colon + (fieldName === 'retry' ? number : content)
  })
const dataField = fc.tuple(fc.constantFrom('data:', 'data: '), value).map((parts) => parts.join(''))
const line = fc.oneof(
  { weight: 4, arbitrary: dataField },
  { weight: 4, arbitrary: field },
  { weight: 4, arbitrary: fc.constant('') },
  { weight: 1, arbitrary: value.map((content) => `:${content}`) },
  { weight: 1, arbitrary: value },
)
const stream = fc
  .tuple(
    fc.constantFrom('', '', '', '\uFEFF', '\uFEFF\uFEFF'),
    fc.array(fc.tuple(line, lineEnd), { maxLength: 30 }),
    line,
  )
  .map(([start, lines, last]) => start + lines.flat().join('') + last)

const garbage = fc.uint8Array({ maxLength: 6 })
const byteStream = fc
  .array(
    fc.oneof({ weight: 5, arbitrary: stream.map((part) => Buffer.from(part)) }, { weight: 1, arbitrary: garbage }),
    { maxLength: 4 },
  )
  .map((parts) => new Uint8Array(Buffer.concat(parts)))
const places = fc.array(fc.nat(), { maxLength: 12 })

describe('the parser and the reference parser report the same', () => {
  it('for bytes, however they are cut', () => {
    fc.assert(
      fc.property(byteStream, places, (bytes, borders) => {
        const expected = parseByTheBook(bytes)
        expect(run([bytes])).toEqual(expected)
        expect(run(cutAt(borders, bytes))).toEqual(expected)
        expect(run(inChunksOf(1, bytes))).toEqual(expected)
        expect(run(inChunksOf(7, bytes))).toEqual(expected)
      }),
      { numRuns: 2000 },
    )
  })

  it('for strings, however they are cut', () => {
    fc.assert(
      fc.property(stream, places, (whole, borders) => {
        const expected = parseByTheBook(whole)
        expect(run([whole])).toEqual(expected)
        expect(run(cutAt(borders, whole))).toEqual(expected)
        expect(run(inChunksOf(1, whole))).toEqual(expected)
      }),
      { numRuns: 2000 },
    )
  })

  it('for strings and bytes by turns', () => {
    fc.assert(
      fc.property(stream, places, (whole, borders) => {
        const chunks = cutAt(borders, wellFormed(whole))
        // Half a character at the end of a string has no bytes.
        fc.pre(chunks.every((chunk) => wellFormed(chunk) === chunk))
        const mixed = chunks.map((chunk, index) => (index % 2 === 0 ? chunk : new Uint8Array(Buffer.from(chunk))))
        expect(run(mixed)).toEqual(parseByTheBook(whole))
      }),
      { numRuns: 500 },
    )
  })

  it('without onComment, the same except for comments', () => {
    fc.assert(
      fc.property(byteStream, places, (bytes, borders) => {
        const expected = parseByTheBook(bytes).filter(({ kind }) => kind !== 'comment')
        expect(run(cutAt(borders, bytes), { onComment: undefined })).toEqual(expected)
      }),
      { numRuns: 500 },
    )
  })
})

/** The outcome with a limit: what was reported, then the error, if any. */
function runLimited(chunks: Iterable<Uint8Array | string>, maxEventSize: number): (Happening | 'too large')[] {
  let isTooLarge = false
  const onError = (): void => {
    isTooLarge = true
  }
  const happenings = run(chunks, { maxEventSize, onError })
  return isTooLarge ? [...happenings, 'too large'] : happenings
}

describe('a limit', () => {
  it('is exceeded or not, regardless of how the stream is cut', () => {
    fc.assert(
      fc.property(stream, places, fc.integer({ min: 1, max: 80 }), (raw, borders, maxEventSize) => {
        // Ends with a line end: with tiny chunks, a few hundred bytes of an unfinished line may not be counted yet.
        const whole = `${wellFormed(raw)}\n`
        const bytes = new Uint8Array(Buffer.from(whole))
        const expected = runLimited([bytes], maxEventSize)
        expect(runLimited(cutAt(borders, bytes), maxEventSize)).toEqual(expected)
        expect(runLimited(inChunksOf(1, bytes), maxEventSize)).toEqual(expected)
        const expectedOfText = runLimited([whole], maxEventSize)
        expect(runLimited(cutAt(borders, whole), maxEventSize)).toEqual(expectedOfText)
        expect(runLimited(inChunksOf(1, whole), maxEventSize)).toEqual(expectedOfText)
      }),
      { numRuns: 1000 },
    )
  })
})

describe('the UTF-8 decoder', () => {
  it('decodes chunks as the platform decodes the whole', () => {
    const lumps = fc.array(
      fc.oneof(
        garbage,
        text.map((part) => Buffer.from(part)),
      ),
      { maxLength: 6 },
    )
    fc.assert(
      fc.property(lumps, places, (parts, borders) => {
        const bytes = new Uint8Array(Buffer.concat(parts))
        for (const chunks of [cutAt(borders, bytes), [...inChunksOf(1, bytes)]]) {
          const decoder = new Utf8Decoder()
          const decoded = chunks.map((chunk) => decoder.decode(chunk)).join('') + decoder.flush()
          expect(decoded).toBe(new TextDecoder('utf-8', { ignoreBOM: true }).decode(bytes))
        }
      }),
      { numRuns: 2000 },
    )
  })
})

describe('encoded text is read back', () => {
  const content = value.map((part) => wellFormed(part))
  const oneLine = content.map((part) => part.replaceAll(/[\r\n]/g, ''))
  const event = oneLine.filter((part) => part !== '')
  const id = oneLine.map((part) => part.replaceAll('\0', ''))
  const retry = fc.maxSafeNat()

  it('as the same message', () => {
    const message: fc.Arbitrary<EventStreamMessage> = fc.record({ event, data: content, id })
    fc.assert(
      fc.property(message, places, (given, borders) => {
        const read = run(cutAt(borders, new Uint8Array(Buffer.from(encodeMessage(given)))))
        const expected = { ...given, data: given.data.replaceAll(/\r\n?/g, '\n') }
        expect(read).toEqual([{ kind: 'event', message: expected }])
      }),
      { numRuns: 1000 },
    )
  })

  it('with any of its fields left out', () => {
    const fields = fc.record({ event, data: content, id, retry }, { requiredKeys: ['data'] })
    const fieldsWithoutData = fc.record({ id, retry }, { requiredKeys: ['id'] })
    fc.assert(
      fc.property(fc.oneof(fields, fieldsWithoutData), (given: EventStreamMessageInit) => {
        const expected: Happening[] = []
        if (given.retry !== undefined) expected.push({ kind: 'retry', reconnectionTime: given.retry })
        if (given.data !== undefined) {
          const data = given.data.replaceAll(/\r\n?/g, '\n')
          expected.push({ kind: 'event', message: { event: given.event ?? 'message', data, id: given.id } })
        } else if (given.id !== undefined) expected.push({ kind: 'id', id: given.id })
        expect(run([encodeMessage(given)])).toEqual(expected)
      }),
      { numRuns: 1000 },
    )
  })

  it('as comments', () => {
    fc.assert(
      fc.property(content, (given) => {
        const expected = given.split(/\r\n|\r|\n/).map((comment): Happening => ({ kind: 'comment', text: comment }))
        expect(run([encodeComment(given)])).toEqual(expected)
      }),
      { numRuns: 500 },
    )
  })
})
