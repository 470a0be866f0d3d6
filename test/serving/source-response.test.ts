import { once } from 'node:events'
import { createServer } from 'node:http'
import type { AddressInfo } from 'node:net'
import { Readable } from 'node:stream'
import type { ReadableStream as NodeReadableStream } from 'node:stream/web'
import { afterEach, describe, expect, it, vi } from 'vitest'
import { z } from 'zod'
import { createEventStreamResponse, EncodeError, PublishError } from '../../src/entries/server.js'
import { ConnectionError, type EventStreamMessageInit, readEvents } from '../../src/entries/event-stream.js'

async function* messages(...list: EventStreamMessageInit[]): AsyncGenerator<EventStreamMessageInit> {
  yield* list
}

async function read(response: Response): Promise<unknown[]> {
  const events = []
  for await (const event of readEvents(response)) events.push(event)
  return events
}

/** A source that waits after its events, and says when it has been ended. */
function endless(...list: EventStreamMessageInit[]) {
  const returned = vi.fn()
  let taken = 0
  const source: AsyncIterable<EventStreamMessageInit> = {
    [Symbol.asyncIterator]: () => ({
      next: () =>
        taken < list.length ? Promise.resolve({ done: false, value: list[taken++]! }) : new Promise(() => {}),
      return() {
        returned()
        return Promise.resolve({ done: true, value: undefined })
      },
    }),
  }
  return { source, returned, taken: () => taken }
}

afterEach(() => {
  vi.useRealTimers()
})

