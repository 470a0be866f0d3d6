import { afterEach, beforeEach, describe, expect, onTestFinished, test, vi } from 'vitest'
import { z } from 'zod'
import { createEventSource } from '../../src/client/create-event-source.js'
import type { EventSourceOptions } from '../../src/client/options.js'
import type { TypedEventSource } from '../../src/client/typed-event-source.js'
import { ConnectionError } from '../../src/failure/connection-error.js'
import { PayloadError } from '../../src/client/payload-error.js'
import { QueueOverflowError } from '../../src/observable/queue-overflow-error.js'
import { createFakeTransport, type FakeTransport, settled } from '../connection/world.js'

const url = 'http://sse.example/stream'

interface Events {
  price: { value: number }
  note: string
  message: unknown
}

function openStream({ last }: FakeTransport, resumed = false): void {
  last.sink.onOpen({ transport: 'fake', resumed })
}

/** What a stream opens with if the test does not care. */
function deliver(transport: FakeTransport, event: string, data: string, id?: string): void {
  if (!transport.last.opened) openStream(transport)
  transport.last.sink.onMessage({ event, data, id }, 'http://sse.example')
}

async function open(options: EventSourceOptions<Events> = {}) {
  const transport = createFakeTransport()
  const source = createEventSource<Events>(url, { transport, ...options })
  await settled()
  transport.last.sink.onOpen({ transport: 'fake', resumed: false })
  return { transport, source }
}

afterEach(() => {
  vi.unstubAllGlobals()
  vi.restoreAllMocks()
})

describe('close()', () => {
  test('from a listener of onReconnect: the others are not called', async () => {
    const { transport, source } = await open({ reconnection: () => 0 })
    const seen: string[] = []
    source.onReconnect(() => {
      seen.push('first')
      source.close()
    })
    source.onReconnect(() => seen.push('second'))
    source.reconnect()
    await settled()
    transport.last.sink.onOpen({ transport: 'fake', resumed: false })
    expect(seen).toEqual(['first'])
  })

  test('from a subscriber of a store: the others are not called', async () => {
    const { transport, source } = await open()
    const seen: unknown[] = []
    source.store('message').subscribe((value) => {
      if (value === 1) source.close()
    })
    source.store('message').subscribe((value) => seen.push(value))
    deliver(transport, 'message', '1')
    expect(seen).toEqual([undefined])
  })
})

describe('on', () => {
  test('delivers typed events of its type, the data parsed', async () => {
    const { transport, source } = await open()
    const seen: unknown[] = []
    source.on('price', (event) => seen.push(event))
    deliver(transport, 'price', '{"value":42}', '7')
    deliver(transport, 'message', '1')
    expect(seen).toEqual([{ type: 'price', data: { value: 42 }, lastEventId: '7', origin: 'http://sse.example' }])
    expect(source.lastEventId).toBe('7')
  })

  test('one event is parsed once for all its listeners, and not at all without one', async () => {
    const parse = vi.fn<(data: string) => unknown>(JSON.parse)
    const { transport, source } = await open({ parse: { message: parse } })
    deliver(transport, 'message', '1')
    expect(parse).not.toHaveBeenCalled()
    const seen: unknown[] = []
    source.on('message', ({ data }) => seen.push(data))
    source.on('message', ({ data }) => seen.push(data))
    deliver(transport, 'message', '{}')
    expect(parse).toHaveBeenCalledTimes(1)
    expect(seen[0]).toBe(seen[1])
  })

  test('refuses an invalid event type, and a listener that is not a function', async () => {
    const { source } = await open()
    // @ts-expect-error -- possible in JavaScript
    for (const type of ['', 1, undefined, null]) expect(() => source.on(type, () => {})).toThrow(/event type/)
    // @ts-expect-error -- possible in JavaScript
    expect(() => source.on('price', { handleEvent() {} })).toThrow(/listener must be a function/)
  })

  test('removes a listener by the returned function, by once and by a signal', async () => {
    const { transport, source } = await open()
    const seen: string[] = []
    const controller = new AbortController()
    const undo = source.on('message', () => seen.push('undo'))
    source.on('message', () => seen.push('once'), { once: true })
    source.on('message', () => seen.push('signal'), { signal: controller.signal })
    source.on('message', () => seen.push('never'), { signal: AbortSignal.abort() })
    deliver(transport, 'message', '1')
    undo()
    controller.abort()
    deliver(transport, 'message', '2')
    expect(seen).toEqual(['undo', 'once', 'signal'])
  })

  test('a listener with once is not called again, even if it causes another event itself', async () => {
    const { transport, source } = await open()
    const seen: unknown[] = []
    source.on(
      'message',
      ({ data }) => {
        seen.push(data)
        if (data === 1) deliver(transport, 'message', '2')
      },
      { once: true },
    )
    deliver(transport, 'message', '1')
    expect(seen).toEqual([1])
  })

  test('a listener that a status subscriber aborts while it starts the connection is not called', async () => {
    const transport = createFakeTransport()
    const source = createEventSource<Events>(url, { transport, connect: 'while-listening' })
    const controller = new AbortController()
    const { signal } = controller
    source.status.subscribe(({ state }) => state === 'connecting' && controller.abort())
    const seen: unknown[] = []
    source.on('message', (event) => seen.push(event), { signal })
    await settled()
    deliver(transport, 'message', '1')
    expect(seen).toEqual([])
  })

  test('a loop that is aborted in the same way leaves no listener behind', async () => {
    const transport = createFakeTransport()
    const parse = vi.fn<(data: string) => unknown>(JSON.parse)
    const source = createEventSource<Events>(url, {
      transport,
      parse: { message: parse },
      connect: 'while-listening',
    })
    const controller = new AbortController()
    source.status.subscribe(({ state }) => state === 'connecting' && controller.abort('enough'))
    const loop = source.events(['note', 'message'], { signal: controller.signal })
    await expect(loop.next()).rejects.toBe('enough')
    deliver(transport, 'message', '1')
    expect(parse).not.toHaveBeenCalled()
  })

  test('releases the signal if a status subscriber closes the source while the listener starts it', () => {
    const source = createEventSource<Events>(url, { transport: createFakeTransport(), connect: 'while-listening' })
    source.status.subscribe(({ state }) => state === 'connecting' && source.close())
    const { signal } = new AbortController()
    const [added, removed] = [vi.spyOn(signal, 'addEventListener'), vi.spyOn(signal, 'removeEventListener')]
    source.on('message', () => {}, { signal })
    expect(removed).toHaveBeenCalledTimes(added.mock.calls.length)
  })

  test('releases the signal with its listener', async () => {
    const { source } = await open()
    const { signal } = new AbortController()
    const removed = vi.spyOn(signal, 'removeEventListener')
    source.on('message', () => {}, { signal })()
    expect(removed).toHaveBeenCalledTimes(1)
  })

  test('a listener that throws is reported; the others and the next events come', async () => {
    const reported = vi.fn<(error: unknown) => void>()
    vi.stubGlobal('reportError', reported)
    const { transport, source } = await open()
    const seen: unknown[] = []
    const error = new Error('mine')
    source.on('message', () => {
      throw error
    })
    source.on('message', ({ data }) => seen.push(data))
    deliver(transport, 'message', '1')
    deliver(transport, 'message', '2')
    expect(seen).toEqual([1, 2])
    expect(reported.mock.calls).toEqual([[error], [error]])
  })

  test.each(['__proto__', 'constructor', 'toString'])('%s is an event type like any other', async (type) => {
    const transport = createFakeTransport()
    const source = createEventSource(url, { transport, parse: { other: 'text' } })
    await settled()
    const seen: unknown[] = []
    source.on(type, ({ data }) => seen.push(data))
    deliver(transport, type, '{"a":1}')
    expect(seen).toEqual([{ a: 1 }])
    source.close()
  })
})

