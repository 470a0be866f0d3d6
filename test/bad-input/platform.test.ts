import { Readable } from 'node:stream'
import { runInNewContext } from 'node:vm'
import { afterEach, beforeEach, describe, expect, inject, it, vi } from 'vitest'
import { EventSource } from '../../src/entries/event-source.js'
import { readEvents } from '../../src/entries/event-stream.js'
import {
  ConnectionError,
  createEventSource,
  type EventSourceOptions,
  exponentialBackoff,
  type FetchLike,
} from '../../src/entries/index.js'
import { openStream, serve } from '../event-stream/server.js'

/** It leaves redirects to the platform. */
const isLean = inject('isLean') ?? false

/** What each way to read a stream delivered, or why it delivered nothing. */
interface Outcome {
  readonly client: unknown
  readonly standardClass: unknown
  readonly readEvents: unknown
}

interface Message {
  message: string
}

const quick = exponentialBackoff({ initialDelay: 1, maxDelay: 1, jitter: 0 })

/** Two events over two connections; the second one contains the last event ID that the request had. */
async function byClient(url: string, options: EventSourceOptions<Message>): Promise<unknown> {
  const got: string[] = []
  try {
    const source = createEventSource<Message>(url, { parse: 'text', reconnection: quick, ...options })
    for await (const { data } of source.events('message')) {
      got.push(data)
      if (got.length === 2) break
    }
    source.close()
    return got.join(', then ')
  } catch (error) {
    return reason(error)
  }
}

async function byClass(url: string, fetch: FetchLike | undefined): Promise<unknown> {
  try {
    const source = new EventSource(url, { fetch })
    const got = await new Promise((resolve) => {
      source.addEventListener('message', (event) => resolve(Reflect.get(event, 'data')))
      source.addEventListener('error', (event) => resolve(Reflect.get(event, 'failure')))
    })
    source.close()
    return got
  } catch (error) {
    return reason(error)
  }
}

async function byReadEvents(response: Parameters<typeof readEvents>[0]): Promise<unknown> {
  const got: string[] = []
  try {
    for await (const { data } of readEvents(response)) got.push(data)
    return got.join(', then ')
  } catch (error) {
    return reason(error)
  }
}

function reason(error: unknown): unknown {
  return error instanceof ConnectionError ? error.failure : error
}

const uncaught: unknown[] = []
const note = (error: unknown): void => void uncaught.push(error)

beforeEach(() => {
  uncaught.length = 0
  process.on('uncaughtException', note)
  process.on('unhandledRejection', note)
})

afterEach(async () => {
  vi.unstubAllGlobals()
  await new Promise((resolve) => setTimeout(resolve, 5))
  process.off('uncaughtException', note)
  process.off('unhandledRejection', note)
  expect(uncaught).toEqual([])
})

const WORKS: Outcome = { client: 'first, then after ü', standardClass: 'first', readEvents: 'first' }

function unsupported(word: string): object {
  return { kind: 'unsupported', fatal: true, message: expect.stringContaining(word) as string }
}

/** Like React Native and jsdom 20: neither `reason` nor `throwIfAborted`. */
class PlainSignal extends EventTarget {
  aborted = false
}

class PlainController {
  readonly signal = new PlainSignal()

  abort(): void {
    if (this.signal.aborted) return
    this.signal.aborted = true
    this.signal.dispatchEvent(new Event('abort'))
  }
}

/** Like browsers, where fetch refuses such a signal with an error that looks like a network error. */
function StrictRequest(_url: string, { signal }: RequestInit): void {
  if (signal instanceof PlainSignal) throw new TypeError("member signal is not of type 'AbortSignal'")
}

const refuseSignal = () => Promise.reject(new TypeError('fetch failed'))

const EVENT_STREAM = { get: (name: string) => (name === 'content-type' ? 'text/event-stream' : null) }

const TEXT = 'id: ü\ndata: first\n\n'
const BYTES = new TextEncoder().encode(TEXT)