describe('createEventStreamResponse', () => {
  it('has the headers of an event stream, and those that are given win', () => {
    const { status, headers } = createEventStreamResponse(messages(), {
      headers: { 'Cache-Control': 'no-store', 'x-own': '1' },
    })
    expect(status).toBe(200)
    expect(Object.fromEntries(headers)).toEqual({
      'content-type': 'text/event-stream',
      'cache-control': 'no-store',
      'x-accel-buffering': 'no',
      'x-own': '1',
    })
    expect(createEventStreamResponse(messages()).headers.get('cache-control')).toBe('no-cache, no-transform')
  })

  it('sends the events of an async iterable, then ends', async () => {
    const response = createEventStreamResponse(messages({ event: 'a', data: '1', id: 'x' }, { data: 'line\nline' }))
    expect(await read(response)).toEqual([
      { event: 'a', data: '1', id: 'x' },
      { event: 'message', data: 'line\nline', id: undefined },
    ])
  })

  it('takes a ReadableStream, an array, and a function of the signal and the last event ID', async () => {
    const expected = [{ event: 'message', data: '1', id: undefined }]
    const stream = () =>
      new ReadableStream<EventStreamMessageInit>({
        start(controller) {
          controller.enqueue({ data: '1' })
          controller.close()
        },
      })
    expect(await read(createEventStreamResponse(stream()))).toEqual(expected)
    const withReaderOnly = { getReader: () => stream().getReader() } as ReadableStream<EventStreamMessageInit>
    expect(await read(createEventStreamResponse(withReaderOnly))).toEqual(expected)
    expect(await read(createEventStreamResponse([{ data: '1' }]))).toEqual(expected)
    const request = new Request('http://a/', { headers: { 'Last-Event-ID': '7' } })
    const response = createEventStreamResponse(({ lastEventId }) => [{ data: lastEventId }], { request })
    expect(await read(response)).toEqual([{ event: 'message', data: '7', id: undefined }])
  })

  it('reads back what readEvents yields: a proxy is one line', async () => {
    const upstream = createEventStreamResponse([{ event: 'a', data: '1', id: '2' }])
    expect(await read(createEventStreamResponse(readEvents(upstream)))).toEqual([{ event: 'a', data: '1', id: '2' }])
  })

  it('begins with a comment and the reconnection time, before the source has anything', async () => {
    const { body } = createEventStreamResponse(endless().source, { retry: 1234 })
    const { value } = await body!.getReader().read()
    expect(new TextDecoder().decode(value)).toBe(': \nretry: 1234\n\n')
  })

  it('takes an event only when the client has room', async () => {
    const { source, taken } = endless({ data: '1' }, { data: '2' }, { data: '3' })
    const { body } = createEventStreamResponse(source)
    const reader = body!.getReader()
    await reader.read()
    await reader.read()
    await new Promise(setImmediate)
    expect(taken()).toBe(2)
    await reader.read()
    await new Promise(setImmediate)
    expect(taken()).toBe(3)
  })

  it('ends the source and aborts the signal when the client leaves', async () => {
    vi.useFakeTimers({ toFake: ['setInterval', 'clearInterval'] })
    const { source, returned } = endless()
    let signal: AbortSignal | undefined
    const { body } = createEventStreamResponse((context) => {
      signal = context.signal
      return source
    })
    const reader = body!.getReader()
    await reader.read()
    await new Promise(setImmediate)
    expect(signal!.aborted).toBe(false)
    await reader.cancel()
    expect(signal!.aborted).toBe(true)
    expect(returned).toHaveBeenCalledOnce()
    expect(vi.getTimerCount()).toBe(0)
  })

  it.each(['signal', 'request'] as const)('ends the stream cleanly when the %s aborts', async (where) => {
    const { source, returned } = endless({ data: '1' })
    const abort = new AbortController()
    const request = new Request('http://a/', { signal: abort.signal })
    const response = createEventStreamResponse(source, where === 'signal' ? { signal: abort.signal } : { request })
    const reader = response.body!.getReader()
    await reader.read()
    await reader.read()
    abort.abort()
    expect(await reader.read()).toEqual({ done: true, value: undefined })
    expect(returned).toHaveBeenCalledOnce()
  })

  it('opens no source for a client that has gone already', async () => {
    const source = vi.fn(() => [])
    const response = createEventStreamResponse(source, { signal: AbortSignal.abort() })
    await response.text()
    expect(source).not.toHaveBeenCalled()
  })

  it('ends the source of a client that leaves while the source is being made', async () => {
    const { source, returned } = endless()
    let give: (made: typeof source) => void = () => {}
    const { body } = createEventStreamResponse(() => new Promise<typeof source>((resolve) => (give = resolve)))
    const reader = body!.getReader()
    await reader.read()
    await reader.cancel()
    give(source)
    await vi.waitFor(() => expect(returned).toHaveBeenCalledOnce())
  })

  it('breaks off when the source throws, so that the client does not take it for the end', async () => {
    const server = createServer((_, res) => {
      const { headers, body } = createEventStreamResponse(async function* () {
        yield { data: '1' }
        throw new Error('of the source')
      })
      res.writeHead(200, Object.fromEntries(headers))
      const readable = Readable.fromWeb(body as NodeReadableStream)
      readable.on('error', () => res.destroy())
      readable.pipe(res)
    }).listen(0)
    try {
      const events: unknown[] = []
      const reading = (async () => {
        const response = await fetch(`http://127.0.0.1:${(server.address() as AddressInfo).port}`)
        for await (const { data } of readEvents(response)) events.push(data)
      })()
      await expect(reading).rejects.toThrow(ConnectionError)
      expect(events).toEqual(['1'])
    } finally {
      server.close()
      await once(server, 'close')
    }
  })

  it.each([
    ['an event name with a line end', [{ event: 'a\nb', data: '' }], EncodeError],
    ['an ID with a line end', [{ id: 'a\rb', data: '' }], EncodeError],
    ['half a character', [{ data: '\uD800' }], EncodeError],
    ['something that is not a message', [7], EncodeError],
    ['a source function that returns no source', () => 7, TypeError],
    ['a source function that throws', () => Promise.reject(new RangeError('mine')), RangeError],
  ])('breaks off at %s', async (_, source, kind) => {
    vi.useFakeTimers({ toFake: ['setInterval', 'clearInterval'] })
    const reader = createEventStreamResponse(source as never).body!.getReader()
    await reader.read()
    await expect(reader.read()).rejects.toThrow(kind)
    expect(vi.getTimerCount()).toBe(0)
  })

  it('sends comments while the source has nothing, but not to a client that does not read', async () => {
    vi.useFakeTimers()
    const { body } = createEventStreamResponse(endless().source, { keepAlive: 1000 })
    vi.advanceTimersByTime(10_000)
    const reader = body!.getReader()
    expect(new TextDecoder().decode((await reader.read()).value)).toBe(': \n')
    const next = reader.read()
    await vi.advanceTimersByTimeAsync(999)
    expect(await Promise.race([next, Promise.resolve('nothing')])).toBe('nothing')
    await vi.advanceTimersByTimeAsync(1)
    expect(new TextDecoder().decode((await next).value)).toBe(': \n')
    await reader.cancel()
    expect(vi.getTimerCount()).toBe(0)
  })

  it.each([
    ['application/json', 406],
    ['text/event-stream;q=0, */*', 406],
    ['text/html, image/*', 406],
    ['text/event-stream', 200],
    ['TEXT/Event-Stream ; q=0.5', 200],
    ['text/*', 200],
    ['*/*;q=0.1', 200],
    ['', 200],
  ])('answers Accept: %s with %i', (accept, status) => {
    const source = vi.fn(() => [])
    const response = createEventStreamResponse(source, { request: { headers: { accept } } })
    expect(response.status).toBe(status)
    if (status === 406) expect(source).not.toHaveBeenCalled()
    void response.body?.cancel()
  })

  it('answers HEAD without a body', () => {
    const { status, body } = createEventStreamResponse([], { request: { method: 'HEAD', headers: {} } })
    expect([status, body]).toEqual([200, null])
  })

  describe('with schemas', () => {
    const schemas = { price: z.object({ value: z.string().transform(Number) }) }

    it('sends the input of the schema as JSON', async () => {
      const response = createEventStreamResponse([{ type: 'price', data: { value: '42' }, id: '1' }], { schemas })
      expect(await read(response)).toEqual([{ event: 'price', data: '{"value":"42"}', id: '1' }])
    })

    it.each([
      ['data that does not match', { type: 'price', data: { value: 42 } }, PublishError],
      ['a type without a schema', { type: 'prize', data: {} }, TypeError],
    ])('breaks off at %s', async (_, event, kind) => {
      const reader = createEventStreamResponse([event] as never, { schemas }).body!.getReader()
      await reader.read()
      await expect(reader.read()).rejects.toThrow(kind)
    })
  })

  it.each([
    [undefined, {}, /the source must be an async iterable/],
    ['text', {}, /the source/],
    [[], { keepAlive: 0 }, /keepAlive must be a number of ms/],
    [[], { retry: 1.5 }, /retry must be a whole number/],
    [[], { headers: { a: 1 } }, /headers must be/],
    [[], { request: 'GET' }, /request must be/],
    [[], { signal: {} }, /signal must be/],
    [[], { schemas: { a: 1 } }, /schemas must be/],
    [[], { keepalive: 1 }, /did you mean "keepAlive"/],
  ])('refuses %j with %j', (source, options, says) => {
    expect(() => createEventStreamResponse(source as never, options as never)).toThrow(says)
  })
})
