import { afterEach, beforeEach, describe, expect, test, vi } from 'vitest'
import type { ConnectionFailure } from '../../src/failure/connection-failure.js'
import type { FetchLike, FetchLikeInit, FetchLikeResponse } from '../../src/standards/fetch-like.js'
import { autoTransport } from '../../src/transport/auto.js'
import { fetchTransport } from '../../src/transport/fetch.js'
import { FETCH_DEFAULTS, type FetchOptions } from '../../src/transport/fetch-options.js'
import type { TransportRequest, TransportSession } from '../../src/transport/transport.js'
import { afterTimers } from '../behaviour/wait.js'
import { stubPage } from './page.js'
import { createRequest, createSink, type RecordingSink } from './sink.js'

const eventStream = { 'content-type': 'text/event-stream' }

/** A body that the test writes and ends; it notes when it is cancelled. */
function createBody(): {
  stream: ReadableStream<Uint8Array>
  write(text: string): void
  end(): void
  fail(error: unknown): void
  cancelled: () => boolean
} {
  let controller: ReadableStreamDefaultController<Uint8Array> | undefined
  let cancelled = false
  const stream = new ReadableStream<Uint8Array>({
    start: (made) => void (controller = made),
    cancel: () => void (cancelled = true),
  })
  return {
    stream,
    write: (text) => controller?.enqueue(new TextEncoder().encode(text)),
    end: () => controller?.close(),
    fail: (error) => controller?.error(error),
    cancelled: () => cancelled,
  }
}

function answer(part: Partial<FetchLikeResponse> & { header?: Record<string, string> } = {}): FetchLikeResponse {
  const { header = eventStream, ...rest } = part
  return {
    status: 200,
    url: 'http://sse.example/stream',
    headers: new Headers(header),
    body: createBody().stream,
    ...rest,
  }
}

function open(
  fetch: FetchLike,
  options: FetchOptions = {},
  request: Partial<TransportRequest> = {},
): { sink: RecordingSink; session: TransportSession } {
  const sink = createSink()
  return { sink, session: fetchTransport({ fetch, ...options }).open(createRequest(request), sink) }
}

function capture(response: () => FetchLikeResponse = () => answer()): {
  fetch: FetchLike
  inits: FetchLikeInit[]
  urls: string[]
} {
  const inits: FetchLikeInit[] = []
  const urls: string[] = []
  const fetch: FetchLike = (url, init) => {
    urls.push(url)
    inits.push(init)
    return Promise.resolve(response())
  }
  return { fetch, inits, urls }
}

async function ended(sink: RecordingSink): Promise<ConnectionFailure> {
  await vi.waitFor(() => expect(sink.named('end')).toHaveLength(1))
  return sink.named('end')[0] as ConnectionFailure
}

