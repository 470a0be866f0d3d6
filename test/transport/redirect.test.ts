import { afterEach, describe, expect, test, vi } from 'vitest'
import type { ConnectionFailure } from '../../src/failure/connection-failure.js'
import type { FetchLike, FetchLikeInit, FetchLikeResponse } from '../../src/standards/fetch-like.js'
import { fetchTransport } from '../../src/transport/fetch.js'
import type { FetchOptions } from '../../src/transport/fetch-options.js'
import type { TransportRequest } from '../../src/transport/transport.js'
import { openStream, serve } from '../event-stream/server.js'
import { stubPage } from './page.js'
import { createRequest, createSink } from './sink.js'

type Answer = Partial<FetchLikeResponse> & { readonly location?: string }

function answer({ location, ...rest }: Answer): FetchLikeResponse {
  const headers = new Headers({ 'content-type': 'text/event-stream', ...(location !== undefined && { location }) })
  return {
    status: location === undefined ? 200 : 302,
    url: '',
    headers,
    body: new ReadableStream<Uint8Array>(),
    ...rest,
  }
}

/** Opens the transport on a fetch that gives these answers, repeating the last one. */
function open(answers: readonly Answer[], options: FetchOptions = {}, request: Partial<TransportRequest> = {}) {
  const calls: [string, FetchLikeInit][] = []
  const sink = createSink()
  const session = fetchTransport({
    fetch: (url, init) => {
      calls.push([url, init])
      return Promise.resolve(answer(answers[Math.min(calls.length, answers.length) - 1] ?? {}))
    },
    ...options,
  }).open(createRequest(request), sink)
  const ended = async (): Promise<ConnectionFailure> => {
    await vi.waitFor(() => expect(sink.named('end')).toHaveLength(1))
    return sink.named('end')[0] as ConnectionFailure
  }
  const opened = () => vi.waitFor(() => expect(sink.named('open')).toHaveLength(1))
  return { calls, sink, session, ended, opened }
}

function urlsOf(calls: readonly [string, FetchLikeInit][]): string[] {
  return calls.map(([url]) => url)
}

afterEach(() => void vi.unstubAllGlobals())

describe('the target of a redirect', () => {
  test.each([
    ['/other', 'http://sse.example/other'],
    ['?a=1', 'http://sse.example/stream?a=1'],
    ['//other.example/', 'http://other.example/'],
    ['https://sse.example/stream', 'https://sse.example/stream'],
  ])('%s is resolved against the URL that redirects', async (location, target) => {
    const { calls, opened } = open([{ location }, {}])
    await opened()
    expect(urlsOf(calls)).toEqual(['http://sse.example/stream', target])
  })

  test('is resolved against the first redirect for the second one', async () => {
    const { calls, opened } = open([{ location: '/a/b' }, { location: 'c' }, {}])
    await opened()
    expect(urlsOf(calls).slice(1)).toEqual(['http://sse.example/a/b', 'http://sse.example/a/c'])
  })

  test.each([
    ['?a', '#part', 'http://sse.example/stream?a#part'],
    ['?a#own', '#part', 'http://sse.example/stream?a#own'],
    ['?a', '', 'http://sse.example/stream?a'],
  ])('%s after a URL with "%s" keeps the fragment unless it has its own', async (location, fragment, target) => {
    const { calls, opened } = open([{ location }, {}], {}, { url: `http://sse.example/stream${fragment}` })
    await opened()
    expect(calls[1]?.[0]).toBe(target)
  })

  test.each([
    ['/\u00c3\u00a4', 'bytes'],
    ['/\u00e4', 'decoded, of one byte each'],
    ['/%C3%A4', 'escaped'],
  ])('%j is UTF-8, %s', async (location) => {
    const header: FetchLikeResponse['headers'] = { get: (name) => (name === 'location' ? location : null) }
    const { calls } = open([{ status: 302, headers: header }, {}])
    await vi.waitFor(() => expect(calls[1]?.[0]).toBe('http://sse.example/%C3%A4'))
  })

  test('is the unchanged Location if it has characters beyond a byte', async () => {
    const header: FetchLikeResponse['headers'] = { get: (name) => (name === 'location' ? '/✓' : null) }
    const { calls } = open([{ status: 302, headers: header }, {}])
    await vi.waitFor(() => expect(calls[1]?.[0]).toBe('http://sse.example/%E2%9C%93'))
  })

  test('gives events their origin, even if fetch reports no URL', async () => {
    const body = new Response('data: 1\n\n').body
    const { sink } = open([{ location: 'http://other.example/' }, { body }])
    await vi.waitFor(() => expect(sink.named('message')).toMatchObject([{ origin: 'http://other.example' }]))
  })

  test('is named in the failure if it refuses the request', async () => {
    const { ended } = open([{ location: '/login' }, { status: 403, body: null }])
    expect(await ended()).toMatchObject({ kind: 'http', status: 403, url: 'http://sse.example/login' })
  })
})

