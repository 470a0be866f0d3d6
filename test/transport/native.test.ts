import { afterEach, beforeEach, describe, expect, test, vi } from 'vitest'
import { autoTransport } from '../../src/transport/auto.js'
import { FETCH_DEFAULTS } from '../../src/transport/fetch-options.js'
import { nativeTransport } from '../../src/transport/native.js'
import { stubPage } from './page.js'
import { createRequest, createSink } from './sink.js'

/** The part of the browser's class that the transport uses; test/behaviour uses real ones. */
class FakeEventSource extends EventTarget {
  static readonly made: FakeEventSource[] = []
  readonly CLOSED = 2
  readyState = 0
  readonly heard = new Set<string>()

  readonly url: string
  readonly init: { withCredentials: boolean }

  constructor(url: string, init: { withCredentials: boolean }) {
    super()
    this.url = url
    this.init = init
    FakeEventSource.made.push(this)
  }

  override addEventListener(type: string, listener: EventListener): void {
    this.heard.add(type)
    super.addEventListener(type, listener)
  }

  close(): void {
    this.readyState = 2
  }

  announce(): void {
    this.readyState = 1
    this.dispatchEvent(new Event('open'))
  }

  breakOff(readyState: 0 | 2): void {
    this.readyState = readyState
    this.dispatchEvent(new Event('error'))
  }

  deliver(type: string, data: string, lastEventId = ''): void {
    this.dispatchEvent(new MessageEvent(type, { data, lastEventId, origin: 'http://sse.example' }))
  }
}

function latest(): FakeEventSource {
  const source = FakeEventSource.made.at(-1)
  if (source === undefined) throw new Error('no EventSource was made')
  return source
}

beforeEach(() => {
  FakeEventSource.made.length = 0
  // Bound: its source code is hidden, like that of a browser's own class.
  vi.stubGlobal('EventSource', FakeEventSource.bind(undefined))
  // Like a page on that origin: elsewhere 'auto' is fetch.
  stubPage('http://sse.example')
})
afterEach(() => void vi.unstubAllGlobals())