describe('the request', () => {
  test('is a GET for an event stream that bypasses every cache', async () => {
    const { fetch, inits, urls } = capture()
    const { session } = open(fetch)
    await vi.waitFor(() => expect(inits).toHaveLength(1))
    expect(urls).toEqual(['http://sse.example/stream'])
    expect(inits[0]).toMatchObject({ method: 'GET', cache: 'no-store', credentials: 'same-origin' })
    expect(inits[0]).not.toHaveProperty('body')
    expect(inits[0]?.headers).toEqual({ accept: 'text/event-stream' })
    session.close()
  })

  test('sends credentials if asked', async () => {
    const { fetch, inits } = capture()
    open(fetch, {}, { withCredentials: true }).session.close()
    await vi.waitFor(() => expect(inits[0]?.credentials).toBe('include'))
  })

  test("sends the application's headers, which replace ours in any case", async () => {
    const { fetch, inits } = capture()
    open(fetch, { headers: { ACCEPT: 'text/event-stream, */*', 'X-Token': 't' } })
    await vi.waitFor(() => expect(inits[0]?.headers).toEqual({ accept: 'text/event-stream, */*', 'x-token': 't' }))
  })

  test('changes to the headers after the check have no effect', async () => {
    const { fetch, inits } = capture()
    const headers = { 'x-token': 'checked' }
    const transport = fetchTransport({ fetch, headers })
    headers['x-token'] = 'a\0b'
    transport.open(createRequest(), createSink())
    await vi.waitFor(() => expect(inits[0]?.headers).toMatchObject({ 'x-token': 'checked' }))
  })

  test.each<[string, FetchOptions['headers']]>([
    ['Headers', new Headers({ 'X-A': 'b', ACCEPT: 'x/y' })],
    [
      'a Headers object of another realm',
      { [Symbol.iterator]: () => Object.entries({ 'x-a': 'b', accept: 'x/y' }).values() },
    ],
    ['pairs', [['X-A', 'b'] as const, ['accept', 'x/y'] as const, ['x-c', undefined] as const]],
    [
      'a Map',
      new Map([
        ['X-A', 'b'],
        ['Accept', 'x/y'],
      ]),
    ],
    ['an object, of which undefined is left out', { 'x-a': 'b', accept: 'x/y', authorization: undefined }],
    ['a function that returns pairs', () => [['X-A', 'b'] as const, ['accept', 'x/y'] as const]],
  ])('headers may be %s', async (_, headers) => {
    const { fetch, inits } = capture()
    open(fetch, { headers })
    await vi.waitFor(() => expect(inits[0]?.headers).toEqual({ 'x-a': 'b', accept: 'x/y' }))
  })

  test('a line end after a token read from a file is removed, as the platform does', async () => {
    const { fetch, inits } = capture()
    open(fetch, { headers: { authorization: ' Bearer a b\r\n' } }).session.close()
    await vi.waitFor(() => expect(inits[0]?.headers['authorization']).toBe('Bearer a b'))
  })

  test('a header given twice is combined into one, as the platform does', async () => {
    const { fetch, inits } = capture()
    const headers = [
      ['x-a', '1'],
      ['X-A', '2'],
    ] as const
    open(fetch, { headers }).session.close()
    await vi.waitFor(() => expect(inits[0]?.headers['x-a']).toBe(new Headers(headers as never).get('x-a')))
  })

  test('sends the last event ID as UTF-8 bytes, and reports it as `resumed`', async () => {
    const { fetch, inits } = capture()
    const { sink } = open(fetch, {}, { lastEventId: 'ä' })
    await vi.waitFor(() => expect(sink.named('open')).toEqual([{ transport: 'fetch', resumed: true }]))
    expect(inits[0]?.headers['last-event-id']).toBe('\u00c3\u00a4')
  })

  test('sends no header if the URL has the last event ID', async () => {
    const { fetch, inits } = capture()
    const { sink } = open(fetch, {}, { lastEventId: '7', lastEventIdInUrl: true })
    await vi.waitFor(() => expect(sink.named('open')).toEqual([{ transport: 'fetch', resumed: true }]))
    expect(inits[0]?.headers).not.toHaveProperty('last-event-id')
  })

  test('an ID that no header can hold is left out, and this is reported to the application', async () => {
    const { fetch, inits } = capture()
    const { sink } = open(fetch, {}, { lastEventId: 'a\u0001' })
    await vi.waitFor(() => expect(sink.named('open')).toEqual([{ transport: 'fetch', resumed: false }]))
    expect(inits[0]?.headers).not.toHaveProperty('last-event-id')
  })

  test('method, headers and body may be functions, called with the attempt and its reason', async () => {
    const { fetch, inits } = capture()
    const failure: ConnectionFailure = { kind: 'network', fatal: false, message: 'lost' }
    const method = vi.fn<() => Promise<string>>(() => Promise.resolve('PUT'))
    const headers = vi.fn<() => Promise<Record<string, string>>>(() => Promise.resolve({ authorization: 'b' }))
    const body = vi.fn<() => string>(() => 'payload')
    open(fetch, { method, headers, body }, { attempt: 3, failure, lastEventId: '7' })
    await vi.waitFor(() => expect(inits).toHaveLength(1))
    for (const asked of [method, headers, body]) {
      expect(asked.mock.calls).toEqual([[{ attempt: 3, failure, lastEventId: '7' }]])
    }
    expect(inits[0]).toMatchObject({ method: 'PUT', body: 'payload', headers: { authorization: 'b' } })
  })

  test.each<[string, FetchOptions]>([
    ['without a method', {}],
    ['with a method', { method: 'GET' }],
    ['with a method function', { method: () => undefined }],
  ])('a body function may leave the body out, and it is a GET: %s', async (_, options) => {
    const { fetch, inits } = capture()
    open(fetch, { ...options, body: () => undefined })
    await vi.waitFor(() => expect(inits).toHaveLength(1))
    expect(inits[0]?.method).toBe('GET')
    expect(inits[0]).not.toHaveProperty('body')
  })

  test.each([
    ['text', 'x'],
    ['bytes', new Uint8Array(1)],
    ['a buffer', new ArrayBuffer(1)],
    ['a Blob', new Blob(['x'])],
    ['a form', new FormData()],
    ['parameters', new URLSearchParams('a=b')],
  ])('the body may be %s', async (_, body) => {
    const { fetch, inits } = capture()
    open(fetch, { body })
    await vi.waitFor(() => expect(inits[0]?.body).toBe(body))
  })

  test('method wins over the default of a body', async () => {
    const { fetch, inits } = capture()
    open(fetch, { method: 'PUT', body: 'x' })
    await vi.waitFor(() => expect(inits[0]?.method).toBe('PUT'))
  })
})

