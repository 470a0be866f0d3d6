import { afterEach, describe, expect, test, vi } from 'vitest'
import { z } from 'zod'
import { readEvents } from '../../src/entries/event-stream.js'
import {
  ConnectionError,
  createEventSource,
  type EventSourceOptions,
  exponentialBackoff,
  type FailureKind,
  type TransportSink,
} from '../../src/entries/index.js'
import { createTestServer } from '../../src/entries/testing.js'

interface Prices {
  price: { symbol: string; value: number }
  news: { title: string }
}

const URL_OF_PRICES = 'https://example.com/prices'
const AT_ONCE = exponentialBackoff({ initialDelay: 0, maxDelay: 0 })
const acme = { symbol: 'ACME', value: 42 }

const closing: (() => void)[] = []
afterEach(() => {
  closing.splice(0).forEach((close) => close())
  vi.unstubAllGlobals()
})

/** The ways to a test server. */
const WAYS = ['transport', 'fetch', 'global fetch'] as const

function setUp(way: (typeof WAYS)[number], options: EventSourceOptions<Prices> = {}) {
  const server = createTestServer<Prices>()
  if (way === 'global fetch') vi.stubGlobal('fetch', server.fetch)
  const source = createEventSource<Prices>(URL_OF_PRICES, {
    reconnection: AT_ONCE,
    ...options,
    ...(way === 'transport' ? { transport: server.transport } : way === 'fetch' && { fetch: server.fetch }),
  })
  closing.push(source.close)
  const seen: unknown[] = []
  source.on(['price', 'news'], ({ data }) => seen.push(data))
  const sees = (...events: unknown[]) => vi.waitFor(() => expect(seen).toEqual(events))
  const is = (state: string) => source.status.until((status) => status.state === state)
  return { server, source, seen, sees, is }
}

describe.each(WAYS)('by %s', (way) => {
  test('delivers the events that are sent', async () => {
    const { server, source, sees } = setUp(way)
    await server.open()
    server.emit('price', acme, { id: '7' })
    server.emit('news', { title: 'Up' })
    await sees(acme, { title: 'Up' })
    expect(source.lastEventId).toBe('7')
    expect(server.requests).toMatchObject([{ url: URL_OF_PRICES, lastEventId: '' }])
  })

  test('does not deliver an event that is cut; the source resumes from the one before', async () => {
    const { server, sees } = setUp(way)
    await server.open()
    server.emit('price', acme, { id: 'ä1' })
    server.cut('price', { ...acme, value: 43 }, { id: '2' })
    await server.open()
    server.emit('price', { ...acme, value: 44 })
    await sees(acme, { ...acme, value: 44 })
    expect(server.requests.map(({ lastEventId }) => lastEventId)).toEqual(['', 'ä1'])
  })

  test('ends a stream; the source comes back', async () => {
    const { server, source, sees, is } = setUp(way)
    await server.open()
    server.emit('price', acme)
    await sees(acme)
    const statuses: unknown[] = []
    source.status.subscribe((status) => statuses.push(status))
    server.end()
    await server.open()
    await is('open')
    expect(statuses).toContainEqual(expect.objectContaining({ failure: expect.objectContaining({ kind: 'ended' }) }))
  })

  test('answers 204, which ends the source', async () => {
    const { server, source, is } = setUp(way)
    await server.noContent()
    await is('closed')
    expect(source.status.get()).toMatchObject({ reason: 'ended-by-server' })
  })

  test.each([
    ['http', { status: 403 }, { status: 403, fatal: true }],
    [
      'http',
      { status: 429, retryAfter: 5000, body: 'slow down' },
      { retryAfter: 5000, fatal: false, body: 'slow down' },
    ],
    ['http', {}, { status: 503, fatal: false }],
    ['content-type', {}, { mediaType: 'text/html', fatal: true }],
    ['redirect', {}, { status: 302, fatal: true }],
    ['network', {}, { fatal: false }],
    ['ended', {}, { fatal: false }],
  ] as const)('refuses a request as %s %j', async (kind, details, shown) => {
    const { server, source, is } = setUp(way, { reconnection: false })
    await server.fail(kind, details)
    const { failure } = (await is('closed')) as { failure?: unknown }
    if (kind !== 'ended') expect(failure).toMatchObject({ kind, ...shown })
    else expect(source.status.get()).toMatchObject({ reason: 'ended-by-server' })
  })

  test.each(['network', 'ended'] as const)('breaks a stream as %s', async (kind) => {
    const { server, is } = setUp(way, { reconnection: () => 60_000 })
    await server.open()
    await is('open')
    await server.fail(kind)
    expect(await is('waiting')).toMatchObject({ failure: { kind } })
  })

  test('counts the connections: none is left once the source is closed', async () => {
    const { server, source, is } = setUp(way)
    await vi.waitFor(() => expect(server.connections).toBe(1))
    await server.open()
    await is('open')
    expect(server.connections).toBe(1)
    source.close()
    await vi.waitFor(() => expect(server.connections).toBe(0))
    expect(() => server.emit('price', acme)).toThrow('every stream has ended')
  })

  test('forgets a source that is closed before it is answered', async () => {
    const { server, source } = setUp(way)
    await vi.waitFor(() => expect(server.connections).toBe(1))
    source.close()
    await vi.waitFor(() => expect(server.connections).toBe(0))
  })

  test('sends text as it is', async () => {
    const onPayloadError = vi.fn()
    const { server, sees } = setUp(way, { onPayloadError })
    await server.open()
    server.write(': keep-alive\n\nevent: price\ndata: {"symbol"\n\n')
    server.emit('price', acme)
    await sees(acme)
    expect(onPayloadError).toHaveBeenCalledWith(expect.objectContaining({ code: 'invalid-json' }))
  })

  test('serves several sources', async () => {
    const { server, sees } = setUp(way)
    const other = createEventSource<Prices>(`${URL_OF_PRICES}/2`, { fetch: server.fetch })
    closing.push(other.close)
    const heard = vi.fn()
    other.on('price', heard)
    await vi.waitFor(() => expect(server.connections).toBe(2))
    await server.open()
    server.emit('price', acme)
    await sees(acme)
    await vi.waitFor(() => expect(heard).toHaveBeenCalledOnce())
  })
})

