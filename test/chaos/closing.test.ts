import { describe, expect, onTestFinished, test } from 'vitest'
import {
  type ConnectionStatus,
  createEventSource,
  exponentialBackoff,
  type StandardSchema,
  type TypedEventSource,
} from '../../src/entries/index.js'
import { afterTimers, reach, until } from '../behaviour/wait.js'
import { chunk, CHUNKED_HEAD, HEAD, type RawServer, startRawServer } from './raw-server.js'

interface Numbered {
  tick: number
  bad: number
}

const TICKS = 'event: tick\ndata: 1\n\nevent: bad\ndata: x\n\nevent: tick\ndata: 2\n\n'

/** Every function that an application can pass, and the call in which it closes the source. */
const CALLBACKS = [
  'headers',
  'headers after 401',
  'body',
  'fetch',
  'parse',
  'schema',
  'asynchronous schema',
  'onPayloadError',
  'listener',
  'store subscriber',
  'reconnection policy',
  'shouldReconnect',
  'endOn',
  'onReconnect',
  'subscriber: connecting',
  'subscriber: open',
  'subscriber: waiting',
] as const

type Callback = (typeof CALLBACKS)[number]

/** A source with every callback. The fateful one closes it; calls after that are noted. */
function openInstrumented(
  server: RawServer,
  fateful: Callback,
): { source: TypedEventSource<Numbered>; late: string[]; closed: () => boolean } {
  const late: string[] = []
  let isClosed = false
  function note(callback: Callback): void {
    if (isClosed) late.push(callback)
    if (callback !== fateful) return
    isClosed = true
    source.close()
  }
  function schemaOf(): StandardSchema<unknown, number> {
    return {
      '~standard': {
        version: 1,
        vendor: 'test',
        validate(value) {
          note('schema')
          if (fateful !== 'asynchronous schema') return { value: Number(value) }
          return Promise.resolve().then(() => {
            // The validations after it have already begun.
            if (!isClosed) note('asynchronous schema')
            return { value: Number(value) }
          })
        },
      },
    }
  }
  const backoff = exponentialBackoff({
    initialDelay: 0,
    shouldReconnect() {
      note('shouldReconnect')
      return true
    },
  })
  const source: TypedEventSource<Numbered> = createEventSource(server.url, {
    headers({ failure }) {
      note(failure?.status === 401 ? 'headers after 401' : 'headers')
      return {}
    },
    body() {
      note('body')
      return 'body'
    },
    fetch(url, init) {
      note('fetch')
      return globalThis.fetch(url, init)
    },
    schemas: { tick: schemaOf(), bad: schemaOf() },
    parse(data) {
      note('parse')
      return JSON.parse(data) as unknown
    },
    onPayloadError: () => note('onPayloadError'),
    endOn() {
      note('endOn')
      return false
    },
    reconnection(context) {
      note('reconnection policy')
      return isClosed ? 0 : backoff(context)
    },
  })
  source.on('tick', () => note('listener'))
  source.on('bad', () => {})
  source.onReconnect(() => note('onReconnect'))
  source.store('tick').subscribe((value) => {
    if (value !== undefined) note('store subscriber')
  })
  source.status.subscribe(({ state }) => {
    if (state === 'connecting' || state === 'open' || state === 'waiting') note(`subscriber: ${state}`)
  })
  return { source, late, closed: () => isClosed }
}

/** Refuses the first request, so that the header function is called again; then two streams that end. */
function startServer(): Promise<RawServer> {
  return startRawServer((socket, { body }, index) => {
    expect(body).toBe('body')
    if (index === 0) socket.write('HTTP/1.1 401 No\r\nConnection: close\r\nContent-Length: 2\r\n\r\nno')
    else if (index < 3) socket.end(HEAD + TICKS)
    else socket.write(CHUNKED_HEAD + chunk(TICKS))
  })
}

/** The timers that keep the process alive. The server counts the sockets. */
function timers(): string[] {
  return process.getActiveResourcesInfo().filter((name) => /Timeout|Immediate/.test(name))
}

async function closeFrom(fateful: Callback): Promise<void> {
  const server = await startServer()
  const { source, late, closed } = openInstrumented(server, fateful)
  onTestFinished(() => source.close())
  await until(closed, `${fateful} to be called`)
  const final: ConnectionStatus = { state: 'closed', reason: 'close-called' }
  expect(source.status.get()).toEqual(final)
  const asked = server.requests.length
  await until(() => server.open() === 0, 'every socket to be closed')
  await until(() => timers().length === 0, 'every timer to be cleared')
  // Longer than any wait of this source.
  await afterTimers(20)
  expect(late).toEqual([])
  expect(source.status.get()).toEqual(final)
  // A request that was already under way may still arrive.
  expect(server.requests.length).toBeLessThanOrEqual(asked + 1)
}