describe('the answer', () => {
  test('200 and text/event-stream opens, and its events have the origin of the final URL', async () => {
    const body = createBody()
    const { sink } = open(capture(() => answer({ body: body.stream, url: 'https://other.example/redirected' })).fetch)
    body.write('id: 1\nretry: 700\nevent: price\ndata: 42\n\n')
    await vi.waitFor(() => expect(sink.named('message')).toHaveLength(1))
    expect(sink.calls).toEqual([
      ['open', { transport: 'fetch', resumed: false }],
      ['activity', undefined],
      ['retry', 700],
      ['message', { event: 'price', data: '42', id: '1', origin: 'https://other.example' }],
    ])
  })

  test('the origin is that of the request if fetch reports no URL', async () => {
    const body = createBody()
    const { sink } = open(capture(() => answer({ body: body.stream, url: '' })).fetch)
    body.write('data: 1\n\n')
    await vi.waitFor(() => expect(sink.named('message')).toMatchObject([{ origin: 'http://sse.example' }]))
  })

  test('an ID without an event is reported, and an event has only its own ID', async () => {
    const body = createBody()
    const { sink } = open(capture(() => answer({ body: body.stream })).fetch, {}, { lastEventId: '9' })
    body.write('data: a\n\nid: 10\n\ndata: b\n\n')
    await vi.waitFor(() => expect(sink.named('message')).toMatchObject([{ id: undefined }, { id: undefined }]))
    expect(sink.named('id')).toEqual(['10'])
  })

  test('204 asks the client not to reconnect', async () => {
    const { sink } = open(capture(() => answer({ status: 204, body: null, header: {} })).fetch)
    await vi.waitFor(() => expect(sink.calls).toEqual([['end', 'no-content']]))
  })

  test.each([201, 202, 203, 206, 226, 299])('%i opens as well: frameworks answer a POST with 201', async (status) => {
    const { sink } = open(capture(() => answer({ status })).fetch)
    await vi.waitFor(() => expect(sink.named('open')).toHaveLength(1))
  })

  test('another 2xx needs the media type too', async () => {
    const { sink } = open(capture(() => answer({ status: 201, header: { 'content-type': 'application/json' } })).fetch)
    expect(await ended(sink)).toMatchObject({ kind: 'content-type', fatal: true, status: 201 })
  })

  test.each([408, 425, 429, 500, 502, 503, 504, 506, 507, 509, 520, 524, 529, 530, 598, 599, 600, 999])(
    '%i may be retried',
    async (status) => {
      const { sink } = open(capture(() => answer({ status, body: null })).fetch)
      expect(await ended(sink)).toMatchObject({ kind: 'http', fatal: false, status, url: 'http://sse.example/stream' })
    },
  )

  const FINAL = [205, 301, 304, 400, 401, 403, 404, 410, 451, 501, 505]

  test.each(FINAL)('%i is final', async (status) => {
    const { sink } = open(capture(() => answer({ status, body: null })).fetch)
    expect(await ended(sink)).toMatchObject({ kind: 'http', fatal: true, status })
  })

  test.each(FINAL)('%i with Retry-After may be retried', async (status) => {
    const { sink } = open(
      capture(() => answer({ status, body: null, header: { ...eventStream, 'retry-after': '1' } })).fetch,
    )
    expect(await ended(sink)).toMatchObject({ kind: 'http', fatal: false, status, retryAfter: 1000 })
  })

  test('another media type with Retry-After may be retried', async () => {
    const { sink } = open(capture(() => answer({ header: { 'content-type': 'text/html', 'retry-after': '1' } })).fetch)
    expect(await ended(sink)).toMatchObject({ kind: 'content-type', fatal: false, retryAfter: 1000 })
  })

  test('an invalid Retry-After is ignored', async () => {
    const { sink } = open(capture(() => answer({ status: 404, header: { 'retry-after': 'soon' } })).fetch)
    const failure = await ended(sink)
    expect(failure).toMatchObject({ kind: 'http', fatal: true })
    expect(failure).not.toHaveProperty('retryAfter')
  })

  test('Retry-After is reported in ms', async () => {
    const { sink } = open(capture(() => answer({ status: 503, header: { 'retry-after': '7' } })).fetch)
    const failure = await ended(sink)
    expect(failure).toMatchObject({ retryAfter: 7000 })
    expect(failure.message).toContain('7 s')
  })

  test('there is no retryAfter without the header', async () => {
    const { sink } = open(capture(() => answer({ status: 503 })).fetch)
    expect(await ended(sink)).not.toHaveProperty('retryAfter')
  })

  test('another media type is final, and reported with the URL', async () => {
    const header = { 'content-type': 'text/html; charset=utf-8' }
    const { sink } = open(capture(() => answer({ header, url: 'http://sse.example/login' })).fetch)
    expect(await ended(sink)).toMatchObject({
      kind: 'content-type',
      fatal: true,
      mediaType: 'text/html; charset=utf-8',
      url: 'http://sse.example/login',
    })
  })

  test.each([404, 503])('the unread body of a %i is cancelled', async (status) => {
    const body = createBody()
    const { sink } = open(capture(() => answer({ status, body: body.stream })).fetch)
    await ended(sink)
    expect(body.cancelled()).toBe(true)
  })

  test('a fetch without streaming bodies is reported as such', async () => {
    const { sink } = open(capture(() => answer({ body: null })).fetch)
    expect(await ended(sink)).toMatchObject({ kind: 'unsupported', fatal: true })
  })

  test('a missing fetch is reported as such', async () => {
    vi.stubGlobal('fetch', undefined)
    const sink = createSink()
    fetchTransport().open(createRequest(), sink)
    expect(await ended(sink)).toMatchObject({ kind: 'unsupported', fatal: true })
    vi.unstubAllGlobals()
  })
})

