import { describe, expect, onTestFinished, test, vi } from 'vitest'
import { shareSource, type SharedSource } from '../../src/adapters/shared-source.js'
import type { SharedOptions } from '../../src/adapters/source-key.js'
import { createEventSource } from '../../src/client/create-event-source.js'
import { createFakeTransport, type FakeTransport, settled } from '../connection/world.js'

let last = 0

/** A URL of its own for each test, because sources outlive those who used them. */
const newUrl = (): string => `http://sse.example/${++last}`

function share(url: string | URL, options: SharedOptions = {}): SharedSource & { readonly transport: FakeTransport } {
  const transport = createFakeTransport()
  const shared = shareSource('useEventSource', url, { transport, ...options })
  onTestFinished(() => shared.source.close())
  return { ...shared, transport }
}

describe('a shared source', () => {
  test('is the same for the same URL and options, in any order', () => {
    const url = newUrl()
    const { source } = share(url, { withCredentials: true, lastEventIdParam: 'id' })
    expect(share(url, { lastEventIdParam: 'id', withCredentials: true }).source).toBe(source)
    expect(share(new URL(url), { lastEventIdParam: 'id', withCredentials: true }).source).toBe(source)
    expect(share(url, { lastEventIdParam: 'id', withCredentials: true, idleTimeout: undefined }).source).toBe(source)
  })

  test.each<[string, SharedOptions, SharedOptions]>([
    ['plain headers', { transport: 'fetch', headers: { a: '1' } }, { transport: 'fetch', headers: { a: '2' } }],
    [
      'an object of headers',
      { transport: 'fetch', headers: new Headers({ a: '1' }) },
      { transport: 'fetch', headers: new Headers({ a: '2' }) },
    ],
    ['an option and none', { idleTimeout: 1000 }, {}],
    ['a function and none', { onPayloadError() {} }, {}],
    ['another parser', { parse: { note: String } }, { parse: { note: 'json' } }],
    ['a parser of another type', { parse: { note: String } }, { parse: { price: String } }],
    ['another transport', { transport: 'fetch' }, { transport: 'native' }],
    ['other event types', { schemas: {} }, {}],
  ])('is another one for %s', (_, options, others) => {
    const url = newUrl()
    const { source } = shareSource('useEventSource', url, options)
    expect(shareSource('useEventSource', url, options).source).toBe(source)
    expect(shareSource('useEventSource', url, others).source).not.toBe(source)
    expect(shareSource('useEventSource', newUrl(), options).source).not.toBe(source)
  })

  test('has nothing to close until somebody holds it', async () => {
    vi.useFakeTimers({ toFake: ['setTimeout', 'clearTimeout', 'setInterval', 'Date'] })
    onTestFinished(() => {
      vi.useRealTimers()
    })
    const { source, transport } = share(newUrl())
    await settled()
    expect([source.status.get().state, transport.sessions.length, vi.getTimerCount()]).toEqual(['idle', 0, 0])
  })

  test('is connected once for all who hold it, until 1 s after the last one', async () => {
    const { source, hold, transport } = share(newUrl())
    const releaseFirst = hold()
    const releaseSecond = hold()
    await settled()
    expect(transport.sessions.length).toBe(1)
    vi.useFakeTimers({ toFake: ['setTimeout', 'clearTimeout', 'setInterval', 'Date'] })
    onTestFinished(() => {
      vi.useRealTimers()
    })
    releaseFirst()
    releaseFirst()
    vi.advanceTimersByTime(5000)
    expect(source.status.get().state).toBe('connecting')
    releaseSecond()
    vi.advanceTimersByTime(999)
    // As StrictMode does, and a change of views.
    const releaseThird = hold()
    vi.advanceTimersByTime(5000)
    expect(source.status.get().state).toBe('connecting')
    releaseThird()
    vi.advanceTimersByTime(1000)
    expect([source.status.get().state, vi.getTimerCount(), transport.sessions.length]).toEqual(['idle', 0, 1])
  })

  test('calls the functions of the options that came last', async () => {
    const url = newUrl()
    const seen: string[] = []
    const optionsOf = (name: string): SharedOptions => ({ onPayloadError: () => seen.push(name) })
    const { source, hold, update, transport } = share(url, optionsOf('first'))
    hold()
    source.on('message', () => {})
    await settled()
    transport.last.sink.onOpen({ transport: 'fake', resumed: false })
    const sendNoJson = (): void =>
      transport.last.sink.onMessage({ event: 'message', data: '?', id: undefined }, 'http://sse.example')
    sendNoJson()
    update(optionsOf('second'))
    sendNoJson()
    expect(seen).toEqual(['first', 'second'])
  })

  test('stays closed for those who hold it, and is a new one for those who come later', () => {
    const url = newUrl()
    const { source, hold } = share(url)
    const release = hold()
    const releaseOther = hold()
    source.close()
    releaseOther()
    releaseOther()
    expect(share(url).source).toBe(source)
    release()
    expect(share(url).source).not.toBe(source)
  })

  test('is forgotten if many others came and nobody held it, and known again once somebody does', () => {
    const url = newUrl()
    const { source, hold } = share(url)
    const held = share(newUrl())
    onTestFinished(held.hold())
    const heldUrl = held.source.url
    for (let i = 0; i < 300; i++) shareSource('useEventSource', newUrl())
    expect(shareSource('useEventSource', heldUrl, { transport: createFakeTransport() }).source).toBe(held.source)
    const release = hold()
    expect(share(url).source).toBe(source)
    release()
    for (let i = 0; i < 300; i++) shareSource('useEventSource', newUrl())
    expect(share(url).source).not.toBe(source)
  })
})

describe('a factory', () => {
  const create = () => createEventSource('http://sse.example', { connect: 'while-listening' })

  test('is called once for its key', () => {
    const { source } = shareSource('useEventSource', create, { key: 'a factory' })
    expect(shareSource('useEventSource', create, { key: 'a factory' }).source).toBe(source)
    expect(shareSource('useEventSource', create, { key: 'another' }).source).not.toBe(source)
  })

  test('needs a key', () => {
    expect(() => shareSource('useEventSource', create)).toThrow(
      'useEventSource: the key of a factory must be a non-empty string, but is of type undefined.',
    )
  })

  test('is refused if its source connects at once, and leaves no connection', async () => {
    const transport = createFakeTransport()
    const eager = () => createEventSource('http://sse.example', { transport })
    expect(() => shareSource('useEventSource', eager, { key: 'eager' })).toThrow(
      /useEventSource: the factory must return a source that is idle .* 'while-listening'/,
    )
    await settled()
    expect(transport.sessions).toEqual([])
  })
})