describe('payloads', () => {
  test('are text if declared so, for one type or for all', async () => {
    const byType = await open({ parse: { note: 'text' } })
    const seen: unknown[] = []
    byType.source.on('note', ({ data }) => seen.push(data))
    byType.source.on('price', ({ data }) => seen.push(data))
    deliver(byType.transport, 'note', '{"value":1}')
    deliver(byType.transport, 'price', '{"value":1}')
    const transport = createFakeTransport()
    const all = createEventSource<{ message: string }>(url, { transport, parse: 'text' })
    await settled()
    all.on('message', ({ data }) => seen.push(data))
    deliver(transport, 'message', '[1]')
    expect(seen).toEqual(['{"value":1}', { value: 1 }, '[1]'])
  })

  test('are JSON if the parser of their type is undefined, like any option that is not given', async () => {
    const { transport, source } = await open({ parse: { price: undefined } as never })
    const seen: unknown[] = []
    source.on('price', ({ data }) => seen.push(data))
    deliver(transport, 'price', '{"value":1}')
    expect(seen).toEqual([{ value: 1 }])
  })

  test('invalid JSON is a PayloadError with the raw event, and the stream continues', async () => {
    const errors: PayloadError[] = []
    const { transport, source } = await open({ onPayloadError: (error) => errors.push(error) })
    const seen: unknown[] = []
    source.on('price', ({ data }) => seen.push(data))
    deliver(transport, 'price', '{broken', '3')
    deliver(transport, 'price', '{"value":2}')
    expect(seen).toEqual([{ value: 2 }])
    expect(errors).toHaveLength(1)
    expect(errors[0]).toBeInstanceOf(PayloadError)
    expect(errors[0]).toMatchObject({
      code: 'invalid-json',
      event: { event: 'price', data: '{broken', id: '3' },
      cause: expect.any(SyntaxError) as Error,
    })
    expect(errors[0]?.message).toContain('parse: { "price": \'text\' }')
    expect(errors[0]?.message).toContain('"price" (id 3)')
    deliver(transport, 'price', '{broken')
    expect(errors[1]?.message).not.toContain('(id')
  })

  test('without onPayloadError the first error of each type is logged, for a limited number of types', async () => {
    const logged = vi.spyOn(console, 'error').mockImplementation(() => {})
    const { transport, source } = await open()
    source.on('price', () => {})
    for (const data of ['{', '[', '{']) deliver(transport, 'price', data)
    expect(logged.mock.calls).toEqual([[expect.any(PayloadError), expect.stringContaining('pass onPayloadError')]])
    expect(logged.mock.calls[0]?.[0]).toMatchObject({ event: { data: '{' } })
    void source.events()
    for (let i = 0; i < 300; i++) deliver(transport, `type ${i}`, '{')
    expect(logged).toHaveBeenCalledTimes(100)
    source.close()
  })

  test('each source logs its own first errors', async () => {
    const logged = vi.spyOn(console, 'error').mockImplementation(() => {})
    for (const { transport, source } of [await open(), await open()]) {
      source.on('price', () => {})
      deliver(transport, 'price', '{')
      source.close()
    }
    expect(logged).toHaveBeenCalledTimes(2)
  })

  test('onPayloadError may close the source, and may throw', async () => {
    const reported = vi.fn<(error: unknown) => void>()
    vi.stubGlobal('reportError', reported)
    const error = new Error('mine')
    const { transport, source } = await open({
      onPayloadError: () => {
        source.close()
        throw error
      },
    })
    source.on('price', () => {})
    deliver(transport, 'price', '{')
    expect(source.status.get()).toEqual({ state: 'closed', reason: 'close-called' })
    expect(reported.mock.calls).toEqual([[error]])
  })

  test('a parse function that throws or rejects is parse-failed', async () => {
    const codes: string[] = []
    const { transport, source } = await open({
      parse: {
        note: () => Promise.reject(new Error('later')),
        price: () => {
          throw new Error('now')
        },
      },
      onPayloadError: ({ code }) => codes.push(code),
    })
    source.on('note', () => {})
    source.on('price', () => {})
    deliver(transport, 'note', '')
    await settled()
    deliver(transport, 'price', '')
    expect(codes).toEqual(['parse-failed', 'parse-failed'])
  })
})