describe('a 401', () => {
  test('with a header function is retried at once, only once, with the reason', async () => {
    const statuses = [401, 200]
    const { fetch, inits } = capture(() => answer({ status: statuses.shift() ?? 500 }))
    const headers = vi.fn<(context: { failure: ConnectionFailure | undefined }) => Record<string, string>>(
      ({ failure }) => ({ authorization: failure?.status === 401 ? 'fresh' : 'stale' }),
    )
    const { sink } = open(fetch, { headers })
    await vi.waitFor(() => expect(sink.named('open')).toHaveLength(1))
    expect(inits.map((init) => init.headers['authorization'])).toEqual(['stale', 'fresh'])
  })

  test('is final the second time', async () => {
    const { fetch, inits } = capture(() => answer({ status: 401 }))
    const { sink } = open(fetch, { headers: () => ({}) })
    expect(await ended(sink)).toMatchObject({ kind: 'http', fatal: true, status: 401 })
    expect(inits).toHaveLength(2)
  })

  test('with fixed headers is final at once', async () => {
    const { fetch, inits } = capture(() => answer({ status: 401 }))
    const { sink } = open(fetch, { headers: { authorization: 'stale' } })
    await ended(sink)
    expect(inits).toHaveLength(1)
  })

  test('is not retried if the source is closed while the body is read', async () => {
    const body = createBody()
    const read = vi.spyOn(body.stream, 'getReader')
    const { fetch, inits } = capture(() => answer({ status: 401, body: body.stream }))
    const headers = vi.fn<() => Record<string, string>>(() => ({}))
    const { sink, session } = open(fetch, { headers })
    await vi.waitFor(() => expect(read).toHaveBeenCalled())
    session.close()
    await afterTimers(1)
    expect(headers).toHaveBeenCalledOnce()
    expect(inits).toHaveLength(1)
    expect(sink.calls).toEqual([])
  })
})