/** A reader that gives one chunk and then the end. */
function bodyOf(chunk: unknown, extra: object): unknown {
  const chunks = [chunk]
  return {
    locked: false,
    getReader: () => ({
      ...extra,
      read: () => Promise.resolve(chunks.length > 0 ? { done: false, value: chunks.shift() } : { done: true }),
    }),
  }
}

const handmade: FetchLike = (_, { headers }) => {
  const data = headers['last-event-id'] === undefined ? 'first' : 'after ü'
  const body = bodyOf(new TextEncoder().encode(`id: ü\ndata: ${data}\n\n`), {}) as ReadableStream
  return Promise.resolve({ status: 200, url: '', headers: EVENT_STREAM, body })
}

describe('a missing or incomplete global', () => {
  const names = [
    'AbortSignal Blob DOMException EventSource FormData Headers MessageChannel MessageEvent Request',
    'Response TextEncoder TransformStream URLSearchParams WritableStream',
    'document location navigator origin performance',
    'reportError structuredClone',
  ].flatMap((line) => line.split(' '))

  it.each<[string, Record<string, unknown>, Partial<Outcome>]>([
    ...names.map((name) => [`no ${name}`, { [name]: undefined }, {}] as [string, Record<string, unknown>, object]),
    // Node's own fetch needs these two.
    ['no ReadableStream', { ReadableStream: undefined, fetch: handmade }, {}],
    ['no queueMicrotask', { queueMicrotask: undefined, fetch: handmade }, {}],
    ['an empty navigator', { navigator: {} }, {}],
    ['an empty location', { location: {} }, {}],
    ['an empty document', { document: {} }, {}],
    [
      'a Request that cannot be constructed',
      {
        Request: () => {},
      },
      {},
    ],
    [
      'no fetch',
      { fetch: undefined },
      { client: unsupported('has no fetch'), standardClass: unsupported('has no fetch') },
    ],
    [
      'no AbortController',
      { AbortController: undefined },
      { client: unsupported('AbortController'), standardClass: unsupported('AbortController') },
    ],
    [
      'an AbortController whose signals fetch does not accept',
      { AbortController: PlainController, Request: StrictRequest, fetch: refuseSignal },
      { client: unsupported('signal'), standardClass: unsupported('signal') },
    ],
    [
      'no TextDecoder',
      { TextDecoder: undefined },
      {
        client: unsupported('TextDecoder'),
        standardClass: unsupported('TextDecoder'),
        readEvents: unsupported('TextDecoder'),
      },
    ],
    [
      'no URL',
      { URL: undefined },
      { client: new ReferenceError('URL is not defined'), standardClass: new ReferenceError('URL is not defined') },
    ],
  ])('%s', async (_, globals, expected) => {
    const { url } = await serve(({ headers }, response) => {
      const id = headers['last-event-id']
      openStream(
        response,
        `id: ü\ndata: ${id === undefined ? 'first' : `after ${Buffer.from(String(id), 'latin1').toString()}`}\n\n`,
      )
      response.end()
    })
    const response = await (globals['fetch'] === handmade ? handmade(url, { headers: {} } as never) : fetch(url))
    for (const [name, value] of Object.entries(globals)) vi.stubGlobal(name, value)
    // Deleted, because an `undefined` one would still be `in` globalThis.
    for (const name of Object.keys(globals)) if (globals[name] === undefined) Reflect.deleteProperty(globalThis, name)
    const outcome: Outcome = {
      client: await byClient(url, { transport: 'fetch' }),
      standardClass: await byClass(url, undefined),
      readEvents: await byReadEvents(response),
    }
    vi.unstubAllGlobals()
    expect(outcome).toMatchObject({ ...WORKS, ...expected })
  })
})