describe('schemas', () => {
  const schemas = { price: z.object({ value: z.number() }), note: z.string().transform((text) => text.length) }

  async function openChecked(options: { onPayloadError?: (error: PayloadError) => void } = {}) {
    const transport = createFakeTransport()
    const source = createEventSource(url, { transport, schemas, parse: { note: 'text' }, ...options })
    await settled()
    return { transport, source }
  }

  test('check and transform', async () => {
    const { transport, source } = await openChecked()
    const seen: unknown[] = []
    source.on('price', ({ data }) => seen.push(data.value.toFixed(1)))
    source.on('note', ({ data }) => seen.push(data.toFixed(1)))
    deliver(transport, 'price', '{"value":1,"more":2}')
    deliver(transport, 'note', 'four')
    expect(seen).toEqual(['1.0', '4.0'])
  })

  test('a refusal is a PayloadError with the issues', async () => {
    const errors: PayloadError[] = []
    const { transport, source } = await openChecked({ onPayloadError: (error) => errors.push(error) })
    const listener = vi.fn<() => void>()
    source.on('price', listener)
    deliver(transport, 'price', '{"value":"x"}')
    expect(listener).not.toHaveBeenCalled()
    expect(errors[0]).toMatchObject({ code: 'schema-mismatch', issues: [{ path: ['value'] }] })
    expect(errors[0]?.message).toContain('value: ')
  })

  test('types without a schema are refused, and left out of the iteration over all types', async () => {
    const { transport, source } = await openChecked()
    // @ts-expect-error -- not declared
    expect(() => source.on('other', () => {})).toThrow(/price, note/)
    // @ts-expect-error -- not declared
    expect(() => source.events('toString')).toThrow(TypeError)
    const all = source.events()
    deliver(transport, 'other', '1')
    deliver(transport, 'price', '{"value":3}')
    expect(await all.next()).toMatchObject({ value: { type: 'price' } })
  })

  test('asynchronous schemas keep the order of events, including invalid ones and other types', async () => {
    const log: unknown[] = []
    const releases: (() => void)[] = []
    const slow = z.number().refine(async (value) => {
      await new Promise<void>((resolve) => void releases.push(resolve))
      return value !== 2
    })
    const transport = createFakeTransport()
    const source = createEventSource(url, {
      transport,
      schemas: { slow, quick: z.number() },
      onPayloadError: ({ event, code }) => log.push([code, event.data]),
    })
    await settled()
    source.on('slow', ({ data }) => log.push(data))
    source.on('quick', ({ data }) => log.push(data))
    for (const data of ['1', '2', '3']) deliver(transport, 'slow', data)
    deliver(transport, 'quick', '4')
    deliver(transport, 'quick', 'x')
    await settled()
    expect(log).toEqual([])
    for (const release of releases.toReversed()) release()
    await settled()
    expect(log).toEqual([1, ['schema-mismatch', '2'], 3, 4, ['invalid-json', 'x']])
    deliver(transport, 'quick', '5')
    expect(log.at(-1)).toBe(5)
  })

  test('check what an asynchronous parser resolves to, unless the source is closed by then', async () => {
    const validate = vi.fn<(value: unknown) => { value: number }>((value) => ({ value: Number(value) * 2 }))
    const price = { '~standard': { version: 1, vendor: 'test', validate } } as const
    const transport = createFakeTransport()
    const source = createEventSource(url, {
      transport,
      schemas: { price },
      parse: async (data) => Promise.resolve(Number(data)),
    })
    await settled()
    const seen: unknown[] = []
    source.on('price', ({ data }) => seen.push(data))
    deliver(transport, 'price', '21')
    await settled()
    expect(seen).toEqual([42])
    deliver(transport, 'price', '1')
    source.close()
    await settled()
    expect(validate).toHaveBeenCalledOnce()
  })

  test('after close() events that still wait are not delivered', async () => {
    const log: unknown[] = []
    const transport = createFakeTransport()
    const slow = z.number().refine(async (value) => Promise.resolve(value !== 2))
    const source = createEventSource(url, { transport, schemas: { slow }, onPayloadError: (error) => log.push(error) })
    await settled()
    source.on('slow', ({ data }) => log.push(data))
    deliver(transport, 'slow', '1')
    deliver(transport, 'slow', '2')
    source.close()
    await settled()
    expect(log).toEqual([])
  })

  test('a schema that throws or rejects is schema-failed', async () => {
    const codes: string[] = []
    const schema = (validate: () => never | Promise<never>) =>
      ({ '~standard': { version: 1, vendor: 'test', validate } }) as const
    const transport = createFakeTransport()
    const source = createEventSource(url, {
      transport,
      schemas: {
        now: schema(() => {
          throw new Error('now')
        }),
        later: schema(() => Promise.reject(new Error('later'))),
      },
      onPayloadError: ({ code }) => codes.push(code),
    })
    await settled()
    source.on('now', () => {})
    source.on('later', () => {})
    deliver(transport, 'now', '1')
    deliver(transport, 'later', '1')
    await settled()
    expect(codes).toEqual(['schema-failed', 'schema-failed'])
  })

  test('a schema that returns no result is reported as a fault of the schema, and the stream continues', async () => {
    const reported = vi.fn<(error: unknown) => void>()
    vi.stubGlobal('reportError', reported)
    const onPayloadError = vi.fn<() => void>()
    const price = { '~standard': { version: 1, vendor: 'test', validate: () => undefined as never } } as const
    const transport = createFakeTransport()
    const source = createEventSource(url, { transport, schemas: { price, note: z.string() }, onPayloadError })
    const notes: string[] = []
    await settled()
    source.on('price', () => {})
    source.on('note', ({ data }) => notes.push(data))
    deliver(transport, 'price', '1')
    deliver(transport, 'note', '"a"')
    expect(reported.mock.calls).toEqual([[expect.any(TypeError)]])
    expect(onPayloadError).not.toHaveBeenCalled()
    expect(notes).toEqual(['a'])
    source.close()
  })

  test('a schema that never answers does not let the queue grow without bound', async () => {
    const transport = createFakeTransport()
    const never = { '~standard': { version: 1, vendor: 'test', validate: () => new Promise<never>(() => {}) } } as const
    const source = createEventSource(url, { transport, schemas: { never } })
    await settled()
    source.on('never', () => {})
    for (let n = 0; n < 16_384; n += 1) deliver(transport, 'never', '1')
    expect(source.status.get().state).not.toBe('closed')
    deliver(transport, 'never', '1')
    expect(source.status.get()).toMatchObject({ state: 'closed', reason: 'failed', failure: { kind: 'overflow' } })
  })
})