describe('a last event ID for another origin', () => {
  const PAGE = 'https://page.example/'
  const failing = () => vi.fn<FetchLike>(() => Promise.reject(new TypeError('Failed to fetch')))
  const withId = { lastEventId: '7' }

  afterEach(() => void vi.unstubAllGlobals())

  test('is left out if the request fails with it, like a refused preflight, and this is reported', async () => {
    stubPage(PAGE)
    const body = createBody()
    const fetch: FetchLike = (_, init) =>
      'last-event-id' in init.headers
        ? Promise.reject(new TypeError('Failed to fetch'))
        : Promise.resolve(answer({ body: body.stream }))
    const headers = vi.fn<() => Record<string, string>>(() => ({}))
    const { sink } = open(fetch, { headers }, withId)
    body.write('data: 1\n\n')
    await vi.waitFor(() => expect(sink.named('message')).toMatchObject([{ data: '1' }]))
    expect(sink.named('open')).toEqual([{ transport: 'fetch', resumed: false }])
    expect(headers.mock.calls).toMatchObject([[{ lastEventId: '7' }], [{ lastEventId: '' }]])
  })

  test.each<[string, () => void, Partial<TransportRequest>, number]>([
    ['a page of another origin', () => stubPage(PAGE), withId, 2],
    ['a page of the same origin', () => stubPage('http://sse.example/'), withId, 1],
    ['a sandboxed frame, even of that server', () => stubPage('http://sse.example/', 'null'), withId, 2],
    ['a srcdoc, whose origin is inherited', () => stubPage('about:srcdoc', 'http://sse.example'), withId, 1],
    ['a platform without a page', () => {}, withId, 1],
    ['a platform with a location and without CORS', () => vi.stubGlobal('location', new URL(PAGE)), withId, 1],
    [
      'a test environment that has only a location',
      () => (stubPage(PAGE), vi.stubGlobal('origin', undefined)),
      withId,
      2,
    ],
    ['a page without an ID', () => stubPage(PAGE), {}, 1],
    ['a page with the ID in the URL', () => stubPage(PAGE), { ...withId, lastEventIdInUrl: true }, 1],
  ])('from %s: a failed request is repeated only if its preflight may have failed', async (_, stub, request, times) => {
    stub()
    const fetch = failing()
    const { sink } = open(fetch, {}, request)
    expect(await ended(sink)).toMatchObject({ kind: 'network', fatal: false })
    expect(fetch).toHaveBeenCalledTimes(times)
  })

  test.each([200, 404, 503])('is kept once a request with it has got a %i from that origin', async (status) => {
    stubPage(PAGE)
    const fetch = failing()
    fetch.mockImplementationOnce(() => Promise.resolve(answer({ status, body: null })))
    const transport = fetchTransport({ fetch })
    for (const url of ['https://a.example/1', 'https://a.example/2', 'https://b.example/']) {
      const sink = createSink()
      transport.open(createRequest({ ...withId, url }), sink)
      await ended(sink)
    }
    expect(fetch.mock.calls.map(([url, init]) => [url, init.headers['last-event-id']])).toEqual([
      ['https://a.example/1', '7'],
      ['https://a.example/2', '7'],
      ['https://b.example/', '7'],
      ['https://b.example/', undefined],
    ])
  })

  test('a request without an ID proves nothing: it needed no preflight', async () => {
    stubPage(PAGE)
    const fetch = failing()
    fetch.mockImplementationOnce(() => Promise.resolve(answer({ body: null })))
    const transport = fetchTransport({ fetch })
    for (const request of [{}, withId]) {
      const sink = createSink()
      transport.open(createRequest(request), sink)
      // oxlint-disable-next-line no-await-in-loop -- one attempt after the other
      await ended(sink)
    }
    expect(fetch.mock.calls.map(([, init]) => init.headers['last-event-id'])).toEqual([undefined, '7', undefined])
  })

  test('an ID that another transport has sent proves nothing', async () => {
    stubPage(PAGE)
    const other = open(capture().fetch, {}, withId)
    await vi.waitFor(() => expect(other.sink.named('open')).toHaveLength(1))
    const fetch = failing()
    await ended(open(fetch, {}, withId).sink)
    expect(fetch).toHaveBeenCalledTimes(2)
  })

  test.each<[string, FetchOptions]>([
    ['a POST', { method: 'POST' }],
    ['a body', { body: 'x' }],
    ['a method from a function', { method: () => 'GET' }],
  ])('%s is not sent a second time', async (_, options) => {
    stubPage(PAGE)
    const fetch = failing()
    await ended(open(fetch, options, withId).sink)
    expect(fetch).toHaveBeenCalledTimes(1)
  })

  test('after close() no second request is made', async () => {
    stubPage(PAGE)
    const headers = vi.fn<() => Record<string, string>>(() => ({}))
    const abortable: FetchLike = (_, { signal }) =>
      new Promise((_resolve, reject) => signal.addEventListener('abort', () => reject(new TypeError('aborted'))))
    const { session } = open(abortable, { headers }, withId)
    await vi.waitFor(() => expect(headers).toHaveBeenCalledTimes(1))
    await Promise.resolve()
    session.close()
    await new Promise((resolve) => setTimeout(resolve))
    expect(headers).toHaveBeenCalledTimes(1)
  })

  test('a status is an answer: no second request is made', async () => {
    stubPage(PAGE)
    const { fetch, inits } = capture(() => answer({ status: 503, body: null }))
    await ended(open(fetch, {}, withId).sink)
    expect(inits).toHaveLength(1)
  })
})