describe('by transport', () => {
  test('delivers before emit() returns, and says how it connects', async () => {
    const { server, source, seen } = setUp('transport')
    await server.open()
    expect(source.status.get()).toMatchObject({ state: 'open', transport: 'test' })
    server.emit('price', acme)
    expect(seen).toEqual([acme])
  })

  test.each<FailureKind>(['idle', 'too-large', 'native', 'application', 'unsupported', 'overflow'])(
    'fails with the kind %s, of which fetch is not capable',
    async (kind) => {
      const { server, source } = setUp('transport', { reconnection: false })
      await server.open()
      await server.fail(kind, { message: 'why' })
      expect(source.status.get()).toMatchObject({ failure: { kind, message: 'why', url: URL_OF_PRICES } })
      const by = setUp('fetch')
      await expect(by.server.fail(kind)).rejects.toThrow(`failure of the kind "${kind}"`)
      // Nothing has happened to the request.
      await by.server.open()
    },
  )

  test('answers are given in turn: the second one waits for the next request', async () => {
    const { server, source } = setUp('transport')
    const opened = server.open()
    const refused = server.fail('http', { status: 403 })
    await opened
    expect(source.status.get().state).toBe('open')
    server.end()
    await refused
    expect(source.status.get()).toMatchObject({ state: 'closed', failure: { status: 403 } })
  })

  test('retry sets the reconnection time', async () => {
    const contexts: unknown[] = []
    const { server } = setUp('transport', { reconnection: (context) => (contexts.push(context), false) })
    await server.open()
    server.emit('price', acme, { retry: 1234 })
    server.end()
    expect(contexts).toMatchObject([{ reconnectionTime: 1234 }])
  })

  test('a listener may close the source while it is served', async () => {
    const { server, source } = setUp('transport')
    source.on('price', source.close)
    await server.open()
    server.cut('price', acme)
    await server.open()
    server.emit('price', acme)
    expect(server.connections).toBe(0)
  })
})

describe('by transport, in detail', () => {
  const request = {
    url: URL_OF_PRICES,
    lastEventId: '',
    lastEventIdInUrl: false,
    withCredentials: false,
    attempt: 0,
    failure: undefined,
    types: 'every',
  } as const
  const sink = new Proxy({} as TransportSink, { get: () => () => {} })

  test('sets the last event ID without an event', async () => {
    const { server, source } = setUp('transport')
    await server.open()
    server.write('id: 9\n\n')
    expect(source.lastEventId).toBe('9')
  })

  test('open() waits on if the request has gone before it could answer', async () => {
    const server = createTestServer()
    let isDone = false
    const opened = server.open().then(() => (isDone = true))
    server.transport.open(request, sink).close()
    for (let turn = 0; turn < 10; turn++) await Promise.resolve()
    expect(isDone).toBe(false)
    server.transport.open(request, sink)
    await opened
    expect(server.connections).toBe(1)
  })

  test('a request that is withdrawn while another is answered is not answered', async () => {
    const server = createTestServer()
    const first = { ...sink, onOpen: () => second.close() }
    server.transport.open(request, first)
    const second = server.transport.open(request, sink)
    await server.open()
    expect(server.connections).toBe(1)
  })
})

