import { afterEach, describe, expect, test, vi } from 'vitest'
import {
  createEventSource,
  type EventSourceOptions,
  fetchTransport,
  type UndeclaredEvents,
} from '../../src/entries/index.js'
import { sharedTransport } from '../../src/entries/sharing.js'
import { openStream, serve } from '../event-stream/server.js'

afterEach(() => vi.unstubAllGlobals())

async function openedAlone(options: EventSourceOptions<UndeclaredEvents> = {}): Promise<unknown> {
  const { url } = await serve((_, response) => openStream(response))
  const source = createEventSource(url, { transport: sharedTransport(), ...options })
  const status = await source.status.until(({ state }) => state === 'open' || state === 'closed')
  source.close()
  expect(source.status.get()).toEqual({ state: 'closed', reason: 'close-called' })
  return status
}

describe('without a page that may share, each source has its own connection', () => {
  test('in Node', async () => {
    expect(await openedAlone()).toMatchObject({ state: 'open', transport: 'fetch', role: 'alone' })
  })

  test.each([
    ['over plain http, where there are no locks', { origin: 'http://app.example', navigator: {} }],
    ['in an opaque origin', { origin: 'null', navigator: { locks: {} } }],
    ['in a browser without channels', { BroadcastChannel: undefined, origin: 'https://app.example' }],
  ])('%s', async (_, globals) => {
    for (const [name, value] of Object.entries(globals)) vi.stubGlobal(name, value)
    // The server of the test is on another origin, for which Node does not ask.
    expect(await openedAlone()).toMatchObject({ state: 'open', role: 'alone' })
  })

  test('if the stream is not requested again', async () => {
    vi.stubGlobal('origin', 'https://app.example')
    vi.stubGlobal('navigator', { locks: {} })
    expect(await openedAlone({ reconnection: false })).toMatchObject({ role: 'alone' })
    expect(await openedAlone({ method: 'POST' })).toMatchObject({ role: 'alone' })
  })
})

describe('a name', () => {
  const named = /so a name must tell their tabs apart: pass name, such as the ID of the user/

  test('is required with what may tell users apart', () => {
    const transport = sharedTransport()
    const headers = { authorization: 'Bearer 1' }
    expect(() => createEventSource('http://sse.example', { transport, headers })).toThrow(named)
    expect(() => createEventSource('http://sse.example', { transport, fetch })).toThrow(named)
    expect(() => sharedTransport({ transport: fetchTransport({ headers }) })).toThrow(named)
    expect(sharedTransport({ transport: fetchTransport({ headers }), name: '7' }).name).toBe('shared')
  })

  test('is required with a URL that is a function, because tabs cannot compare it', () => {
    vi.stubGlobal('origin', 'https://app.example')
    vi.stubGlobal('navigator', { locks: {} })
    const source = createEventSource(() => 'http://sse.example', { transport: sharedTransport() })
    expect(source.status.get()).toMatchObject({ state: 'closed', reason: 'failed', failure: { kind: 'application' } })
    expect(source.status.get().failure?.message).toContain('pass a name')
  })
})

describe('bad input', () => {
  test.each([
    [{ name: '' }, 'sharedTransport: name must be a non-empty string, but is "".'],
    [{ name: 7 }, 'sharedTransport: name must be a non-empty string, but is 7.'],
    [
      { transport: 'xhr' },
      `sharedTransport: transport must be 'auto', 'fetch', 'native' or a Transport, but is "xhr".`,
    ],
    [{ replayLatest: 1 }, 'sharedTransport: replayLatest must be a boolean, but is 1.'],
    [{ names: 'x' }, 'sharedTransport: there is no option "names"; did you mean "name"?'],
  ])('%j', (options, message) => {
    expect(() => sharedTransport(options as object)).toThrow(new TypeError(message))
  })

  test('nothing but createEventSource can open it', () => {
    const onEnd = vi.fn()
    sharedTransport().open({} as never, { onEnd } as never)
    expect(onEnd).toHaveBeenCalledWith(expect.objectContaining({ kind: 'application', fatal: true }))
  })

  test('the options of the inner transport are checked as without sharing', () => {
    const transport = sharedTransport({ transport: 'native' })
    expect(() => createEventSource('http://sse.example', { transport, duplicateWindow: 10 })).toThrow(/duplicateWindow/)
    expect(() => createEventSource('ftp://sse.example', { transport })).toThrow(TypeError)
  })
})