describe('close() from inside', () => {
  test.each(CALLBACKS)('%s: nothing is called afterwards, and nothing is held', closeFrom)
})

describe('close() in the state', () => {
  const silent = (): Promise<RawServer> => startRawServer(() => {})
  const forever = () => new Promise<never>(() => {})

  const states: readonly [string, () => Promise<[TypedEventSource<Numbered>, RawServer]>][] = [
    [
      'idle',
      async () => {
        const server = await silent()
        return [createEventSource<Numbered>(server.url, { connect: 'while-listening' }), server]
      },
    ],
    [
      'connecting, before the microtask in which it starts',
      async () => {
        const server = await silent()
        return [createEventSource<Numbered>(server.url), server]
      },
    ],
    [
      'connecting, while the header function is pending',
      async () => {
        const server = await silent()
        const source = createEventSource<Numbered>(server.url, { headers: forever })
        await afterTimers(1)
        return [source, server]
      },
    ],
    [
      'connecting, to a server that accepts and does not answer',
      async () => {
        const server = await silent()
        const source = createEventSource<Numbered>(server.url)
        await until(() => server.requests.length === 1, 'the request')
        return [source, server]
      },
    ],
    [
      'connecting, while the connection is being made',
      async () => {
        const server = await silent()
        let begun = false
        const source = createEventSource<Numbered>(server.url, {
          fetch: (_, { signal }) =>
            new Promise((_resolve, reject) => {
              begun = true
              signal.addEventListener('abort', () => reject(signal.reason as Error))
            }),
        })
        await until(() => begun, 'the request')
        return [source, server]
      },
    ],
    [
      'connecting, in the middle of a head',
      async () => {
        const server = await startRawServer((socket) => socket.write('HTTP/1.1 200 OK\r\nContent-Ty'))
        const source = createEventSource<Numbered>(server.url)
        await until(() => server.requests.length === 1, 'the request')
        return [source, server]
      },
    ],
    [
      'connecting, while the body of a refused answer is read',
      async () => {
        const server = await startRawServer((socket) => socket.write('HTTP/1.1 404 No\r\n\r\nbegun'))
        const source = createEventSource<Numbered>(server.url)
        await until(() => server.requests.length === 1, 'the request')
        await afterTimers(20)
        return [source, server]
      },
    ],
    [
      'connecting, while it follows a redirect',
      async () => {
        const server = await startRawServer((socket, _, index) => {
          if (index === 0) socket.end('HTTP/1.1 302 Found\r\nLocation: ?on\r\nContent-Length: 0\r\n\r\n')
        })
        const source = createEventSource<Numbered>(server.url)
        await until(() => server.requests.length === 2, 'the second request')
        return [source, server]
      },
    ],
    [
      'open',
      async () => {
        const server = await startRawServer((socket) => socket.write(CHUNKED_HEAD))
        const source = createEventSource<Numbered>(server.url, { idleTimeout: 1_000_000 })
        await reach(source, 'open')
        return [source, server]
      },
    ],
    [
      'waiting',
      async () => {
        const server = await startRawServer((socket) => socket.resetAndDestroy())
        const source = createEventSource<Numbered>(server.url, { reconnection: () => 1_000_000 })
        await reach(source, 'waiting')
        return [source, server]
      },
    ],
    [
      'closed',
      async () => {
        const server = await startRawServer((socket) => socket.end('HTTP/1.1 204 No Content\r\n\r\n'))
        const source = createEventSource<Numbered>(server.url)
        await reach(source, 'closed')
        return [source, server]
      },
    ],
  ]

  test.each(states)('%s: nothing follows, and nothing is held', async (_, open) => {
    const [source, server] = await open()
    onTestFinished(() => source.close())
    const asked = server.requests.length
    const story: ConnectionStatus[] = []
    source.status.subscribe((status) => story.push(status))
    source.close()
    await until(() => server.open() === 0, 'every socket to be closed')
    await until(() => timers().length === 0, 'every timer to be cleared')
    expect(story.slice(1).map(({ state }) => state)).toEqual(['closed'])
    expect(source.status.get()).toEqual({ state: 'closed', reason: 'close-called' })
    expect(server.requests).toHaveLength(asked)
  })
})