describe('by fetch', () => {
  test('shows the request: the method, the headers and the body', async () => {
    const server = createTestServer()
    const source = createEventSource(URL_OF_PRICES, {
      fetch: server.fetch,
      headers: { 'X-Tenant': 'a' },
      body: JSON.stringify({ question: '?' }),
    })
    closing.push(source.close)
    await server.open()
    expect(server.requests).toMatchObject([
      { method: 'POST', headers: { 'x-tenant': 'a', accept: 'text/event-stream' }, body: '{"question":"?"}' },
    ])
  })

  test('takes a URL, a Request and a signal, as fetch does', async () => {
    const server = createTestServer<Prices>()
    const controller = new AbortController()
    const { signal } = controller
    const request = new Request(URL_OF_PRICES, {
      method: 'POST',
      body: 'ask',
      headers: { 'last-event-id': '7' },
      signal,
    })
    const [response] = await Promise.all([server.fetch(request), server.open()])
    const byUrl = server.fetch(new URL(URL_OF_PRICES))
    await server.fail('http', { status: 404 })
    expect((await byUrl).status).toBe(404)
    expect(server.requests).toMatchObject([
      { method: 'POST', body: 'ask', lastEventId: '7' },
      { url: URL_OF_PRICES, body: undefined },
    ])
    controller.abort(new Error('gone'))
    await expect(response.text()).rejects.toThrow('gone')
    await expect(server.fetch(request)).rejects.toThrow('gone')
    const pending = server.fetch(URL_OF_PRICES, { signal: AbortSignal.timeout(1) })
    await expect(pending).rejects.toThrow(/timeout/)
    expect(server.connections).toBe(0)
  })

  test('forgets a response whose body is cancelled', async () => {
    const server = createTestServer()
    const [response] = await Promise.all([server.fetch(new Request(URL_OF_PRICES)), server.open()])
    expect(server.requests[0]?.body).toBeUndefined()
    await response.body?.cancel()
    expect(server.connections).toBe(0)
  })

  test('answers readEvents, to which what was sent before a break arrives', async () => {
    const server = createTestServer<Prices>()
    const [response] = await Promise.all([server.fetch(URL_OF_PRICES), server.open()])
    server.emit('price', acme)
    server.cut('price', acme)
    const seen: string[] = []
    const reading = (async () => {
      for await (const { data } of readEvents(response)) seen.push(data)
    })()
    await expect(reading).rejects.toThrow(ConnectionError)
    expect(seen).toEqual([JSON.stringify(acme)])
  })

  test('a 401 is asked again with fresh headers', async () => {
    const tokens = ['stale', 'fresh']
    const { server, is } = setUp('fetch', { headers: () => ({ authorization: tokens.shift() }) })
    await server.fail('http', { status: 401 })
    await server.open()
    await is('open')
    expect(server.requests.map(({ headers }) => headers['authorization'])).toEqual(['stale', 'fresh'])
  })

  test('explains itself if there is no Response, as in jsdom', async () => {
    vi.stubGlobal('Response', undefined)
    await expect(createTestServer().fetch(URL_OF_PRICES)).rejects.toThrow('Pass `transport: server.transport`')
  })
})

describe('wrong use', () => {
  const schemas = { price: z.object({ value: z.number() }) }

  test('sending before a stream is open', async () => {
    const server = createTestServer<Prices>()
    expect(() => server.emit('price', acme)).toThrow(/^emit: no stream is open: no source has connected yet/)
    expect(() => server.cut('price', acme)).toThrow(/^cut: no stream is open/)
    expect(() => server.write('')).toThrow(/^write: no stream is open/)
    expect(() => server.end()).toThrow(/^end: no stream is open/)
    const source = createEventSource<Prices>(URL_OF_PRICES, { transport: server.transport })
    closing.push(source.close)
    await Promise.resolve()
    expect(() => server.emit('price', acme)).toThrow('a request is waiting for an answer; call await server.open()')
  })

  test('event types without a schema, and payloads that JSON does not have', async () => {
    const server = createTestServer({ schemas })
    const source = createEventSource(URL_OF_PRICES, { schemas, transport: server.transport })
    closing.push(source.close)
    await server.open()
    expect(() => server.emit('toString' as never, {} as never)).toThrow('"toString" has no schema')
    expect(() => server.emit('price', undefined as never)).toThrow('emit: data must be a value that JSON can express')
    expect(() => server.emit(1 as never, {} as never)).toThrow('emit: the event type must be a string, but is 1.')
    expect(() => server.emit('price', { value: 1 }, { ID: '1' } as never)).toThrow('did you mean "id"?')
    expect(() => server.emit('price', { value: 1 }, { id: 1 as never })).toThrow('emit: id must be a string')
    expect(() => server.write(1 as never)).toThrow('write: the text must be a string')
  })

  test('unknown kinds, details and options', async () => {
    const server = createTestServer()
    await expect(server.fail('timeout' as never)).rejects.toThrow('one of network, http')
    await expect(server.fail('http', { code: 500 } as never)).rejects.toThrow('fail: there is no option "code"')
    await expect(server.fail('http', 500 as never)).rejects.toThrow('fail: details must be an object, but is 500.')
    expect(() => createTestServer({ schema: schemas } as never)).toThrow('did you mean "schemas"?')
    expect(() => createTestServer({ schemas: 'price' } as never)).toThrow('createTestServer: schemas must be')
  })
})