describe('iteration', () => {
  test('over all types, several, and one; events that arrive before the loop asks are kept', async () => {
    const { transport, source } = await open({ parse: { note: 'text' } })
    const all = source[Symbol.asyncIterator]()
    const some = source.events(['price', 'note'])
    const one = source.events('note')
    deliver(transport, 'message', '1')
    deliver(transport, 'price', '{"value":2}')
    deliver(transport, 'note', 'three')
    source.close()
    const types = async (events: AsyncIterableIterator<{ type: string }>): Promise<string[]> => {
      const seen: string[] = []
      for await (const { type } of events) seen.push(type)
      return seen
    }
    expect(await types(some)).toEqual(['price', 'note'])
    expect(await types(one)).toEqual(['note'])
    expect(await all.next()).toMatchObject({ value: { type: 'message' } })
  })

  test('leaving the loop removes its listener, but does not close the source', async () => {
    const parse = vi.fn<(data: string) => unknown>(JSON.parse)
    const { transport, source } = await open({ parse: { message: parse } })
    queueMicrotask(() => deliver(transport, 'message', '1'))
    for await (const event of source) {
      expect(event.data).toBe(1)
      break
    }
    deliver(transport, 'message', '2')
    expect(parse).toHaveBeenCalledTimes(1)
    expect(source.status.get().state).toBe('open')
  })

  test('throws the failure when the source has failed for good, before and after', async () => {
    const { transport, source } = await open()
    const events = source.events('price')
    const pull = events.next()
    transport.last.sink.onEnd({ kind: 'http', fatal: true, message: 'gone', status: 404 })
    await expect(pull).rejects.toThrow(ConnectionError)
    await expect(source.events('price').next()).rejects.toMatchObject({ failure: { status: 404 } })
  })

  test('ends when the source is closed, before and after', async () => {
    const { source } = await open()
    const pull = source.events('price').next()
    source.close()
    expect(await pull).toEqual({ done: true, value: undefined })
    expect(await source.events().next()).toEqual({ done: true, value: undefined })
  })

  test("its own signal throws the signal's reason, before and after", async () => {
    const { source } = await open()
    const controller = new AbortController()
    const reason = new Error('enough')
    const pull = source.events('price', { signal: controller.signal }).next()
    controller.abort(reason)
    await expect(pull).rejects.toBe(reason)
    await expect(source.events('price', { signal: controller.signal }).next()).rejects.toBe(reason)
    expect(source.status.get().state).toBe('open')
  })

  test('a loop that falls behind fails, or drops the oldest', async () => {
    const { transport, source } = await open()
    const strict = source.events('message', { maxQueueSize: 2 })
    const latest = source.events('message', { maxQueueSize: 2, overflow: 'drop-oldest' })
    for (const data of ['1', '2', '3']) deliver(transport, 'message', data)
    expect(await strict.next()).toMatchObject({ value: { data: 1 } })
    expect(await strict.next()).toMatchObject({ value: { data: 2 } })
    await expect(strict.next()).rejects.toThrow(QueueOverflowError)
    expect(await latest.next()).toMatchObject({ value: { data: 2 } })
  })

  test('over all types needs a transport that hears all of them', async () => {
    const transport = createFakeTransport({ selective: true })
    const source = createEventSource<Events>(url, { transport })
    expect(() => source.events()).toThrow(/"fake".*name them/)
    expect(() => source.events(['price', 'note'])).not.toThrow()
    source.close()
  })

  test.each([
    [{ maxQueueSize: 0 }, RangeError],
    [{ maxQueueSize: 1.5 }, RangeError],
    [{ overflow: 'drop-newest' }, TypeError],
  ])('refuses %j', async (options, kind) => {
    const { source } = await open()
    expect(() => source.events('price', options as object)).toThrow(kind)
    expect(() => source.events([])).toThrow(TypeError)
  })
})

describe('store', () => {
  test('holds the latest payload, and there is one per type', async () => {
    const { transport, source } = await open()
    const prices = source.store('price')
    expect(source.store('price')).toBe(prices)
    const seen: unknown[] = []
    prices.subscribe((price) => seen.push(price))
    deliver(transport, 'price', '{"value":1}')
    deliver(transport, 'price', '{"value":2}')
    expect(seen).toEqual([undefined, { value: 1 }, { value: 2 }])
    source.close()
    expect(prices.get()).toEqual({ value: 2 })
    expect(source.store('note').get()).toBeUndefined()
  })
})