describe('a request that may be repeated automatically', () => {
  test.each<[FetchOptions, boolean]>([
    [{}, true],
    [{ method: 'GET' }, true],
    [{ method: 'head' }, true],
    [{ headers: { a: 'b' } }, true],
    [{ method: 'POST' }, false],
    [{ method: 'PUT' }, false],
    [{ method: () => 'GET' }, false],
    [{ body: '' }, false],
    [{ body: () => undefined }, false],
    [{ method: 'GET', body: () => undefined }, false],
  ])('%o: %s', (options, expected) => {
    expect(fetchTransport(options).repeatable).toBe(expected)
    const { method, body } = options
    const settings = { ...FETCH_DEFAULTS, ...(method !== undefined && { method }), ...(body !== undefined && { body }) }
    expect(autoTransport(settings, { fetchAsked: true }).repeatable).toBe(expected)
  })
})

describe('the end', () => {
  test('of the stream is a failure that may be retried, and discards a partial event', async () => {
    const body = createBody()
    const { sink } = open(capture(() => answer({ body: body.stream })).fetch)
    body.write('data: whole\n\ndata: part\n')
    body.end()
    expect(await ended(sink)).toMatchObject({ kind: 'ended', fatal: false })
    expect(sink.named('message')).toMatchObject([{ data: 'whole' }])
  })

  test('a broken stream and a refused request are network failures with their cause', async () => {
    const cause = new TypeError('terminated')
    const body = createBody()
    const broken = open(capture(() => answer({ body: body.stream })).fetch)
    await vi.waitFor(() => expect(broken.sink.named('open')).toHaveLength(1))
    body.fail(cause)
    expect(await ended(broken.sink)).toMatchObject({ kind: 'network', fatal: false, cause })
    const refused = open(() => Promise.reject(cause))
    expect(await ended(refused.sink)).toMatchObject({ kind: 'network', fatal: false, cause })
  })

  test('the message has the reason, which Node puts into the cause', async () => {
    const plain = open(() => Promise.reject(new TypeError('Failed to fetch')))
    expect((await ended(plain.sink)).message).toContain('Failed to fetch')
    const cause = new Error('connect ECONNREFUSED 127.0.0.1:1')
    const { sink } = open(() => Promise.reject(new TypeError('fetch failed', { cause })))
    expect((await ended(sink)).message).toContain('ECONNREFUSED')
  })

  test.each<[string, FetchOptions]>([
    [
      'a header function that throws',
      {
        headers: () => {
          throw new Error('mine')
        },
      },
    ],
    ['a header function that rejects', { headers: () => Promise.reject(new Error('mine')) }],
    [
      'a body function that throws',
      {
        body: () => {
          throw new Error('mine')
        },
      },
    ],
    ['a header that cannot be sent', { headers: () => ({ 'x-a': 'b\nc' }) }],
    ['a method that cannot be sent', { method: () => 'GET IT' }],
    ['a method that is forbidden', { method: () => 'TRACE' }],
    ['a GET with a body, by the method', { method: () => 'GET', body: 'x' }],
    ['a HEAD with a body, by the body', { method: 'HEAD', body: () => 'x' }],
    ['a header that is not a string', { headers: (() => ({ a: 1 })) as unknown as () => Record<string, string> }],
    ['a header name that cannot be sent', { headers: () => ({ 'x a': 'b' }) }],
    ['a header beyond Latin-1', { headers: () => ({ 'x-a': 'ł' }) }],
    ['invalid pairs', { headers: (() => [1]) as unknown as () => Record<string, string> }],
    ['invalid headers', { headers: (() => null) as unknown as () => Record<string, string> }],
  ])('%s is a failure of the application', async (_, options) => {
    const fetch = vi.fn<FetchLike>()
    const { sink } = open(fetch, options)
    expect(await ended(sink)).toMatchObject({ kind: 'application', fatal: false, cause: expect.any(Error) as Error })
    expect(fetch).not.toHaveBeenCalled()
  })

  test('an event above maxEventSize is final, and the body is released', async () => {
    const body = createBody()
    const { sink } = open(capture(() => answer({ body: body.stream })).fetch, { maxEventSize: 100 })
    body.write('data: 1\n\n')
    body.write(`data: ${'x'.repeat(200)}`)
    expect(await ended(sink)).toMatchObject({ kind: 'too-large', fatal: true })
    await vi.waitFor(() => expect(body.cancelled()).toBe(true))
    expect(sink.named('message')).toHaveLength(1)
  })
})