describe('a signal without `reason` and `throwIfAborted`', () => {
  beforeEach(() => {
    vi.stubGlobal('AbortController', PlainController)
    vi.stubGlobal('AbortSignal', PlainSignal)
  })

  it(`is enough with a fetch that accepts it${isLean ? '' : ', even for redirects'}`, async () => {
    const answers = [
      ...(isLean ? [] : [new Response(null, { status: 302, headers: { location: '/moved' } })]),
      new Response('data: 1\n\n', { headers: { 'content-type': 'text/event-stream' } }),
    ]
    const source = createEventSource<Message>('http://sse.example/', {
      parse: 'text',
      headers: () => ({ 'x-a': 'b' }),
      fetch: () => Promise.resolve(answers.shift()!),
    })
    expect((await source.events('message').next()).value?.data).toBe('1')
    source.close()
  })

  it.each(['with', 'without'])('ends loops with an AbortError, %s DOMException', async (how) => {
    if (how === 'without') vi.stubGlobal('DOMException', undefined)
    const abortError = expect.objectContaining({ name: 'AbortError', message: expect.any(String) as string }) as Error
    const controller = new PlainController()
    const options = { signal: controller.signal as unknown as AbortSignal }
    const source = createEventSource<Message>('http://sse.example/', { fetch: () => new Promise(() => {}) })
    const waiting = source.events('message', options).next()
    const response = new Response(new ReadableStream(), { headers: { 'content-type': 'text/event-stream' } })
    const reading = readEvents(response, options).next()
    controller.abort()
    await expect(waiting).rejects.toEqual(abortError)
    await expect(reading).rejects.toEqual(abortError)
    await expect(source.events('message', options).next()).rejects.toEqual(abortError)
    source.close()
  })
})

/** A body whose reader is silent after the chunk. */
function silentBody(extra: object): unknown {
  const chunks = [BYTES]
  return {
    getReader: () => ({
      ...extra,
      read: () => (chunks.length > 0 ? Promise.resolve({ done: false, value: chunks.shift() }) : new Promise(() => {})),
    }),
  }
}

async function* iterate(...chunks: unknown[]): AsyncIterable<unknown> {
  for (const chunk of chunks) {
    await Promise.resolve()
    yield chunk
  }
}

async function* iterateSilently(): AsyncIterable<unknown> {
  yield BYTES
  await new Promise(() => {})
}