describe('the end', () => {
  test('close() is final: later calls do nothing', async () => {
    const { transport, source } = await open()
    const listener = vi.fn<() => void>()
    source.on('message', listener)
    source.close()
    source.close()
    source.reconnect()
    const undo = source.on('message', listener)
    undo()
    deliver(transport, 'message', '1')
    await settled()
    expect(listener).not.toHaveBeenCalled()
    expect(transport.sessions.map(({ closed }) => closed)).toEqual([1])
    expect(source.status.get()).toEqual({ state: 'closed', reason: 'close-called' })
  })

  test('a store that is created afterwards has no value, and until() does not wait for one', async () => {
    const { source } = await open()
    source.close()
    const late = source.store('price')
    expect(late.get()).toBeUndefined()
    await expect(late.until((price) => price !== undefined)).rejects.toMatchObject({ name: 'AbortError' })
  })

  test('after close() in a listener, the next listener of the same event is not called', async () => {
    const { transport, source } = await open()
    const listener = vi.fn<() => void>()
    source.on('message', () => source.close())
    source.on('message', listener)
    deliver(transport, 'message', '1')
    expect(listener).not.toHaveBeenCalled()
  })

  test('a signal closes the source, at once if it is already aborted', async () => {
    const controller = new AbortController()
    const { transport, source } = await open({ signal: controller.signal })
    controller.abort()
    expect(source.status.get()).toEqual({ state: 'closed', reason: 'aborted' })
    expect(transport.last.closed).toBe(1)
    const unused = createFakeTransport()
    const never = createEventSource(url, { transport: unused, signal: AbortSignal.abort() })
    await settled()
    expect(never.status.get()).toEqual({ state: 'closed', reason: 'aborted' })
    expect(unused.sessions).toEqual([])
  })

  test('releases the signal', async () => {
    const { signal } = new AbortController()
    const removed = vi.spyOn(signal, 'removeEventListener')
    const { source } = await open({ signal })
    source.close()
    expect(removed).toHaveBeenCalledTimes(1)
  })

  test('`using` closes the source', async () => {
    const { source } = await open()
    source[Symbol.dispose]()
    expect(source.status.get().state).toBe('closed')
  })
})

test("connect: 'immediately' stays connected after the last listener has gone", async () => {
  vi.useFakeTimers({ toFake: ['setTimeout', 'clearTimeout'] })
  onTestFinished(() => void vi.useRealTimers())
  const { source } = await open()
  source.on('price', () => {})()
  vi.advanceTimersByTime(60_000)
  expect(source.status.get().state).toBe('open')
  source.close()
})

describe("connect: 'while-listening'", () => {
  const GRACE = 1000
  let transport: FakeTransport
  let source: TypedEventSource<Events>

  beforeEach(() => {
    vi.useFakeTimers({ toFake: ['setTimeout', 'clearTimeout', 'Date'] })
    transport = createFakeTransport()
    source = createEventSource<Events>(url, { transport, connect: 'while-listening' })
  })
  afterEach(() => {
    source.close()
    vi.useRealTimers()
  })

  const connections = (): number => transport.sessions.filter(({ closed }) => closed === 0).length

  test.each<[string, () => unknown]>([
    ['a listener', () => source.on('price', () => {})],
    ['a listener of every type', () => source.onAny(() => {})],
    ['hold()', () => source.hold()],
    ['a loop', () => source.events()],
    ['a subscriber of a store', () => source.store('price').subscribe(() => {})],
    [
      'until() of a store',
      () =>
        source
          .store('price')
          .until((price) => price !== undefined)
          .catch(() => {}),
    ],
  ])('connects for %s', async (_, ask) => {
    source.status.subscribe(() => {})
    source.onReconnect(() => {})
    await settled()
    expect([source.status.get(), transport.sessions]).toEqual([{ state: 'idle' }, []])
    ask()
    ask()
    await settled()
    expect(source.status.get()).toEqual({ state: 'connecting', attempt: 0 })
    expect(connections()).toBe(1)
  })

  test.each<[string, () => unknown]>([
    ['a store that nobody watches', () => source.store('price').get()],
    ['reconnect()', () => source.reconnect()],
  ])('does not connect for %s', async (_, ask) => {
    ask()
    await settled()
    expect([source.status.get(), transport.sessions]).toEqual([{ state: 'idle' }, []])
  })

  test.each<[string, () => () => void]>([
    ['listener', () => source.on('price', () => {})],
    ['hold()', () => source.hold()],
    [
      'loop',
      () => {
        const loop = source.events('price')
        return () => void loop.return?.()
      },
    ],
    ['subscriber of a store', () => source.store('price').subscribe(() => {})],
    [
      'listener with a signal',
      () => {
        const controller = new AbortController()
        source.on('price', () => {}, { signal: controller.signal })
        return () => controller.abort()
      },
    ],
  ])('disconnects a grace period after the last %s is gone', async (_, ask) => {
    const stopFirst = ask()
    const stopSecond = ask()
    await settled()
    openStream(transport)
    stopFirst()
    stopFirst()
    vi.advanceTimersByTime(GRACE * 2)
    expect(source.status.get().state).toBe('open')
    stopSecond()
    vi.advanceTimersByTime(GRACE - 1)
    expect(source.status.get().state).toBe('open')
    vi.advanceTimersByTime(1)
    expect([source.status.get(), connections()]).toEqual([{ state: 'idle' }, 0])
    expect(vi.getTimerCount()).toBe(0)
  })

  test('a listener that comes within the grace period keeps the connection', async () => {
    source.on('price', () => {})()
    vi.advanceTimersByTime(GRACE - 1)
    source.on('note', () => {})
    vi.advanceTimersByTime(GRACE * 2)
    await settled()
    expect([source.status.get().state, transport.sessions.length]).toEqual(['connecting', 1])
  })

  test('resumes the stream from the last event ID', async () => {
    const reconnections: unknown[] = []
    source.onReconnect(({ resumed, lastEventId }) => reconnections.push([resumed, lastEventId]))
    const stop = source.on('note', () => {})
    await settled()
    deliver(transport, 'note', '"a"', '7')
    stop()
    vi.advanceTimersByTime(GRACE)
    source.on('note', () => {})
    await settled()
    expect(transport.last.request.lastEventId).toBe('7')
    openStream(transport, true)
    expect(reconnections).toEqual([[true, '7']])
  })

  test('a store without subscribers is still updated while the source is connected', async () => {
    const price = source.store('price')
    source.on('note', () => {})
    await settled()
    deliver(transport, 'price', '{"value":1}')
    expect(price.get()).toEqual({ value: 1 })
  })

  test('close() leaves no timer, and removing a listener afterwards starts none', async () => {
    const stop = source.on('price', () => {})
    const stopAnother = source.on('price', () => {})
    stop()
    stopAnother()
    source.close()
    expect(vi.getTimerCount()).toBe(0)
    const [, late] = [source.close(), source.on('price', () => {})]
    late()
    expect(vi.getTimerCount()).toBe(0)
  })

  test.each<[string, () => () => void]>([
    ['listener', () => source.on('price', () => {})],
    ['loop', () => (source.events('price'), () => {})],
    ['subscriber of a store', () => source.store('price').subscribe(() => {})],
  ])('a %s that close() removes starts no timer', (_, ask) => {
    const leave = ask()
    source.close()
    leave()
    expect(vi.getTimerCount()).toBe(0)
  })

  test('a failed source stays closed when listeners come, until reconnect()', async () => {
    const stop = source.on('price', () => {})
    await settled()
    transport.last.sink.onEnd({ kind: 'http', fatal: true, message: 'gone' })
    stop()
    vi.advanceTimersByTime(GRACE)
    expect(source.status.get()).toMatchObject({ state: 'closed', reason: 'failed' })
    source.on('price', () => {})
    expect(source.status.get().state).toBe('closed')
    source.reconnect()
    expect(source.status.get().state).toBe('connecting')
  })

  describe('without a page', () => {
    test('a relative URL is accepted until somebody listens, and is then a failure', async () => {
      const relative = createEventSource<Events>('/stream', { connect: 'while-listening' })
      expect([relative.url, relative.status.get()]).toEqual(['/stream', { state: 'idle' }])
      expect(relative.store('price').get()).toBeUndefined()
      relative.on('price', () => {})
      expect(relative.status.get()).toMatchObject({
        state: 'closed',
        reason: 'failed',
        failure: { kind: 'application', fatal: true, message: expect.stringContaining('must be absolute') },
      })
      vi.stubGlobal('location', { href: 'https://app.example/' })
      relative.reconnect()
      expect(relative.url).toBe('https://app.example/stream')
      relative.close()
    })

    test('a relative URL is refused at once if the source connects immediately', () => {
      expect(() => createEventSource('/stream')).toThrow(DOMException)
    })
  })
})

