import { getEventListeners } from 'node:events'
import type { Socket } from 'node:net'
import { expect, test } from 'vitest'
import { createEventSource } from '../../src/entries/index.js'
import { until } from '../behaviour/wait.js'
import { heapInUse } from './garbage-collection.js'
import { chunk, CHUNKED_HEAD, startRawServer } from './raw-server.js'

/** Enough for code to be compiled and pools to be filled. */
const WARM_UP = 500
const RECONNECTIONS = 2000

/** In bytes of heap: less than anything that leaks with each reconnection would add. */
const MAX_GROWTH = 1_500_000

type Fault = (socket: Socket, index: number) => void

const refused: Fault = (socket) => {
  socket.end('HTTP/1.1 503 Busy\r\nContent-Length: 4\r\nConnection: close\r\n\r\nbusy')
}
const ended: Fault = (socket, index) => {
  socket.end(`${CHUNKED_HEAD}${chunk(`id: ${index}\ndata: ${index}\n\n`)}0\r\n\r\n`)
}
const reset: Fault = (socket) => {
  socket.write(CHUNKED_HEAD + chunk('data: 1\n\ndata: part'), () => socket.resetAndDestroy())
}
const inTurn: Fault = (socket, index) => [refused, ended, reset][index % 3]?.(socket, index)

const token = (): Record<string, string> => ({ 'x-token': 'token' })

/** The error of each attempt must not keep that of the one before. */
function failing({ attempt }: { attempt: number }): Record<string, string> {
  if (attempt > 0) throw new Error('no token')
  return {}
}

function resources(): number {
  return process.getActiveResourcesInfo().filter((name) => /Timeout|Immediate|TCP|Request/.test(name)).length
}

test.each([
  ['resets', reset, token],
  ['refusals, ends and resets in turn', inTurn, token],
  ['a header function that throws', reset, failing],
])(
  `${RECONNECTIONS} reconnections after %s: neither heap nor sockets, timers or listeners grow`,
  async (name, fault, headers) => {
    const server = await startRawServer((socket, _, index) => {
      server.requests.length = 0
      fault(socket, index)
    })
    const { signal } = new AbortController()
    const idle = resources()
    let losses = 0
    const source = createEventSource<{ message: number }>(server.url, {
      reconnection() {
        losses += 1
        return 0
      },
      idleTimeout: 60_000,
      headers,
      signal,
    })
    source.on('message', () => {}, { signal })

    async function measureAfter(count: number) {
      await until(() => losses >= count, `${count} reconnections`, 60_000)
      const heap = await heapInUse()
      const listeners = getEventListeners(signal, 'abort').length
      return { heap, sockets: server.open(), resources: resources() - idle, listeners }
    }
    const early = await measureAfter(WARM_UP)
    const late = await measureAfter(WARM_UP + RECONNECTIONS)
    source.close()
    await until(() => server.open() === 0, 'every socket to be closed')
    await until(() => resources() <= idle, 'every timer to be cleared')

    const growth = late.heap - early.heap
    console.log(`leaks, ${name}: ${Math.round(growth / 1000)} kB of heap; ${JSON.stringify({ early, late })}`)
    expect(growth).toBeLessThan(MAX_GROWTH)
    // One for the source, one for its listener.
    expect([early.listeners, late.listeners]).toEqual([2, 2])
    expect(getEventListeners(signal, 'abort')).toHaveLength(0)
    // The connection, and the one before it while its socket closes; each has two ends in this process.
    expect(late.sockets).toBeLessThanOrEqual(2)
    expect(late.resources).toBeLessThanOrEqual(8)
  },
  90_000,
)

test('the heap does not grow with listeners, loops and waits that come and go', async () => {
  const source = createEventSource<{ message: number }>('http://sse.example/', {
    fetch: () => new Promise(() => {}),
  })
  const { signal } = new AbortController()
  async function measureAfter(count: number): Promise<number> {
    for (let round = 0; round < count; round += 1) {
      source.on('message', () => {}, { signal })()
      source.store('message').subscribe(() => {})()
      void source.events('message', { signal }).return?.()
    }
    return heapInUse()
  }
  const early = await measureAfter(WARM_UP)
  const growth = (await measureAfter(10_000)) - early
  console.log(`leaks, listeners: ${Math.round(growth / 1000)} kB of heap`)
  expect(growth).toBeLessThan(MAX_GROWTH)
  expect(getEventListeners(signal, 'abort')).toHaveLength(0)
  source.close()
})