describe('a followed redirect sends along', () => {
  const headers = { 'X-Api-Key': 'k', Accept: 'text/event-stream, */*', Cookie: 'a=b', 'Content-Type': 'text/x' }

  test.each([
    ['https://sse.example/stream', 'the scheme'],
    ['http://sse.example:8080/stream', 'the port'],
    ['http://api.sse.example/stream', 'the host'],
  ])('to %s, another origin by %s: the ID and Accept', async (location) => {
    const { calls, opened } = open([{ location }, {}], { headers }, { lastEventId: '7' })
    await opened()
    expect(calls[0]?.[1].headers).toMatchObject({ 'x-api-key': 'k', cookie: 'a=b' })
    expect(calls[1]?.[1].headers).toEqual({ accept: 'text/event-stream, */*', 'last-event-id': '7' })
  })

  test.each([301, 302, 303])(
    'after a %i to the same origin, no POST: its body and the headers for it are dropped',
    async (status) => {
      const { calls, opened } = open([{ status, location: '/x' }, {}], { headers, body: 'b' })
      await opened()
      expect(calls[1]?.[1]).toMatchObject({ method: 'GET' })
      expect(calls[1]?.[1]).not.toHaveProperty('body')
      expect(new Set(Object.keys(calls[1]?.[1].headers ?? {}))).toEqual(new Set(['accept', 'cookie', 'x-api-key']))
    },
  )

  test.each([
    ['HEAD', 303],
    ['GET', 303],
    ['GET', 301],
  ])('%s as the same method after a %i', async (method, status) => {
    const { calls, opened } = open([{ status, location: '/x' }, {}], { method })
    await opened()
    expect(calls[1]?.[1].method).toBe(method)
  })

  test('a method in lower case as the same method', async () => {
    const { calls, opened } = open([{ status: 302, location: '/x' }, {}], { method: 'post' })
    await opened()
    expect(calls[1]?.[1].method).toBe('GET')
  })

  test.each([307, 308])('after a %i, the same body again, created once', async (status) => {
    const body = vi.fn<() => string>(() => 'b')
    const { calls, opened } = open([{ status, location: '/x' }, {}], { body })
    await opened()
    expect(calls.map(([, init]) => [init.method, init.body])).toEqual([
      ['POST', 'b'],
      ['POST', 'b'],
    ])
    expect(body).toHaveBeenCalledTimes(1)
  })

  test('no stream, which cannot be sent twice: it is refused before any request', async () => {
    const { calls, ended } = open([{ status: 307, location: '/x' }], { body: (() => new ReadableStream()) as never })
    expect(await ended()).toMatchObject({ kind: 'application' })
    expect(calls).toEqual([])
  })
})