describe('a body', () => {
  const realm = runInNewContext('({ Uint8Array, ArrayBuffer })') as {
    Uint8Array: typeof Uint8Array
    ArrayBuffer: typeof ArrayBuffer
  }
  const GOT = { client: 'first, then first', standardClass: 'first', readEvents: 'first' }

  it.each<[string, () => unknown]>([
    ['whose reader has no cancel()', () => bodyOf(BYTES, {})],
    ['whose reader returns nothing from cancel()', () => bodyOf(BYTES, { cancel() {} })],
    [
      'whose reader throws from cancel()',
      () =>
        bodyOf(BYTES, {
          cancel() {
            throw new Error('no')
          },
        }),
    ],
    ['whose reader rejects from cancel()', () => bodyOf(BYTES, { cancel: () => Promise.reject(new Error('no')) })],
    ['of an ArrayBuffer', () => bodyOf(BYTES.slice().buffer, {})],
    [
      'of a SharedArrayBuffer',
      () => {
        const shared = new SharedArrayBuffer(BYTES.length)
        new Uint8Array(shared).set(BYTES)
        return bodyOf(shared, {})
      },
    ],
    ['of a Buffer', () => bodyOf(Buffer.from(TEXT), {})],
    ['of a DataView', () => bodyOf(new DataView(BYTES.buffer, 0, BYTES.length), {})],
    ['of a string', () => bodyOf(TEXT, {})],
    ["of another realm's bytes", () => bodyOf(realm.Uint8Array.from(BYTES), {})],
    ["of another realm's buffer", () => bodyOf(realm.Uint8Array.from(BYTES).buffer, {})],
    ['that is async iterable', () => iterate(BYTES)],
    ['that is a Node stream of bytes', () => Readable.from([Buffer.from(TEXT)])],
    ['that is a Node stream of text', () => Readable.from([TEXT])],
  ])('%s is read', async (_, body) => {
    const answer = () => ({ status: 200, url: '', headers: EVENT_STREAM, body: body() as ReadableStream })
    const fetch: FetchLike = () => Promise.resolve(answer())
    const url = 'http://sse.example/'
    expect({
      client: await byClient(url, { fetch }),
      standardClass: await byClass(url, fetch),
      readEvents: await byReadEvents(answer()),
    }).toEqual(GOT)
  })

  it.each<[string, () => unknown, string]>([
    ['is null', () => null, 'response.body is null'],
    ['is undefined', () => undefined, 'response.body is undefined'],
    ['cannot be read in pieces', () => new Blob([TEXT]), 'response.body'],
    ['gives numbers', () => bodyOf(1, {}), '[object Number]'],
    ['gives objects', () => bodyOf({ length: 3 }, {}), '[object Object]'],
  ])('that %s is unsupported, for good, with any status that opens a stream', async (_, body, words) => {
    for (const status of [200, 201]) {
      const answer = () => ({ status, url: '', headers: EVENT_STREAM, body: body() as ReadableStream })
      const fetch = vi.fn<FetchLike>(() => Promise.resolve(answer()))
      const url = 'http://sse.example/'
      expect(await byClient(url, { fetch })).toMatchObject(unsupported(words))
      expect(fetch).toHaveBeenCalledOnce()
      expect(await byReadEvents(answer())).toMatchObject(unsupported(words))
      if (status === 200) expect(await byClass(url, fetch)).toMatchObject(unsupported(words))
    }
  })

  it.each<[string, () => unknown]>([
    ['whose reader has no cancel()', () => silentBody({})],
    ['whose reader returns nothing from cancel()', () => silentBody({ cancel() {} })],
    ['that is async iterable', iterateSilently],
  ])('%s, and is silent, can be left', async (_, body) => {
    const answer = () => ({ status: 200, url: '', headers: EVENT_STREAM, body: body() as ReadableStream })
    const source = createEventSource<Message>('http://sse.example/', {
      parse: 'text',
      fetch: () => Promise.resolve(answer()),
    })
    for await (const { data } of source.events('message')) {
      expect(data).toBe('first')
      source.close()
    }
    for await (const { data } of readEvents(answer())) {
      expect(data).toBe('first')
      break
    }
  })

  it.each(['read', 'refused', ...(isLean ? [] : ['redirected'])])(
    'that is a Node stream is destroyed once it is left: %s',
    async (how) => {
      const stream = new Readable({ read() {} })
      stream.push(TEXT)
      const status = { read: 200, refused: 404, redirected: 302 }[how]!
      const headers = new Headers({
        'content-type': 'text/event-stream',
        ...(how === 'redirected' && { location: '/a' }),
      })
      const source = createEventSource<Message>('http://sse.example/', {
        parse: 'text',
        fetch(_url, { signal }) {
          // As `node-fetch` does it.
          signal.addEventListener('abort', () => stream.emit('error', new Error('aborted')))
          return stream.destroyed ? new Promise(() => {}) : Promise.resolve({ status, url: '', headers, body: stream })
        },
      })
      const next = source.events('message').next()
      if (how === 'read') await next
      else if (how === 'refused') await expect(next).rejects.toThrow('404')
      else await vi.waitFor(() => expect(stream.destroyed).toBe(true))
      source.close()
      await vi.waitFor(() => expect(stream.destroyed).toBe(true))
    },
  )
})

describe('an invalid response', () => {
  it.each([undefined, null, {}, { status: 200, headers: {} }])('is a fault in `fetch`: %j', async (answer) => {
    const fetch: FetchLike = () => Promise.resolve(answer as never)
    expect(await byClient('http://sse.example/', { fetch, reconnection: false })).toMatchObject({
      kind: 'application',
      message: expect.stringContaining('fetch did not resolve to a Response') as string,
    })
  })
})
