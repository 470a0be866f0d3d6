import { gzipSync, constants, deflateSync } from 'node:zlib'
import { describe, expect, onTestFinished, test } from 'vitest'
import {
  type ConnectionFailure,
  createEventSource,
  type EventSourceOptions,
  exponentialBackoff,
  type FailureKind,
  type TypedEventSource,
} from '../../src/entries/index.js'
import { afterTimers, collect, reach, until } from '../behaviour/wait.js'
import { chunk, CHUNKED_HEAD, HEAD, type RawServer, startRawServer } from './raw-server.js'

interface Numbered {
  message: number
}

const ONE = 'id: 1\ndata: 1\n\n'
const TWO = 'id: 2\ndata: 2\n\n'

function open(server: RawServer, options: EventSourceOptions<Numbered> = {}): TypedEventSource<Numbered> {
  const source = createEventSource<Numbered>(server.url, { reconnection: () => 0, ...options })
  onTestFinished(async () => {
    source.close()
    await until(() => server.open() === 0, 'every socket to be closed')
  })
  return source
}

/** The failures that led to a wait. */
function failuresOf(source: TypedEventSource<Numbered>): ConnectionFailure[] {
  const failures: ConnectionFailure[] = []
  source.status.subscribe((status) => {
    if (status.state === 'waiting') failures.push(status.failure)
  })
  return failures
}

function head(...fields: readonly string[]): string {
  return ['HTTP/1.1 200 OK', 'Content-Type: text/event-stream', ...fields, '', ''].join('\r\n')
}

function gzip(text: string): Buffer {
  return gzipSync(text, { finishFlush: constants.Z_SYNC_FLUSH })
}

describe('an answer that is not what HTTP promises', () => {
  test.each<[string, string | Buffer, FailureKind, readonly number[]]>([
    ['nothing at all', '', 'network', []],
    ['garbage instead of a head', '\0\x01\x02 garbage\r\n\r\n', 'network', []],
    ['another protocol', 'SSH-2.0-OpenSSH_9.6\r\n', 'network', []],
    ['a head without an end', head(`X-Huge: ${'x'.repeat(100_000)}`), 'network', []],
    ['too many header fields', head(...Array.from({ length: 5000 }, (_, index) => `X-${index}: x`)), 'network', []],
    ['contradictory lengths', head('Content-Length: 10', 'Content-Length: 20'), 'network', []],
    ['a negative length', head('Content-Length: -1'), 'network', []],
    ['a length that is too long', head('Content-Length: 1000') + ONE, 'network', [1]],
    ['a length that is too short', head(`Content-Length: ${ONE.length}`) + ONE + TWO, 'ended', [1]],
    ['a chunk of no size', `${CHUNKED_HEAD}${chunk(ONE)}zzz\r\n${TWO}\r\n`, 'network', [1]],
    ['a chunk that is cut', CHUNKED_HEAD + chunk(ONE) + chunk(TWO).slice(0, 8), 'network', [1]],
    ['an unrequested interim answer', 'HTTP/1.1 100 Continue\r\n\r\n', 'network', []],
    [
      'gzip that breaks off',
      Buffer.concat([Buffer.from(head('Content-Encoding: gzip', 'Connection: close')), gzip(ONE)]),
      'ended',
      [1],
    ],
  ])('%s: a failed attempt, and the next one continues', async (_, answer, kind, heard) => {
    const server = await startRawServer((socket, { headers }, index) => {
      if (index === 0) socket.end(answer)
      else socket.write(HEAD + (headers.get('last-event-id') === '1' ? TWO : ONE + TWO))
    })
    const source = open(server)
    const failures = failuresOf(source)
    const seen = collect(source, 'message')
    await until(() => seen.includes(2), 'the second event')
    expect(failures).toMatchObject([{ kind, fatal: false }])
    expect(failures[0]?.message).toContain(kind === 'ended' ? 'ended' : server.url)
    expect(seen).toEqual([1, 2])
    expect(server.requests[1]?.headers.get('last-event-id')).toBe(heard.length > 0 ? '1' : undefined)
  })
})

