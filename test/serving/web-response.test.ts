import { describe, expect, it, vi } from 'vitest'
import { readEvents } from '../../src/entries/event-stream.js'
import { type Channel, type CloseReason, corsHeaders, createChannel } from '../../src/entries/server.js'
import { turn } from './fake-sink.js'

interface Events {
  n: number
  text: string
}

const request = (headers: Record<string, string> = {}, init: RequestInit = {}): Request =>
  new Request('http://a/', { ...init, headers })

function closings(channel: Channel<Events>): CloseReason[] {
  const reasons: CloseReason[] = []
  channel.onClose((_, reason) => reasons.push(reason))
  return reasons
}

async function take(reader: ReadableStreamDefaultReader<Uint8Array>): Promise<string> {
  const { value } = await reader.read()
  return new TextDecoder().decode(value)
}

describe('the web response of a channel', () => {
  it('has the head of an event stream, and what is published', async () => {
    const channel = createChannel<Events>()
    const response = channel.response(request(), { headers: { 'x-own': '1' } })
    expect(response.status).toBe(200)
    expect(Object.fromEntries(response.headers)).toEqual({
      'content-type': 'text/event-stream',
      'cache-control': 'no-cache, no-transform',
      'x-accel-buffering': 'no',
      'x-own': '1',
    })
    const { id } = await channel.publish('n', 1)
    void channel.close({ return: 'never' })
    const events = []
    for await (const event of readEvents(response)) if (event.event !== 'everstream') events.push(event)
    expect(events).toEqual([{ event: 'n', data: '1', id }])
  })

  it('resumes from the Last-Event-ID of the request', async () => {
    const channel = createChannel<Events>()
    const { id } = await channel.publish('n', 1)
    await channel.publish('n', 2)
    const reader = channel.response(request({ 'Last-Event-ID': id })).body!.getReader()
    expect(await take(reader)).toContain('"continuity":"complete"')
    expect(await take(reader)).toContain('data: 2\n\n')
  })

  it('notices that the client leaves: the body is cancelled, or the request aborts', async () => {
    const channel = createChannel<Events>()
    const reasons = closings(channel)
    await channel.response(request()).body!.cancel()
    expect(reasons).toEqual(['client'])

    const abort = new AbortController()
    const { body } = channel.response(request({}, { signal: abort.signal }))
    const reader = body!.getReader()
    await take(reader)
    abort.abort()
    expect(await reader.read()).toEqual({ done: true, value: undefined })
    expect(reasons).toEqual(['client', 'client'])

    channel.response(request({}, { signal: AbortSignal.abort() }))
    expect(reasons).toEqual(['client', 'client', 'client'])
    expect(channel.clients.get()).toEqual([])
  })

  it('leaves no listener on the signal of a request that goes on', async () => {
    const channel = createChannel<Events>()
    const { signal } = new AbortController()
    const added = vi.spyOn(signal, 'addEventListener')
    const removed = vi.spyOn(signal, 'removeEventListener')
    await channel.response({ headers: {}, signal }).body!.cancel()
    channel.response({ headers: {}, signal })
    await channel.close({ within: 0 })
    const listeners = added.mock.calls.map(([, listener]) => listener)
    expect(listeners).toHaveLength(2)
    expect(removed.mock.calls.map(([, listener]) => listener)).toEqual(expect.arrayContaining(listeners))
  })

  it('holds no more than 64 KiB and one write for a client that does not read, then drops it', async () => {
    const channel = createChannel<Events>({ history: { maxEvents: 5 }, maxLag: 100_000 })
    const reasons = closings(channel)
    const { body } = channel.response(request())
    let delivered = 0
    for (let n = 0; n < 100 && reasons.length === 0; n++) {
      await channel.publish('text', 'x'.repeat(10_000))
      await turn()
      delivered = channel.stats.get().delivered
    }
    expect(reasons).toEqual(['slow'])
    expect(delivered).toBeLessThanOrEqual(8)
    await expect(body!.getReader().read()).rejects.toThrow('too far behind')
  })

  it('goes on when the client reads again', async () => {
    const channel = createChannel<Events>()
    const reader = channel.response(request()).body!.getReader()
    for (let n = 0; n < 20; n++) {
      await channel.publish('text', 'x'.repeat(10_000))
      await turn()
    }
    expect(channel.stats.get().delivered).toBeLessThan(20)
    await channel.publish('n', 1)
    let text = ''
    while (!text.includes('data: 1\n')) text += await take(reader)
    expect(text.match(/event: text/g)).toHaveLength(20)
  })

  it.each([
    ['a request that does not accept it', { accept: 'text/html' }, {}, 406],
    ['an expired permission', {}, { expires: AbortSignal.abort() }, 401],
  ])('refuses %s', async (_, headers, subscription, status) => {
    const response = createChannel().response(request(headers), subscription)
    expect([response.status, response.headers.get('cache-control')]).toEqual([status, 'no-store'])
    expect(await response.text()).not.toBe('')
  })

  it('answers 204 after the end, and HEAD without a client', async () => {
    const channel = createChannel<Events>()
    const head = channel.response(request({}, { method: 'HEAD' }))
    expect([head.status, head.body]).toEqual([200, null])
    expect(channel.clients.get()).toEqual([])
    await channel.close({ return: 'never' })
    const { status, body } = channel.response(request())
    expect([status, body]).toEqual([204, null])
  })
})

describe('corsHeaders', () => {
  const preflight = request(
    { origin: 'https://app.example', 'access-control-request-method': 'GET' },
    { method: 'OPTIONS' },
  )

  it('answers the preflight of a request with Last-Event-ID', () => {
    expect(corsHeaders(preflight, { origins: ['https://app.example'], headers: ['X-Own'] })).toEqual({
      vary: 'Origin',
      'access-control-allow-origin': 'https://app.example',
      'access-control-allow-methods': 'GET, HEAD, POST',
      'access-control-allow-headers': 'Last-Event-ID, Cache-Control, Content-Type, Authorization, X-Own',
      'access-control-max-age': '600',
    })
  })

  it.each([
    ['an origin', 'https://app.example', { origins: ['https://app.example'] }, 'https://app.example'],
    ['any origin', 'https://app.example', { origins: '*' }, '*'],
    ['no other', 'https://other.example', { origins: ['https://app.example'] }, undefined],
    ['nobody', undefined, { origins: ['https://app.example'] }, undefined],
  ] as const)('lets %s read the stream', (_, origin, options, allowed) => {
    const headers = corsHeaders({ headers: { origin } }, options)
    expect(headers['access-control-allow-origin']).toBe(allowed)
    expect(headers).not.toHaveProperty('access-control-allow-methods')
    expect(headers['vary']).toBe(options.origins === '*' ? undefined : 'Origin')
  })

  it('allows cookies if it is told to', () => {
    const options = { origins: ['https://app.example'], credentials: true }
    expect(corsHeaders(preflight, options)['access-control-allow-credentials']).toBe('true')
  })

  it.each([
    [{}, /origins must be an array of origins/],
    [{ origins: 'https://app.example' }, /origins must be/],
    [{ origins: '*', credentials: true }, /browsers refuse credentials with the origins '\*'/],
    [{ origins: '*', headers: 'x' }, /headers must be an array/],
    [{ origin: '*' }, /did you mean "origins"/],
  ])('refuses %j', (options, says) => {
    expect(() => corsHeaders(preflight, options as never)).toThrow(says)
  })
})