describe('the native transport', () => {
  test('passes on the URL and the credentials, and listens for the requested types', () => {
    const sink = createSink()
    const types = new Set(['price', 'open'])
    const session = nativeTransport().open(createRequest({ withCredentials: true, types }), sink)
    expect(latest()).toMatchObject({ url: 'http://sse.example/stream', init: { withCredentials: true } })
    session.listen?.('news')
    latest().announce()
    latest().deliver('price', '1')
    latest().deliver('news', '2')
    latest().deliver('other', '3')
    expect(sink.named('open')).toEqual([{ transport: 'native', resumed: false }])
    expect(sink.named('message')).toEqual([
      { event: 'price', data: '1', id: undefined, origin: 'http://sse.example' },
      { event: 'news', data: '2', id: undefined, origin: 'http://sse.example' },
    ])
  })

  test('says that it does not hear every type', () => {
    expect(nativeTransport()).toMatchObject({ name: 'native', everyType: false })
  })

  test('a type that is requested twice is delivered once', () => {
    const sink = createSink()
    const session = nativeTransport().open(createRequest({ types: new Set(['price']) }), sink)
    session.listen?.('price')
    latest().deliver('price', '1')
    expect(sink.named('message')).toHaveLength(1)
  })

  test('events that the server has named open and error are data, and need a listener', () => {
    const sink = createSink()
    const session = nativeTransport().open(createRequest(), sink)
    latest().deliver('open', '1')
    latest().deliver('error', '2')
    expect(sink.calls).toEqual([])
    session.listen?.('open')
    session.listen?.('error')
    latest().deliver('open', '3')
    latest().deliver('error', '4')
    expect(sink.named('message')).toMatchObject([{ event: 'open' }, { event: 'error' }])
    expect([sink.named('open'), sink.named('end')]).toEqual([[], []])
  })

  test("a polyfill's events are distinguished by their data, not by their class", () => {
    const sink = createSink()
    nativeTransport().open(createRequest({ types: new Set(['error']) }), sink)
    vi.stubGlobal('MessageEvent', undefined)
    latest().dispatchEvent(Object.assign(new Event('error'), { data: '1', lastEventId: '', origin: 'http://a' }))
    latest().dispatchEvent(new Event('open'))
    expect(sink.named('message')).toMatchObject([{ event: 'error', data: '1' }])
    expect([sink.named('open').length, sink.named('end').length]).toEqual([1, 0])
  })

  test('an EventSource that has seen no ID is not left to reconnect on its own: it would not send ours', () => {
    const sink = createSink()
    nativeTransport().open(createRequest({ lastEventId: '5', types: new Set(['message']) }), sink)
    latest().announce()
    latest().breakOff(0)
    expect(latest().readyState).toBe(2)
    expect(sink.named('interrupted')).toEqual([])
    expect(sink.named('end')).toMatchObject([{ kind: 'network' }])
  })

  test('a new ID is that of its event; an earlier ID lasts until the stream sets one', () => {
    const sink = createSink()
    const types = new Set(['message'])
    nativeTransport().open(createRequest({ lastEventId: '5', lastEventIdInUrl: true, types }), sink)
    latest().deliver('message', 'a')
    latest().deliver('message', 'b', '6')
    latest().deliver('message', 'c', '6')
    latest().deliver('message', 'd', '')
    expect(sink.calls).toMatchObject([
      ['message', { data: 'a', id: undefined }],
      ['message', { data: 'b', id: '6' }],
      ['message', { data: 'c', id: undefined }],
      ['message', { data: 'd', id: '' }],
    ])
  })

  test('a broken connection without a known ID is ended, to be opened again', () => {
    const sink = createSink()
    nativeTransport().open(createRequest(), sink)
    latest().announce()
    latest().breakOff(0)
    expect(latest().readyState).toBe(2)
    expect(sink.named('end')).toMatchObject([{ kind: 'network', fatal: false }])
    expect(sink.named('interrupted')).toEqual([])
  })

  test('with a known ID it is left to the browser, because only the browser can send it', () => {
    const sink = createSink()
    nativeTransport().open(createRequest({ types: new Set(['message']) }), sink)
    latest().announce()
    latest().deliver('message', 'a', '1')
    latest().breakOff(0)
    expect(latest().readyState).toBe(0)
    expect(sink.named('interrupted')).toMatchObject([{ kind: 'network', fatal: false }])
    latest().announce()
    expect(sink.named('open')).toEqual([
      { transport: 'native', resumed: false },
      { transport: 'native', resumed: true },
    ])
    expect(sink.named('end')).toEqual([])
  })

  test('with the ID in the URL it is opened again', () => {
    const sink = createSink()
    const types = new Set(['message'])
    nativeTransport().open(createRequest({ lastEventId: '1', lastEventIdInUrl: true, types }), sink)
    latest().announce()
    latest().deliver('message', 'a', '2')
    latest().breakOff(0)
    expect(sink.named('open')).toEqual([{ transport: 'native', resumed: true }])
    expect(sink.named('end')).toMatchObject([{ kind: 'network' }])
  })

  test('the stream is not resumed if there is no ID yet, or the ID is not in the URL', () => {
    const sink = createSink()
    nativeTransport().open(createRequest({ lastEventIdInUrl: true }), sink)
    latest().announce()
    nativeTransport().open(createRequest({ lastEventId: '1' }), sink)
    latest().announce()
    expect(sink.named('open')).toEqual([
      { transport: 'native', resumed: false },
      { transport: 'native', resumed: false },
    ])
  })

  describe('when the browser gives up', () => {
    const answering = (response: () => Response | Promise<Response>) =>
      vi.fn<(url: string, init: RequestInit) => Promise<Response>>(async () => response())

    async function giveUp(fetch: ReturnType<typeof answering>) {
      vi.stubGlobal('fetch', fetch)
      const sink = createSink()
      const request = createRequest({ lastEventId: '7', withCredentials: true })
      const session = nativeTransport().open(request, sink)
      latest().breakOff(2)
      await vi.waitFor(() => expect(fetch).toHaveBeenCalledTimes(1))
      return { sink, session }
    }

    test('one request, as similar as fetch can make it without a preflight, finds out why', async () => {
      const fetch = answering(() => new Response('gone', { status: 410, headers: { 'content-type': 'text/plain' } }))
      const { sink } = await giveUp(fetch)
      await vi.waitFor(() => expect(sink.named('end')).toMatchObject([{ kind: 'http', status: 410, body: 'gone' }]))
      expect(fetch.mock.calls[0]).toMatchObject([
        'http://sse.example/stream',
        { method: 'GET', credentials: 'include' },
      ])
      expect(fetch.mock.calls[0]?.[1].headers).toEqual({ accept: 'text/event-stream' })
    })

    test('a 204 to that request means the same as on fetch', async () => {
      const { sink } = await giveUp(answering(() => new Response(null, { status: 204 })))
      await vi.waitFor(() => expect(sink.calls).toEqual([['end', 'no-content']]))
    })

    test('an event stream is released unread, and the reason stays unknown', async () => {
      const cancelled = vi.fn<() => void>()
      const body = new ReadableStream<Uint8Array>({
        start: (controller) => controller.enqueue(new TextEncoder().encode('id: 1\ndata: 1\n\n')),
        cancel: cancelled,
      })
      const { sink } = await giveUp(
        answering(() => new Response(body, { headers: { 'content-type': 'text/event-stream' } })),
      )
      await vi.waitFor(() => expect(cancelled).toHaveBeenCalledTimes(1))
      expect(sink.calls).toMatchObject([['end', { kind: 'native', fatal: false }]])
    })

    test('a status that opens only for fetch is reported as the one that the browser refused', async () => {
      const init = { status: 201, headers: { 'content-type': 'text/event-stream' } }
      const { sink } = await giveUp(answering(() => new Response('data: 1\n\n', init)))
      await vi.waitFor(() => expect(sink.calls).toMatchObject([['end', { kind: 'http', fatal: true, status: 201 }]]))
    })

    test('a request that fails is a network failure', async () => {
      const { sink } = await giveUp(answering(() => Promise.reject(new TypeError('Failed to fetch'))))
      await vi.waitFor(() => expect(sink.named('end')).toMatchObject([{ kind: 'network', fatal: false }]))
    })

    test('close() aborts that request', async () => {
      const fetch = answering(() => new Promise<Response>(() => {}))
      const { session } = await giveUp(fetch)
      session.close()
      expect(fetch.mock.calls[0]?.[1].signal?.aborted).toBe(true)
    })

    test("no request is made on 'auto', whose next attempt is one", () => {
      const fetch = answering(() => new Response())
      const sink = createSink()
      autoTransport({ ...FETCH_DEFAULTS, fetch }, { fetchAsked: false }).open(createRequest(), sink)
      latest().breakOff(2)
      expect(sink.named('end')).toMatchObject([{ kind: 'native', fatal: false }])
      expect(fetch).not.toHaveBeenCalled()
    })
  })

  test('close() closes the EventSource', () => {
    nativeTransport().open(createRequest(), createSink()).close()
    expect(latest().readyState).toBe(2)
  })

  test('without an EventSource, the failure says so', () => {
    vi.stubGlobal('EventSource', undefined)
    const sink = createSink()
    nativeTransport().open(createRequest(), sink).close()
    expect(sink.named('end')).toMatchObject([{ kind: 'unsupported', fatal: true }])
  })
})

