import type { Socket } from 'node:net'
import { describe, expect, onTestFinished, test } from 'vitest'
import { createEventSource, type FetchLike } from '../../src/entries/index.js'
import { collect, until } from '../behaviour/wait.js'
import { eventText, numbers, replay, seededRandom } from './journal.js'
import { chunk, CHUNKED_HEAD, HEAD, type RawRequest, startRawServer } from './raw-server.js'

interface Numbered {
  message: number
}

type Cut = (socket: Socket, sent: Buffer) => void

const CUTS: readonly [string, Cut][] = [
  ['ended', (socket, sent) => void socket.end(sent)],
  ['reset', (socket, sent) => void socket.write(sent, () => socket.resetAndDestroy())],
]

function lastEventIdOf(request: RawRequest): string | undefined {
  return request.headers.get('last-event-id')
}

describe('a cut at every byte of an answer', () => {
  const EVENTS = 4
  const framings: readonly [string, (text: string) => string][] = [
    ['that ends with its connection', (text) => HEAD + text],
    ['in chunks', (text) => CHUNKED_HEAD + chunk(text)],
  ]
  const table = framings.flatMap(([framing, frame]) => CUTS.map(([name, cut]) => ({ framing, frame, name, cut })))

  test.each(table)(
    '$framing, $name: every event once and in order',
    async ({ frame, cut }) => {
      const length = Buffer.byteLength(frame(replay(undefined, EVENTS)))
      // The odd connections are cut, each at the next byte; the even ones deliver the rest, and stay open.
      const server = await startRawServer((socket, request, index) => {
        const rest = EVENTS - Number(lastEventIdOf(request) ?? 0)
        const whole = Buffer.from(frame(replay(lastEventIdOf(request), rest)))
        if (index % 2 === 0) cut(socket, whole.subarray(0, index / 2))
        else socket.write(whole)
      })
      for (let offset = 0; offset <= length; offset += 1) {
        const source = createEventSource<Numbered>(server.url, { reconnection: () => 0, parse: readNumber })
        const seen = collect(source, 'message')
        await until(
          () => seen.length >= EVENTS && server.requests.length === 2 * offset + 2,
          `the rest after ${offset}`,
        )
        source.close()
        expect(seen, `cut after ${offset} bytes`).toEqual(numbers(EVENTS))
      }
      await until(() => server.open() === 0, 'every socket to be closed')
    },
    60_000,
  )
})

test('a connection closed only by the server has ended: the client gets its events and reconnects', async () => {
  const server = await startRawServer((socket, request, index) => {
    socket.write(HEAD + replay(lastEventIdOf(request), 1))
    // FIN, and the socket continues to read.
    if (index < 3) socket.end()
  })
  const source = createEventSource<Numbered>(server.url, { reconnection: () => 0, parse: readNumber })
  onTestFinished(() => source.close())
  const seen = collect(source, 'message')
  await until(() => seen.length === 4, 'four events')
  expect(seen).toEqual([1, 2, 3, 4])
})

describe('random cuts', () => {
  const CUTS_IN_MEMORY = 10_000
  const CUTS_OVER_TCP = 1000
  const SOURCES = 10

  /** How many events the last connection, which is not cut, delivers. */
  const AFTERWARDS = 20

  test(`${CUTS_IN_MEMORY} in memory: every event once and in order`, async () => {
    let cuts = 0
    await Promise.all(
      numbers(SOURCES).map(async (seed) => {
        const random = seededRandom(seed)
        let left = CUTS_IN_MEMORY / SOURCES
        let end = Infinity
        const fetch: FetchLike = (_, { headers }) => {
          const id = headers['last-event-id']
          const whole = new TextEncoder().encode(replay(id, left === 0 ? AFTERWARDS : 3))
          if (left === 0) end = Number(id ?? 0) + AFTERWARDS
          const fate = left === 0 ? 'none' : (['refused', 'ended', 'broken', 'broken'] as const)[random(4)]
          if (fate !== 'none') {
            left -= 1
            cuts += 1
          }
          if (fate === 'refused') return Promise.reject(new TypeError('fetch failed'))
          let rest = fate === 'none' ? whole : whole.subarray(0, random(whole.length + 1))
          const body = new ReadableStream<Uint8Array<ArrayBuffer>>({
            pull(controller) {
              if (rest.length > 0) {
                const size = 1 + random(20)
                controller.enqueue(rest.slice(0, size))
                rest = rest.subarray(size)
              } else if (fate === 'ended') controller.close()
              else if (fate === 'broken') controller.error(new TypeError('terminated'))
            },
          })
          return Promise.resolve(new Response(body, { headers: { 'content-type': 'text/event-stream' } }))
        }
        const source = createEventSource<Numbered>('http://sse.example/', {
          fetch,
          reconnection: () => 0,
          parse: readNumber,
        })
        const seen = collect(source, 'message')
        await until(() => seen.length >= end, 'the end of the journal', 60_000)
        source.close()
        expect(seen).toEqual(numbers(end))
        // Without progress between the cuts, the test would prove nothing.
        expect(end).toBeGreaterThan(CUTS_IN_MEMORY / SOURCES / 2)
      }),
    )
    expect(cuts).toBe(CUTS_IN_MEMORY)
  }, 90_000)

  test(`${CUTS_OVER_TCP} over TCP: every event once and in order`, async () => {
    let cuts = 0
    await Promise.all(
      numbers(SOURCES).map(async (seed) => {
        const random = seededRandom(seed)
        let left = CUTS_OVER_TCP / SOURCES
        let end = Infinity
        const server = await startRawServer((socket, request) => {
          const id = lastEventIdOf(request)
          const text = replay(id, left === 0 ? AFTERWARDS : 3)
          const whole = Buffer.from(random(2) === 0 ? HEAD + text : CHUNKED_HEAD + chunk(text))
          if (left === 0) {
            end = Number(id ?? 0) + AFTERWARDS
            socket.write(whole)
            return
          }
          left -= 1
          cuts += 1
          CUTS[random(CUTS.length)]?.[1](socket, whole.subarray(0, random(whole.length + 1)))
        })
        const source = createEventSource<Numbered>(server.url, { reconnection: () => 0, parse: readNumber })
        const seen = collect(source, 'message')
        await until(() => seen.length >= end, 'the end of the journal', 60_000)
        source.close()
        expect(seen).toEqual(numbers(end))
        await until(() => server.open() === 0, 'every socket to be closed')
      }),
    )
    expect(cuts).toBe(CUTS_OVER_TCP)
  }, 90_000)
})

/** The data of some events has an empty first line. */
function readNumber(data: string): number {
  expect(data.trim()).toMatch(/^\d+$/)
  expect(eventText(Number(data))).toContain(data.trim())
  return Number(data)
}