describe('after the end', () => {
  const end = {
    'the server has ended the stream': (transport: FakeTransport): void => transport.last.sink.onEnd('no-content'),
    'the connection has failed': (transport: FakeTransport): void =>
      transport.last.sink.onEnd({ kind: 'http', fatal: true, message: 'gone' }),
  }

  test.each(Object.entries(end))(
    'because %s, reconnect() starts again with all listeners in place',
    async (_, finish) => {
      const { transport, source } = await open()
      const seen: unknown[] = []
      const price = source.store('price')
      price.subscribe((value) => seen.push(value))
      source.on('note', ({ data }) => seen.push(data))
      source.onReconnect(() => seen.push('again'))
      finish(transport)
      expect(source.status.get().state).toBe('closed')
      source.on('message', ({ data }) => seen.push(data))
      source.reconnect()
      await settled()
      openStream(transport)
      deliver(transport, 'price', '{"value":2}')
      deliver(transport, 'note', '"b"')
      deliver(transport, 'message', '"c"')
      expect(seen).toEqual([undefined, 'again', { value: 2 }, 'b', 'c'])
      source.close()
      source.reconnect()
      expect(source.status.get()).toEqual({ state: 'closed', reason: 'close-called' })
    },
  )

  test('old loops have ended, and new ones run', async () => {
    const { transport, source } = await open()
    const ended = source.events('price')
    transport.last.sink.onEnd('no-content')
    await expect(ended.next()).resolves.toMatchObject({ done: true })
    source.reconnect()
    await settled()
    const loop = source.events('price')
    deliver(transport, 'price', '{"value":2}')
    await expect(loop.next()).resolves.toMatchObject({ value: { data: { value: 2 } } })
    source.close()
  })

  test('an old loop ends even if the source continues before the schema has checked its last event', async () => {
    const transport = createFakeTransport()
    let pass: (() => void) | undefined
    const parse = (data: string): Promise<unknown> => new Promise((resolve) => (pass = () => resolve(data)))
    const source = createEventSource<Events>(url, { transport, parse: { message: parse } })
    await settled()
    const loop = source.events('message')
    deliver(transport, 'message', 'last')
    transport.last.sink.onEnd('no-content')
    source.reconnect()
    await settled()
    const later = source.events('message')
    pass!()
    await expect(loop.next()).resolves.toMatchObject({ value: { data: 'last' } })
    await expect(loop.next()).resolves.toMatchObject({ done: true })
    await expect(later.next()).resolves.toMatchObject({ value: { data: 'last' } })
    deliver(transport, 'message', 'next')
    pass!()
    await expect(later.next()).resolves.toMatchObject({ value: { data: 'next' } })
    source.close()
  })

  test('the signal is released, and an abort in the meantime counts when the source would continue', async () => {
    const controller = new AbortController()
    const add = vi.spyOn(controller.signal, 'addEventListener')
    const remove = vi.spyOn(controller.signal, 'removeEventListener')
    const { transport, source } = await open({ signal: controller.signal })
    const stop = vi.fn<() => void>()
    source.on('price', stop, { signal: controller.signal })
    transport.last.sink.onEnd('no-content')
    expect([add.mock.calls.length, remove.mock.calls.length]).toEqual([2, 2])
    source.reconnect()
    expect(add).toHaveBeenCalledTimes(4)
    await settled()
    transport.last.sink.onEnd('no-content')
    controller.abort()
    expect(source.status.get()).toMatchObject({ reason: 'ended-by-server' })
    source.reconnect()
    expect(source.status.get()).toEqual({ state: 'closed', reason: 'aborted' })
    expect(transport.sessions).toHaveLength(2)
  })

  test('a closed source holds no signal, and a reopened one holds none of a removed listener', async () => {
    const { signal } = new AbortController()
    const add = vi.spyOn(signal, 'addEventListener')
    const { transport, source } = await open()
    source.on('price', () => {}, { signal })()
    expect(add).toHaveBeenCalledTimes(1)
    transport.last.sink.onEnd('no-content')
    const stop = source.on('price', () => {}, { signal })
    expect(add).toHaveBeenCalledTimes(1)
    source.reconnect()
    expect(add).toHaveBeenCalledTimes(2)
    stop()
    source.on('price', () => {}, { signal })
    expect(add).toHaveBeenCalledTimes(3)
    source.close()
  })

  test('a listener is removed if its own signal aborts in the meantime', async () => {
    const { transport, source } = await open()
    const controller = new AbortController()
    const heard = vi.fn<() => void>()
    source.on('note', heard, { signal: controller.signal })
    transport.last.sink.onEnd('no-content')
    controller.abort()
    source.reconnect()
    await settled()
    deliver(transport, 'note', '"a"')
    expect(heard).not.toHaveBeenCalled()
    source.close()
  })
})