describe('close', () => {
  test('while the request waits: it is aborted, and nothing is reported', async () => {
    let signal: AbortSignal | undefined
    const { sink, session } = open((_, init) => {
      signal = init.signal
      return new Promise((_resolve, reject) => {
        init.signal.addEventListener('abort', () => reject(init.signal.reason as Error))
      })
    })
    await vi.waitFor(() => expect(signal).toBeDefined())
    session.close()
    session.close()
    expect(signal?.aborted).toBe(true)
    await new Promise((resolve) => setTimeout(resolve))
    expect(sink.calls).toEqual([])
  })

  test.each(['headers', 'body', 'method'] as const)('while the %s function waits: no request is made', async (name) => {
    let release = (_: undefined): void => {}
    const { fetch, inits } = capture()
    const { sink, session } = open(fetch, { [name]: () => new Promise((resolve) => (release = resolve)) })
    await Promise.resolve()
    session.close()
    release(undefined)
    await new Promise((resolve) => setTimeout(resolve))
    expect(inits).toEqual([])
    expect(sink.calls).toEqual([])
  })

  test('a fetch that ignores the signal: its late answer is released unread', async () => {
    const body = createBody()
    let release = (_: FetchLikeResponse): void => {}
    const { sink, session } = open(() => new Promise((resolve) => (release = resolve)))
    await Promise.resolve()
    session.close()
    await new Promise((resolve) => setTimeout(resolve))
    release(answer({ body: body.stream }))
    await vi.waitFor(() => expect(body.cancelled()).toBe(true))
    expect(sink.calls).toEqual([])
  })

  test('while a read waits: the body is cancelled', async () => {
    const body = createBody()
    const { sink, session } = open(capture(() => answer({ body: body.stream })).fetch)
    await vi.waitFor(() => expect(sink.named('open')).toHaveLength(1))
    session.close()
    await vi.waitFor(() => expect(body.cancelled()).toBe(true))
    expect(sink.named('end')).toEqual([])
  })

  describe('a custom fetch whose body ignores cancel()', () => {
    const chunk = new TextEncoder().encode('data: 1\n\n')
    let reads = 0
    const reader = {
      // Like a network: each chunk comes in a task of its own.
      read: () =>
        new Promise<{ done: false; value: Uint8Array }>((resolve) => {
          reads++
          setTimeout(() => resolve({ done: false, value: chunk }))
        }),
      cancel: () => Promise.resolve(),
    }
    const { fetch } = capture(() => answer({ body: { locked: false, getReader: () => reader } }))
    const severalTurns = async (): Promise<void> => {
      for (let turn = 0; turn < 5; turn++) await new Promise((resolve) => setTimeout(resolve))
    }
    beforeEach(() => {
      reads = 0
    })

    test('is not read further', async () => {
      const { sink, session } = open(fetch)
      await vi.waitFor(() => expect(sink.named('message').length).toBeGreaterThan(1))
      session.close()
      const atClose = reads
      await severalTurns()
      expect(reads).toBe(atClose)
    })

    test('is read once at most if it is closed while it opens', async () => {
      let opened = 0
      const session = fetchTransport({ fetch }).open(createRequest(), {
        ...createSink(),
        onOpen() {
          opened++
          session.close()
        },
      })
      await vi.waitFor(() => expect(opened).toBe(1))
      await severalTurns()
      expect(reads).toBeLessThanOrEqual(1)
    })
  })

  test('from within an event: the rest of the chunk is not delivered', async () => {
    const body = createBody()
    const sink = createSink()
    const seen: string[] = []
    const session = fetchTransport({ fetch: capture(() => answer({ body: body.stream })).fetch }).open(
      createRequest(),
      {
        ...sink,
        onMessage({ data }) {
          seen.push(data)
          session.close()
        },
      },
    )
    body.write('data: 1\n\ndata: 2\n\n')
    await vi.waitFor(() => expect(body.cancelled()).toBe(true))
    expect(seen).toEqual(['1'])
  })
})

describe('options', () => {
  test.each<[unknown, string]>([
    [{ method: 1 }, 'method'],
    [{ headers: 'a' }, 'headers'],
    [{ headers: null }, 'headers'],
    [{ headers: { a: 1 } }, 'headers'],
    [{ headers: { 'a\n': 'b' } }, 'fetchTransport'],
    [{ body: 'x', method: 'GET' }, 'body'],
    [{ fetch: {} }, 'fetch'],
    [{ maxEventSize: '1' }, 'maxEventSize'],
  ])('%j is a TypeError', (options, name) => {
    expect(() => fetchTransport(options as FetchOptions)).toThrow(TypeError)
    expect(() => fetchTransport(options as FetchOptions)).toThrow(name)
  })

  test('a maxEventSize of 0 is a RangeError', () => {
    expect(() => fetchTransport({ maxEventSize: 0 })).toThrow(RangeError)
    expect(() => fetchTransport({ maxEventSize: Number.NaN })).toThrow(RangeError)
  })
})