describe('an unusual answer', () => {
  test('may have early hints before the head', async () => {
    const server = await startRawServer((socket) =>
      socket.write(`HTTP/1.1 103 Early Hints\r\nLink: </a>\r\n\r\n${HEAD}${ONE}`),
    )
    const seen = collect(open(server), 'message')
    await until(() => seen.length === 1, 'the event')
  })

  test('that is compressed is delivered event by event', async () => {
    const server = await startRawServer((socket) => {
      socket.write(head('Content-Encoding: gzip', 'Connection: close'))
      socket.write(gzip(ONE))
    })
    const seen = collect(open(server), 'message')
    await until(() => seen.length === 1, 'the event')
  })

  test('may come as one byte every 10 ms', async () => {
    const bytes = Buffer.from(`${HEAD}data: "ä"\r\n\r\n`)
    let timer: ReturnType<typeof setInterval> | undefined
    onTestFinished(() => clearInterval(timer))
    const server = await startRawServer((socket) => {
      let sent = 0
      timer = setInterval(() => socket.write(bytes.subarray(sent, (sent += 1))), 10)
    })
    const seen = collect(open(server), 'message')
    await until(() => seen.length === 1, 'the event')
    expect(seen).toEqual(['ä'])
  })

  test('may come late, without a second request', async () => {
    let answer = (): void => {}
    const server = await startRawServer((socket) => {
      answer = () => socket.write(HEAD + ONE)
    })
    const source = open(server)
    const seen = collect(source, 'message')
    await until(() => server.requests.length === 1, 'the request')
    await afterTimers(50)
    expect(source.status.get()).toEqual({ state: 'connecting', attempt: 0 })
    answer()
    await until(() => seen.length === 1, 'the event')
    expect(server.requests).toHaveLength(1)
  })
})

describe('a server that stalls', () => {
  test.each([
    ['before its head', ''],
    ['in the middle of its head', HEAD.slice(0, 40)],
    ['before its first event', HEAD],
    ['in the middle of an event', `${HEAD}data: 1\n`],
  ])('%s counts as lost after idleTimeout, and its socket is released', async (_, part) => {
    const server = await startRawServer((socket, _request, index) => {
      if (index === 0) socket.write(part)
      else socket.write(HEAD + ONE)
    })
    const source = open(server, { idleTimeout: 100 })
    const failures = failuresOf(source)
    const seen = collect(source, 'message')
    await until(() => seen.length === 1, 'the event')
    expect(failures).toMatchObject([{ kind: 'idle', fatal: false }])
  })

  test('because its gzip is invalid counts as lost too (the fetch of Node 20 never reports it)', async () => {
    const server = await startRawServer((socket, _request, index) => {
      if (index > 0) return socket.write(HEAD + ONE)
      socket.write(head('Content-Encoding: gzip', 'Connection: close'))
      return socket.end(deflateSync(ONE))
    })
    const source = open(server, { idleTimeout: 100 })
    const failures = failuresOf(source)
    const seen = collect(source, 'message')
    await until(() => seen.length === 1, 'the event')
    // A newer Node reports it.
    expect(failures).toMatchObject([{ kind: expect.stringMatching(/^(idle|network)$/) as string, fatal: false }])
  })

  test('while the connection is being made (DNS, TCP, TLS) counts as lost too', async () => {
    const server = await startRawServer((socket) => socket.write(HEAD + ONE))
    let calls = 0
    const source = open(server, {
      idleTimeout: 100,
      // The first one never settles, and ignores its signal too.
      fetch: (url, init) => (calls++ === 0 ? new Promise(() => {}) : globalThis.fetch(url, init)),
    })
    const failures = failuresOf(source)
    const seen = collect(source, 'message')
    await until(() => seen.length === 1, 'the event')
    expect(failures).toMatchObject([{ kind: 'idle', fatal: false }])
  })
})

test('an event without an end fails for good with the default policy, and is not requested again', async () => {
  const server = await startRawServer((socket) => {
    socket.write(HEAD)
    const more = (): void => {
      if (!socket.destroyed) socket.write(`data: ${'x'.repeat(10_000)}`, more)
    }
    more()
  })
  const source = open(server, { maxEventSize: 100_000, reconnection: exponentialBackoff({ initialDelay: 1 }) })
  expect(await reach(source, 'closed')).toMatchObject({
    reason: 'failed',
    failure: { kind: 'too-large', fatal: true, url: server.url },
  })
  await until(() => server.open() === 0, 'the socket to be closed')
  await afterTimers(20)
  expect(server.requests).toHaveLength(1)
})
