import { afterEach, describe, expect, test, vi } from 'vitest'
import type { FetchLike } from '../../src/standards/fetch-like.js'
import { fetchTransport } from '../../src/transport/fetch.js'
import { whyNotFetchable } from '../../src/transport/scheme.js'
import { createRequest, createSink } from './sink.js'

afterEach(() => void vi.unstubAllGlobals())

describe('a URL', () => {
  test.each(['http://a/', 'https://a/', 'data:text/event-stream,data:1', 'blob:http://a/1', 'file:///a'])(
    '%s is one that fetch can use',
    (url) => expect(whyNotFetchable(new URL(url))).toBeUndefined(),
  )

  test.each([
    ['localhost:3000/events?a=b', '"localhost:"', 'did you mean http://localhost:3000/events?a=b?'],
    ['sse.example:80', '"sse.example:"', 'did you mean http://sse.example:80?'],
    ['ftp://a/', '"ftp:"', 'fetch cannot use.'],
    ['mailto:nobody@a.example', '"mailto:"', 'fetch cannot use.'],
    ['about:blank', '"about:"', 'fetch cannot use.'],
  ])('%s is refused with a reason', (url, scheme, end) => {
    const why = whyNotFetchable(new URL(url))
    expect(why).toContain(scheme)
    expect(why?.endsWith(end)).toBe(true)
  })

  test('with credentials is refused, without repeating them', () => {
    for (const url of ['http://user@a/', 'http://user:secret@a/', 'https://:secret@a/']) {
      const why = whyNotFetchable(new URL(url))
      expect(why).toContain('credentials')
      expect(why).not.toMatch(/secret|user/)
    }
  })
})

describe('the fetch transport', () => {
  const request = createRequest({ url: 'localhost:3000/events' })

  test('fails at once and for good for a scheme that fetch cannot use, without a request', () => {
    const fetch = vi.fn<FetchLike>()
    vi.stubGlobal('fetch', fetch)
    const sink = createSink()
    fetchTransport().open(request, sink).close()
    expect(sink.calls).toMatchObject([['end', { kind: 'unsupported', fatal: true, url: request.url }]])
    expect(sink.named('end')).toMatchObject([{ message: expect.stringContaining('http://localhost:3000') as string }])
    expect(fetch).not.toHaveBeenCalled()
  })

  test('leaves the scheme to a custom fetch, which may know it', async () => {
    const fetch = vi.fn<FetchLike>(() => new Promise(() => {}))
    fetchTransport({ fetch }).open(request, createSink())
    await vi.waitFor(() => expect(fetch).toHaveBeenCalledOnce())
  })
})