describe('the automatic transport', () => {
  const auto = autoTransport({ ...FETCH_DEFAULTS, fetch: () => new Promise(() => {}) }, { fetchAsked: false })

  test.each<[string, Parameters<typeof createRequest>[0], boolean]>([
    ['nothing is required', {}, true],
    ['every type is wanted', { types: 'every' }, false],
    ['an ID is known', { lastEventId: '1' }, false],
    ['an ID is known and in the URL', { lastEventId: '1', lastEventIdInUrl: true }, true],
    ['native has given up', { failure: { kind: 'native', fatal: false, message: '' } }, false],
    ['a status was seen', { failure: { kind: 'http', fatal: false, message: '' } }, false],
    ['the stream ended', { failure: { kind: 'ended', fatal: false, message: '' } }, false],
    ['the stream broke', { failure: { kind: 'network', fatal: false, message: '' } }, false],
  ])('when %s, with %j: native is %s', (_, request, native) => {
    auto.open(createRequest(request), createSink()).close()
    expect(FakeEventSource.made).toHaveLength(native ? 1 : 0)
  })

  test('uses fetch if asked to, and if there is no EventSource', () => {
    autoTransport({ ...FETCH_DEFAULTS, fetch: () => new Promise(() => {}) }, { fetchAsked: true })
      .open(createRequest(), createSink())
      .close()
    expect(FakeEventSource.made).toHaveLength(0)
    vi.stubGlobal('EventSource', undefined)
    const sink = createSink()
    auto.open(createRequest(), sink).close()
    expect(sink.calls).toEqual([])
  })

  test('uses fetch outside of browsers, whatever EventSource is there', () => {
    vi.stubGlobal('location', undefined)
    auto.open(createRequest(), createSink()).close()
    expect(FakeEventSource.made).toHaveLength(0)
  })

  test.each([
    ['http://sse.example', 'end'],
    ['http://elsewhere.example', 'interrupted'],
  ])('a page at %s with a known ID: %s', (origin, outcome) => {
    stubPage(origin)
    const sink = createSink()
    auto.open(createRequest({ types: new Set(['message']) }), sink)
    latest().announce()
    latest().deliver('message', 'a', '1')
    latest().breakOff(0)
    expect(sink.named(outcome)).toHaveLength(1)
  })
})