describe('several types, and every type', () => {
  test('on() takes several: one subscription, one function that removes it', async () => {
    const { transport, source } = await open()
    const seen: unknown[] = []
    const stop = source.on(['price', 'note', 'price'], ({ type, data }) => seen.push([type, data]))
    deliver(transport, 'note', '"a"')
    deliver(transport, 'message', '1')
    deliver(transport, 'price', '{"value":1}')
    stop()
    deliver(transport, 'note', '"b"')
    expect(seen).toEqual([
      ['note', 'a'],
      ['price', { value: 1 }],
    ])
  })

  test('once means one event of any of the types', async () => {
    const { transport, source } = await open()
    const seen: unknown[] = []
    source.on(['price', 'note'], ({ type }) => seen.push(type), { once: true })
    deliver(transport, 'note', '"a"')
    deliver(transport, 'price', '{"value":1}')
    expect(seen).toEqual(['note'])
  })

  test('onAny() hears every type, declared or not, and stops', async () => {
    const { transport, source } = await open()
    const seen: unknown[] = []
    const stop = source.onAny(({ type, data }) => seen.push([type, data]))
    deliver(transport, 'price', '{"value":1}')
    deliver(transport, 'unheard-of', '2')
    stop()
    deliver(transport, 'price', '{"value":3}')
    expect(seen).toEqual([
      ['price', { value: 1 }],
      ['unheard-of', 2],
    ])
  })

  test('with schemas, onAny() hears the declared types', async () => {
    const transport = createFakeTransport()
    const source = createEventSource(url, { transport, schemas: { a: z.number(), b: z.string() } })
    await settled()
    const seen: unknown[] = []
    source.onAny(({ type, data }) => seen.push([type, data]))
    deliver(transport, 'a', '1')
    deliver(transport, 'c', '2')
    deliver(transport, 'b', '"3"')
    expect(seen).toEqual([
      ['a', 1],
      ['b', '3'],
    ])
    source.close()
  })

  test('onAny() on a transport that delivers only named types is refused, with advice', async () => {
    const source = createEventSource<Events>(url, { transport: createFakeTransport({ selective: true }) })
    expect(() => source.onAny(() => {})).toThrow(
      /onAny: the transport "fake" delivers only event types .* 'auto' or 'fetch'/,
    )
    source.close()
  })
})

describe('endOn', () => {
  async function run(endOn: EventSourceOptions<Events>['endOn'], ...events: [string, string][]) {
    const { transport, source } = await open({ endOn, reconnection: false })
    const loop = source.events()
    for (const [event, data] of events) deliver(transport, event, data)
    if (source.status.get().state === 'open') {
      transport.last.sink.onEnd({ kind: 'ended', fatal: false, message: 'ended' })
    }
    const seen: unknown[] = []
    try {
      for await (const { data } of loop) seen.push(data)
    } catch (error) {
      seen.push(error instanceof ConnectionError && error.failure.kind)
    }
    const status = source.status.get()
    return [seen, status.state === 'closed' && status.reason]
  }

  test.each<[string, EventSourceOptions<Events>['endOn'], [string, string][], unknown]>([
    [
      'one type, whose event is delivered',
      'note',
      [
        ['note', '"bye"'],
        ['note', '2'],
      ],
      [['bye'], 'ended-by-server'],
    ],
    [
      'one of several',
      ['price', 'note'],
      [
        ['message', '1'],
        ['note', '2'],
        ['price', '3'],
      ],
      [[1, 2], 'ended-by-server'],
    ],
    [
      'a mark, which is not delivered',
      ({ data }) => data === '[DONE]',
      [
        ['message', '1'],
        ['message', '[DONE]'],
      ],
      [[1], 'ended-by-server'],
    ],
    [
      'a truthy result is a mark, a falsy one is not',
      (({ data }) => /^"end"$/.exec(data)) as (event: { data: string }) => never,
      [
        ['message', '1'],
        ['message', '2'],
        ['message', '"end"'],
      ],
      [[1, 2], 'ended-by-server'],
    ],
    [
      'a last event with a payload',
      ({ data }) => data === '2' && 'deliver',
      [
        ['message', '1'],
        ['message', '2'],
        ['message', '3'],
      ],
      [[1, 2], 'ended-by-server'],
    ],
    ['a missing mark, which is a failure', 'note', [['message', '1']], [[1, 'ended'], 'failed']],
  ])('%s', async (_, endOn, events, expected) => {
    expect(await run(endOn, ...events)).toEqual(expected)
  })

  test('every named type is requested from the transport, even if nobody listens', async () => {
    const transport = createFakeTransport({ selective: true })
    const source = createEventSource<Events>(url, { transport, endOn: ['note', 'price'] })
    await settled()
    expect(transport.last.request.types).toEqual(new Set(['everstream', 'note', 'price']))
    source.close()
  })
})