describe('the platform', () => {
  test('shows redirects: none is left to fetch', async () => {
    const { calls, opened } = open([{}], { headers: {} })
    await opened()
    expect(calls[0]?.[1].redirect).toBe('manual')
  })

  test('is a browser: it follows automatically, without another request', async () => {
    stubPage('https://page.example/')
    const { calls, opened } = open([{ url: 'http://sse.example/moved' }], { headers: { 'x-a': 'b' } })
    await opened()
    expect(calls.map(([, { redirect }]) => redirect)).toEqual(['follow'])
  })

  test("is a browser: if a redirect is an error, it is asked to show that there is one: 'opaqueredirect'", async () => {
    stubPage('https://page.example/')
    const hidden = { status: 0, type: 'opaqueredirect', headers: new Headers(), body: null }
    const { calls, ended } = open([hidden], { redirect: 'error' })
    const failure = await ended()
    expect(failure).toMatchObject({ kind: 'redirect', fatal: true, url: 'http://sse.example/stream' })
    expect(failure).not.toHaveProperty('status')
    expect(calls.map(([, { redirect }]) => redirect)).toEqual(['manual'])
  })

  test('hides redirects after all: it is asked to follow', async () => {
    const hidden = { status: 0, type: 'opaqueredirect', headers: new Headers(), body: null }
    const { calls, opened } = open([hidden, {}], { headers: {} })
    await opened()
    expect(calls.map(([, { redirect }]) => redirect)).toEqual(['manual', 'follow'])
  })

  test('hides redirects every time: this counts as a redirect loop too', async () => {
    const hidden = { status: 0, type: 'opaqueredirect', headers: new Headers(), body: null }
    const { calls, ended } = open([hidden])
    expect(await ended()).toMatchObject({ kind: 'redirect' })
    expect(calls).toHaveLength(21)
  })

  test('knows no cache mode: it gets none, because it would refuse it', async () => {
    vi.stubGlobal(
      'Request',
      class {
        readonly headers = new Headers()
      },
    )
    const { calls, opened } = open([{}])
    await opened()
    expect(calls[0]?.[1]).not.toHaveProperty('cache')
  })
})

describe('a custom fetch', () => {
  test('that adds a token on its own does not send it to another origin', async () => {
    const seen: (string | undefined)[] = []
    const other = await serve((request, response) => {
      seen.push(request.headers.authorization)
      openStream(response)
    })
    const { url } = await serve((request, response) => {
      seen.push(request.headers.authorization)
      response.writeHead(302, { location: other.url }).end()
    })
    const sink = createSink()
    const own: FetchLike = (input, init) =>
      fetch(input, { ...init, headers: { ...init.headers, authorization: 'Bearer SECRET' } })
    const session = fetchTransport({ fetch: own }).open(createRequest({ url }), sink)
    await vi.waitFor(() => expect(sink.named('open')).toHaveLength(1))
    session.close()
    expect(seen).toEqual(['Bearer SECRET', undefined])
  })

  test('is asked to show redirects if they are an error, or if there are headers to protect', async () => {
    for (const options of [{ redirect: 'error' }, { headers: {} }, { headers: () => ({}) }] as const) {
      const { calls, opened } = open([{}], options)
      await opened()
      expect(calls[0]?.[1].redirect).toBe('manual')
    }
  })
})

describe('between two requests', () => {
  test('the body of a redirect is released', async () => {
    let cancelled = false
    const body = new ReadableStream<Uint8Array>({ cancel: () => void (cancelled = true) })
    await open([{ location: '/x', body }, {}]).opened()
    expect(cancelled).toBe(true)
  })

  test('close() ends it, even if fetch ignores its signal', async () => {
    let answerNow = (): void => {}
    const fetch = vi.fn<() => Promise<FetchLikeResponse>>(
      () => new Promise((resolve) => (answerNow = () => resolve(answer({ location: '/x' })))),
    )
    const { session, sink } = open([], { fetch })
    await vi.waitFor(() => expect(fetch).toHaveBeenCalledTimes(1))
    session.close()
    answerNow()
    await new Promise((resolve) => setTimeout(resolve))
    expect(fetch).toHaveBeenCalledTimes(1)
    expect(sink.calls).toEqual([])
  })
})

describe('the option redirect', () => {
  test.each([['follow'], [undefined], ['error']])('may be %j', (redirect) => {
    expect(() => fetchTransport(redirect === undefined ? {} : { redirect: redirect as 'follow' })).not.toThrow()
  })

  test.each([['manual'], [true], [null]])('is refused by name if it is %j', (redirect) => {
    expect(() => fetchTransport({ redirect: redirect as never })).toThrow(/redirect must be 'follow' or 'error'/)
  })
})
