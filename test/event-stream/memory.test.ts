import { setFlagsFromString } from 'node:v8'
import { runInNewContext } from 'node:vm'
import { describe, expect, it } from 'vitest'
import { createParser } from '../../src/event-stream/parser.js'
import { readEvents } from '../../src/answer/read-events.js'

setFlagsFromString('--expose-gc')
const collectGarbage = runInNewContext('gc') as () => void

function heapUsed(): number {
  for (let i = 0; i < 3; i++) collectGarbage()
  return process.memoryUsage().heapUsed
}

const MIB = 1024 * 1024
const bytes = (text: string): Uint8Array => new TextEncoder().encode(text)

describe('memory', () => {
  it('of an idle parser that has read an event is at most 640 bytes', () => {
    const onEvent = (): void => {}
    const chunk = bytes('event: price\nid: 1234\ndata: {"symbol":"ACME","bid":100.25,"ask":101.5}\n\n')
    const makeMany = () =>
      Array.from({ length: 10_000 }, () => {
        const parser = createParser({ onEvent })
        parser.push(chunk)
        return parser
      })
    makeMany()
    const before = heapUsed()
    const parsers = makeMany()
    expect((heapUsed() - before) / parsers.length).toBeLessThanOrEqual(640)
  })

  it('of a kept ID does not include its chunk, because a connection keeps the ID', () => {
    const kept: unknown[] = []
    const ids: string[] = []
    const id = 'id: c0ffee00-0000-4000-8000-000000000000\n'
    const chunk = bytes(`${id}data: ${'k'.repeat(60_000)}\n\n${id}\n`)
    const before = heapUsed()
    for (let i = 0; i < 500; i++) {
      createParser({ onId: (own) => ids.push(own), onEvent: (message) => kept.push(message.id) }).push(chunk)
    }
    expect((heapUsed() - before) / 500).toBeLessThan(1000)
    expect([kept.length, ids.length]).toEqual([500, 500])
  })

  it('of a block is that of its lines, whatever is between them', () => {
    const parser = createParser({ onEvent: () => {} })
    const before = heapUsed()
    // The first chunk ends with a line end, the second one within a line, which the next one continues.
    const chunks = ['\n', '\nunfinished'].map((end) => `z\ndata: 0123456789abcdef\n:${'c'.repeat(80_000)}${end}`)
    for (let i = 0; i < 250; i++) for (const chunk of chunks) parser.push(i % 2 === 0 ? chunk : bytes(chunk))
    expect((heapUsed() - before) / 500).toBeLessThan(8000)
    parser.end()
  })

  it('of an unfinished line does not include its chunk', () => {
    const parsers = Array.from({ length: 200 }, () => createParser({ onEvent: () => {} }))
    const chunk = bytes(`:${'c'.repeat(80_000)}\ndata: not at its end yet`)
    const before = heapUsed()
    for (const parser of parsers) parser.push(chunk)
    expect((heapUsed() - before) / parsers.length).toBeLessThan(8000)
    for (const parser of parsers) parser.end()
  })

  it('of the last event ID does not include its chunk', () => {
    const parsers = Array.from({ length: 200 }, () => createParser({ onEvent: () => {} }))
    const before = heapUsed()
    const id = 'c0ffee00-0000-4000-8000-000000000000'
    for (const parser of parsers) {
      parser.push(`id: ${id}\n\nevent: ${id}\nid: ${id}\n:${'c'.repeat(100_000)}\n`.padEnd(110_000, '\n'))
      parser.push(`event: ${id}\nid: ${id}\n:${'c'.repeat(100_000)}\n`)
    }
    expect((heapUsed() - before) / parsers.length).toBeLessThan(2000)
  })

  it('of ignored lines is 0, however long they are', () => {
    const parsers = [bytes(':'), bytes('unknown: '), bytes('retryretry: ')].map((start) => {
      const parser = createParser({ onEvent: () => {} })
      parser.push(start)
      return parser
    })
    const before = heapUsed()
    for (const parser of parsers) for (let i = 0; i < 160; i++) parser.push(new Uint8Array(64 * 1024).fill(0x78))
    expect(heapUsed() - before).toBeLessThan(MIB)
    for (const parser of parsers) parser.end()
  })

  it('for an event of 10 MiB peaks at 2.5 times its size, and is freed', () => {
    const piece = new Uint8Array(64 * 1024).fill(0x78)
    let length = 0
    const parser = createParser({
      onEvent: ({ data }) => {
        length = data.length
      },
    })
    const before = heapUsed()
    parser.push('data: ')
    for (let i = 0; i < 160; i++) parser.push(piece)
    parser.push('\n\n')
    expect(process.memoryUsage().heapUsed - before).toBeLessThan(25 * MIB)
    expect(length).toBe(10 * MIB)
    expect(heapUsed() - before).toBeLessThan(MIB)
    parser.reset()
  })

  it.each([
    { kind: 'strings', piece: 'data\n' },
    { kind: 'bytes', piece: bytes('data:x\n') },
  ])('of an event is bounded, however small its pieces are ($kind)', ({ piece }) => {
    const parser = createParser({ onEvent: () => {} })
    const before = heapUsed()
    for (let i = 0; i < MIB; i++) parser.push(piece)
    expect(heapUsed() - before).toBeLessThan(8 * MIB)
    parser.reset()
  })

  it('of an event that is too large is freed at once', () => {
    const parser = createParser({ onEvent: () => {}, onError: () => {} })
    const before = heapUsed()
    for (let i = 0; i < 20; i++) parser.push(`data: ${'x'.repeat(MIB)}\n`)
    expect(heapUsed() - before).toBeLessThan(MIB)
    parser.reset()
  })

  it('readEvents keeps the memory of one chunk, however many have been read', async () => {
    const chunk = bytes(`data: ${'x'.repeat(60_000)}\n\n`)
    const body = new ReadableStream<Uint8Array>({ pull: (controller) => controller.enqueue(chunk) })
    const events = readEvents(new Response(body, { headers: { 'content-type': 'text/event-stream' } }))
    const before = heapUsed()
    // oxlint-disable-next-line no-await-in-loop -- one after the other
    for (let i = 0; i < 200; i++) await events.next()
    expect(heapUsed() - before).toBeLessThan(2 * MIB)
    await events.return(undefined)
  })
})

describe('time', () => {
  it('is linear in the length of a line, however small its chunks are', () => {
    let length = 0
    const parser = createParser({
      onEvent: ({ data }) => {
        length = data.length
      },
    })
    const piece = new Uint8Array(64).fill(0x78)
    const before = performance.now()
    parser.push('data: ')
    for (let i = 0; i < 8 * MIB; i += piece.length) parser.push(piece)
    parser.push('\n\n')
    expect(length).toBe(8 * MIB)
    // About 0.1 s; minutes if every chunk copied what came before.
    expect(performance.now() - before).toBeLessThan(10_000)
  })

  it('is linear in the data lines of an event, however many chunks they come in', () => {
    let length = 0
    const parser = createParser({
      onEvent: ({ data }) => {
        length = data.length
      },
    })
    const line = bytes(`data: ${'x'.repeat(1000)}\n`)
    const before = performance.now()
    for (let i = 0; i < 15_000; i++) parser.push(line)
    parser.push('\n')
    expect(length).toBe(15_000 * 1001 - 1)
    // About 0.1 s; half a minute if every chunk joined the data before it.
    expect(performance.now() - before).toBeLessThan(5000)
  })
})