describe('the URL as a function', () => {
  test('is called on every attempt, with the context, and its result is shown as url', async () => {
    const transport = createFakeTransport()
    const make = vi.fn(async ({ attempt }: { attempt: number }) => new URL(`https://sse.example/?try=${attempt}`))
    const source = createEventSource<Events>(make, { transport, reconnection: () => 0 })
    expect(source.url).toBe('')
    await settled()
    expect([source.url, transport.last.request.url]).toEqual([
      'https://sse.example/?try=0',
      'https://sse.example/?try=0',
    ])
    openStream(transport)
    transport.last.sink.onLastEventId('7')
    const failure = { kind: 'network', fatal: false, message: 'lost' } as const
    transport.last.sink.onEnd(failure)
    await vi.waitFor(() => expect(source.url).toBe('https://sse.example/?try=1'))
    expect(make).toHaveBeenLastCalledWith({ attempt: 1, failure, lastEventId: '7' })
    source.close()
  })

  test.each([['/relative'], ['http://user:pass@sse.example/'], ['localhost:3000/events'], [5]])(
    'that returns %o is a failure of the application',
    async (result) => {
      const source = createEventSource(() => result as string)
      await settled()
      expect(source.status.get()).toMatchObject({ state: 'waiting', failure: { kind: 'application', fatal: false } })
      source.close()
    },
  )
})

describe('the default policy', () => {
  const lost = { kind: 'network', fatal: false, message: 'lost' } as const

  async function stateAfterLoss(options: EventSourceOptions<Events>): Promise<string> {
    vi.stubGlobal('fetch', () => Promise.reject(new TypeError('lost')))
    const source = createEventSource<Events>(url, options)
    await vi.waitFor(() => expect(source.status.get().state).toMatch(/waiting|closed/))
    const { state } = source.status.get()
    source.close()
    return state
  }

  test.each<[string, EventSourceOptions<Events>, string]>([
    ['a GET', {}, 'waiting'],
    ['an explicit GET', { method: 'get' }, 'waiting'],
    ['a HEAD', { method: 'HEAD' }, 'waiting'],
    ['a POST', { method: 'POST' }, 'closed'],
    ['a body', { body: '{}' }, 'closed'],
    ['a POST with a policy', { method: 'POST', reconnection: () => 1e6 }, 'waiting'],
  ])('of %s: %o leads to %s', async (_, options, state) => {
    expect(await stateAfterLoss(options)).toBe(state)
  })

  test.each([
    [true, 'waiting'],
    [undefined, 'waiting'],
    [false, 'closed'],
  ])('with a transport whose repeatable is %s leads to %s', async (repeatable, state) => {
    const transport = Object.assign(createFakeTransport(), repeatable !== undefined && { repeatable })
    const source = createEventSource<Events>(url, { transport })
    await settled()
    transport.last.sink.onEnd(lost)
    expect(source.status.get().state).toBe(state)
    source.close()
  })
})

test('a relative URL is resolved against the page, and its parts are kept', async () => {
  vi.stubGlobal('location', { href: 'https://app.example/a/b?c' })
  const transport = createFakeTransport()
  expect(createEventSource('../stream?x=1', { transport }).url).toBe('https://app.example/stream?x=1')
  vi.stubGlobal('document', { baseURI: 'https://base.example/' })
  expect(createEventSource('stream', { transport }).url).toBe('https://base.example/stream')
  expect(createEventSource(new URL('https://other.example/s'), { transport }).url).toBe('https://other.example/s')
})

test('a URL object of another realm is accepted', () => {
  const foreign = { href: url, toString: () => url } as URL
  expect(createEventSource(foreign, { transport: createFakeTransport() }).url).toBe(url)
})

test('a relative URL is resolved once, even if the page navigates before the next attempt', async () => {
  vi.stubGlobal('location', { href: 'https://app.example/a/' })
  const transport = createFakeTransport()
  const source = createEventSource('stream', { transport })
  vi.stubGlobal('location', { href: 'https://app.example/b/' })
  source.reconnect()
  await settled()
  expect([source.url, transport.last.request.url]).toEqual(Array(2).fill('https://app.example/a/stream'))
  source.close()
})

test('the event type of endOn is requested from the transport even if nobody listens for it', async () => {
  const transport = createFakeTransport({ selective: true })
  const source = createEventSource<Events>(url, { transport, endOn: 'note' })
  await settled()
  expect(transport.last.request.types).toEqual(new Set(['everstream', 'note']))
  source.close()
})

describe("the 'auto' transport uses", () => {
  async function taken(options: EventSourceOptions<Events>, { polyfill = false } = {}): Promise<string[]> {
    const asked: string[] = []
    class Native extends EventTarget {
      constructor() {
        super()
        asked.push('native')
      }
      close(): void {
        asked.push('closed')
      }
    }
    // Bound: its source code is hidden, like that of a browser's own class.
    vi.stubGlobal('EventSource', polyfill ? Native : Native.bind(undefined))
    vi.stubGlobal('location', new URL(url))
    vi.stubGlobal('fetch', () => {
      asked.push('fetch')
      return new Promise(() => {})
    })
    const source = createEventSource<Events>(url, options)
    source.on('price', () => {})
    await settled()
    source.close()
    return asked
  }

  test.each<[string, EventSourceOptions<Events>]>([
    ['nothing', {}],
    ['withCredentials', { withCredentials: true }],
    ['a policy', { reconnection: () => 1 }],
    ["'native'", { transport: 'native', idleTimeout: 1000 }],
  ])('native with %s', async (_, options) => {
    expect(await taken(options)).toEqual(['native', 'closed'])
  })

  test('fetch if the EventSource class is a polyfill, which uses fetch itself and reports less', async () => {
    expect(await taken({}, { polyfill: true })).toEqual(['fetch'])
  })

  test.each<[string, EventSourceOptions<Events>]>([
    ["'fetch'", { transport: 'fetch' }],
    ['method', { method: 'GET' }],
    ['headers', { headers: { a: 'b' } }],
    ['body', { body: '' }],
    ['maxEventSize', { maxEventSize: 1000 }],
    ['idleTimeout', { idleTimeout: 1000 }],
    ['lastEventId', { lastEventId: '1' }],
    ['duplicateWindow', { duplicateWindow: 1 }],
    ['reconnection: false', { reconnection: false }],
    ['endOn, a function', { endOn: () => false }],
  ])('fetch with %s', async (_, options) => {
    expect(await taken(options)).toEqual(['fetch'])
  })
})
