import { describe, expect, it, onTestFinished, vi } from 'vitest'
import { ConnectionError } from '../../src/failure/connection-error.js'
import { ParseError } from '../../src/event-stream/parse-error.js'
import type { EndOn } from '../../src/event-stream/end-mark.js'
import { readEvents } from '../../src/answer/read-events.js'
import type { FetchLikeResponse } from '../../src/standards/fetch-like.js'
import { openStream, serve } from '../event-stream/server.js'

const EVENT_STREAM = { 'content-type': 'text/event-stream' }

function responseOf(text: string, init: ResponseInit = { headers: EVENT_STREAM }): Response {
  return new Response(text, init)
}

async function collect(events: AsyncIterable<{ data: string }>): Promise<string[]> {
  const collected: string[] = []
  for await (const { data } of events) collected.push(data)
  return collected
}

/** A response whose body never ends, and whether it was cancelled. */
function endless(init: ResponseInit = { headers: EVENT_STREAM }, text = 'data: a\n\ndata: b\n\n') {
  const cancelled = vi.fn<() => void>()
  const body = new ReadableStream<Uint8Array>({
    start: (controller) => controller.enqueue(new TextEncoder().encode(text)),
    cancel: cancelled,
  })
  return { response: new Response(body, init), cancelled }
}

/** Skips the time for which the body of a refused answer is read. */
async function failureOf(response: FetchLikeResponse) {
  vi.useFakeTimers()
  onTestFinished(() => void vi.useRealTimers())
  const failed = collect(readEvents(response)).catch((thrown: unknown) => thrown)
  await vi.advanceTimersByTimeAsync(1000)
  const error: unknown = await failed
  expect(error).toBeInstanceOf(ConnectionError)
  return (error as ConnectionError).failure
}

const never = () => new Promise<never>(() => {})

describe('readEvents over the network', () => {
  it('yields the events until the stream ends', async () => {
    const { url } = await serve((_, response) => {
      openStream(response, 'id: 1\ndata: a\n\nda')
      setTimeout(() => response.end('ta: b\n\ndata: unfinished'), 20)
    })
    const events = []
    for await (const event of readEvents(await fetch(url, { method: 'POST', body: 'x' }))) events.push(event)
    expect(events).toEqual([
      { event: 'message', data: 'a', id: '1' },
      { event: 'message', data: 'b', id: undefined },
    ])
  })

  it('closes the connection when the loop is left', async () => {
    const { url, countOpen } = await serve((_, response) => openStream(response, 'data: a\n\ndata: b\n\n'))
    for await (const { data } of readEvents(await fetch(url))) {
      expect(data).toBe('a')
      break
    }
    expect(countOpen()).toBe(1)
    await vi.waitFor(() => expect(countOpen()).toBe(0))
  })

  it('closes the connection when the signal is aborted while it waits', async () => {
    const { url, countOpen } = await serve((_, response) => openStream(response))
    const controller = new AbortController()
    const events = readEvents(await fetch(url), { signal: controller.signal })
    const next = events.next()
    setTimeout(() => controller.abort(new Error('enough')), 20)
    await expect(next).rejects.toThrow('enough')
    expect(countOpen()).toBe(1)
    await vi.waitFor(() => expect(countOpen()).toBe(0))
  })

  it('closes the connection of an answer that it refuses', async () => {
    const { url, countOpen } = await serve((_, response) => {
      response.writeHead(500, EVENT_STREAM)
      response.write('data: endless')
    })
    await expect(readEvents(await fetch(url)).next()).rejects.toThrow(ConnectionError)
    expect(countOpen()).toBe(1)
    await vi.waitFor(() => expect(countOpen()).toBe(0))
  })

  it('yields the events so far and then throws the reason when the connection breaks', async () => {
    const { url } = await serve((_, response) => {
      openStream(response, 'data: a\n\n')
      setTimeout(() => response.destroy(), 20)
    })
    const events = readEvents(await fetch(url))
    await expect(events.next()).resolves.toMatchObject({ value: { data: 'a' } })
    const error: unknown = await events.next().catch((thrown: unknown) => thrown)
    expect(error).toBeInstanceOf(ConnectionError)
    expect((error as ConnectionError).failure).toMatchObject({
      kind: 'network',
      fatal: false,
      url,
      message: expect.stringContaining(url) as string,
      cause: expect.any(TypeError) as TypeError,
    })
  })

  it('throws the reason that the application gave to fetch, untouched', async () => {
    const { url } = await serve((_, response) => openStream(response))
    const controller = new AbortController()
    const events = readEvents(await fetch(url, { signal: controller.signal }))
    const next = events.next()
    setTimeout(() => controller.abort(), 20)
    await expect(next).rejects.toThrow(expect.objectContaining({ name: 'AbortError' }))
  })

  it('throws the timeout that the application gave to fetch, untouched', async () => {
    const { url } = await serve((_, response) => openStream(response))
    // Like AbortSignal.timeout(), whose own clock might run out before the answer arrives.
    const timeout = new AbortController()
    const next = readEvents(await fetch(url, { signal: timeout.signal })).next()
    timeout.abort(new DOMException('The operation timed out.', 'TimeoutError'))
    await expect(next).rejects.toThrow(expect.objectContaining({ name: 'TimeoutError' }))
  })

  it('throws the reason, even if fetch got the same signal', async () => {
    const { url } = await serve((_, response) => openStream(response))
    const controller = new AbortController()
    const { signal } = controller
    const next = readEvents(await fetch(url, { signal }), { signal }).next()
    const reason = new Error('enough')
    setTimeout(() => controller.abort(reason), 20)
    await expect(next).rejects.toBe(reason)
  })
})

describe('how readEvents treats an answer', () => {
  it('204 has no events', async () => {
    expect(await collect(readEvents(new Response(null, { status: 204 })))).toEqual([])
  })

  it.each(['text/event-stream', 'Text/Event-Stream; charset=utf-8'])('%s is read', async (contentType) => {
    expect(await collect(readEvents(responseOf('data: a\n\n', { headers: { 'content-type': contentType } })))).toEqual([
      'a',
    ])
  })

  it.each([200, 201, 206, 299])('an event stream is read with the status %d', async (status) => {
    expect(await collect(readEvents(responseOf('data: a\n\n', { status, headers: EVENT_STREAM })))).toEqual(['a'])
  })

  it.each([
    [400, true],
    [401, true],
    [404, true],
    [410, true],
    [501, true],
    [505, true],
    [408, false],
    [425, false],
    [429, false],
    [500, false],
    [502, false],
    [503, false],
    [504, false],
    [520, false],
    [529, false],
  ])('the status %d is refused (fatal: %s), and its body cancelled', async (status, fatal) => {
    const { response, cancelled } = endless({ status, headers: EVENT_STREAM })
    const failure = await failureOf(response)
    expect(failure).toMatchObject({ kind: 'http', fatal, status })
    expect(failure).not.toHaveProperty('retryAfter')
    expect(failure.message).toMatch(new RegExp(`^The server answered with the status ${status};`))
    expect(cancelled).toHaveBeenCalledOnce()
  })

  it('205 (Reset Content) is refused', async () => {
    expect(await failureOf(new Response(null, { status: 205, headers: EVENT_STREAM }))).toMatchObject({ kind: 'http' })
  })

  it.each([
    ['http', { status: 429, headers: { 'retry-after': '7' } }],
    ['http', { status: 404, headers: { 'retry-after': '7' } }],
    ['content-type', { status: 200, headers: { 'retry-after': '7' } }],
  ])('Retry-After is reported in ms, and makes the failure retryable (%s)', async (kind, init) => {
    const failure = await failureOf(new Response('', init))
    expect(failure).toMatchObject({ kind, fatal: false, status: init.status, retryAfter: 7000 })
    expect(failure.message).toContain('7 s')
  })

  it.each([
    ['text/html', 'the media type text/html'],
    ['text/event-streamish', 'the media type text/event-streamish'],
  ])('%s is refused, and its body cancelled', async (mediaType, words) => {
    const { response, cancelled } = endless({ headers: { 'content-type': mediaType } })
    const failure = await failureOf(response)
    expect(failure).toMatchObject({ kind: 'content-type', fatal: true, status: 200, mediaType })
    expect(failure.message).toContain(words)
    expect(cancelled).toHaveBeenCalledOnce()
  })

  it('a missing media type is refused with that reason', async () => {
    const failure = await failureOf(endless({}).response)
    expect(failure).toMatchObject({ kind: 'content-type', mediaType: '' })
    expect(failure.message).toMatch(/^The server answered with no media type/)
  })

  it.each([
    [200, { 'content-type': 'text/html' }],
    [404, EVENT_STREAM],
  ])('the failure names the final URL, which answered %d', async (status, headers) => {
    const url = 'https://a.example/login'
    const failure = await failureOf({ status, url, headers: new Headers(headers), body: null })
    expect(failure.url).toBe(url)
    expect(failure.message.startsWith(`${url} answered`)).toBe(true)
  })

  it('a missing body is a fault of fetch', async () => {
    const failure = await failureOf({ status: 200, url: '', headers: new Headers(EVENT_STREAM), body: null })
    expect(failure).toMatchObject({ kind: 'unsupported', fatal: true })
    expect(failure.message).toContain('React Native')
  })

  it('an already aborted signal throws at once', async () => {
    const response = new Response(new ReadableStream(), { headers: EVENT_STREAM })
    await expect(readEvents(response, { signal: AbortSignal.abort('enough') }).next()).rejects.toBe('enough')
  })

  it('a body whose cancel() never settles does not hold up the loop', async () => {
    const { response } = endless()
    vi.spyOn(ReadableStreamDefaultReader.prototype, 'cancel').mockReturnValue(new Promise(() => {}))
    onTestFinished(() => void vi.restoreAllMocks())
    for await (const { data } of readEvents(response)) {
      expect(data).toBe('a')
      break
    }
  })
})

describe('readEvents with endOn', () => {
  const TEXT = 'data: a\n\nevent: done\ndata: b\n\ndata: c\n\n'

  it.each<[string, EndOn, string[]]>([
    ['a type', 'done', ['a', 'b']],
    ['a list of types', ['error', 'done'], ['a', 'b']],
    ['a function that returns deliver', ({ data }) => data === 'b' && 'deliver', ['a', 'b']],
    ['a function that returns true', ({ data }) => data === 'b', ['a']],
    ['a function that returns any truthy or falsy value', ({ data }) => /c/.exec(data) as never, ['a', 'b']],
    ['a function that stops at the first event', () => true, []],
  ])('%s ends the loop with the mark, and releases the body', async (_, endOn, expected) => {
    const { response, cancelled } = endless(undefined, TEXT)
    const got: string[] = []
    for await (const { data } of readEvents(response, { endOn })) {
      got.push(data)
      // At once, not when the loop asks again.
      expect(cancelled).toHaveBeenCalledOnce()
    }
    expect(got).toEqual(expected)
    expect(cancelled).toHaveBeenCalledOnce()
  })

  it('does not call the function for events after the mark', async () => {
    const endOn = vi.fn<(event: { data: string }) => boolean>(({ data }) => data === 'b')
    await collect(readEvents(endless(undefined, TEXT).response, { endOn }))
    expect(endOn.mock.calls).toMatchObject([[{ data: 'a' }], [{ event: 'done', data: 'b' }]])
  })

  it.each<[string, EndOn]>([
    ['a type', 'done'],
    ['a function', () => false],
  ])('a stream that ends without the mark has failed, after its events: %s', async (_, endOn) => {
    const url = 'https://a.example/'
    const { headers, body } = responseOf('data: a\n\nevent: done\ndata: unfinished')
    const events = readEvents({ status: 200, url, headers, body }, { endOn })
    expect((await events.next()).value?.data).toBe('a')
    const error: unknown = await events.next().catch((thrown: unknown) => thrown)
    expect(error).toBeInstanceOf(ConnectionError)
    const { failure } = error as ConnectionError
    expect(failure).toMatchObject({ kind: 'ended', fatal: false, url })
    expect(failure.message).toContain(url)
    expect(failure.message).toContain('incomplete')
    expect(await events.next()).toEqual({ done: true, value: undefined })
  })

  it('a loop that is left early has not failed', async () => {
    const { response } = endless(undefined, ':\n')
    const events = readEvents(response, { endOn: 'done' })
    const waiting = events.next()
    await events.return()
    expect(await waiting).toEqual({ done: true, value: undefined })
  })

  it('204 has no events, and needs no mark', async () => {
    expect(await collect(readEvents(new Response(null, { status: 204 }), { endOn: 'done' }))).toEqual([])
  })

  it('throws what the function throws, after the earlier events, and releases the body', async () => {
    const { response, cancelled } = endless(undefined, TEXT)
    const fault = new Error('mine')
    const endOn = ({ data }: { data: string }): boolean => {
      if (data === 'b') throw fault
      return false
    }
    const events = readEvents(response, { endOn })
    expect((await events.next()).value?.data).toBe('a')
    expect(cancelled).toHaveBeenCalledOnce()
    await expect(events.next()).rejects.toBe(fault)
    expect(await events.next()).toEqual({ done: true, value: undefined })
  })

  it.each([5, '', null, {}, [], [''], [5]])('refuses %j', (endOn) => {
    const { response } = endless()
    expect(() => readEvents(response, { endOn: endOn as never })).toThrow(
      new TypeError('endOn must be an event type, an array of them, or a function of the event'),
    )
    expect(response.body?.locked).toBe(false)
  })
})

describe('leaving readEvents', () => {
  it('by break releases the body', async () => {
    const { response, cancelled } = endless()
    for await (const event of readEvents(response)) {
      expect(event.data).toBe('a')
      break
    }
    expect(cancelled).toHaveBeenCalledOnce()
  })

  it('by throwing releases the body', async () => {
    const { response, cancelled } = endless()
    const loop = async () => {
      for await (const { data } of readEvents(response)) throw new Error(data)
    }
    await expect(loop()).rejects.toThrow('a')
    expect(cancelled).toHaveBeenCalledOnce()
  })

  it('by return() before the first event releases the body', async () => {
    const { response, cancelled } = endless()
    const { signal } = new AbortController()
    const remove = vi.spyOn(signal, 'removeEventListener')
    await readEvents(response, { signal }).return(undefined)
    expect(cancelled).toHaveBeenCalledOnce()
    expect(remove).toHaveBeenCalledOnce()
  })

  it('by return() while it waits for a chunk releases the body and ends the wait', async () => {
    const { response, cancelled } = endless({ headers: EVENT_STREAM }, ':\n')
    const events = readEvents(response)
    const next = events.next()
    const left = events.return(undefined)
    expect(cancelled).toHaveBeenCalledOnce()
    expect(await next).toEqual({ done: true, value: undefined })
    expect(await left).toEqual({ done: true, value: undefined })
    expect(await events.next()).toEqual({ done: true, value: undefined })
  })

  it.each([0, 1, 2, 3, 4, 5])(
    'by return() yields nothing afterwards, %i microtasks after a chunk',
    async (microtasks) => {
      let body: ReadableStream<Uint8Array> | undefined
      const reading = new Promise<ReadableStreamDefaultController<Uint8Array>>((pull) => {
        body = new ReadableStream({ pull }, { highWaterMark: 0 })
      })
      const events = readEvents(new Response(body, { headers: EVENT_STREAM }))
      const next = events.next()
      const controller = await reading
      controller.enqueue(new TextEncoder().encode('data: a\n\ndata: b\n\n'))
      for (let count = 0; count < microtasks; count += 1) await Promise.resolve()
      await events.return()
      await next
      expect(await events.next()).toEqual({ done: true, value: undefined })
    },
  )

  it('by return() while it waits for a silent body does not wait for the body', async () => {
    const read = vi.fn(never)
    const body = { locked: false, cancel: never, getReader: () => ({ read, cancel: never }) }
    const events = readEvents({ status: 200, url: '', headers: new Headers(EVENT_STREAM), body })
    const waiting = events.next()
    await vi.waitFor(() => expect(read).toHaveBeenCalledOnce())
    expect(await events.return()).toEqual({ done: true, value: undefined })
    expect(await waiting).toEqual({ done: true, value: undefined })
    expect(await events.next()).toEqual({ done: true, value: undefined })
  })

  it('by abort while it waits for a silent body does not wait for the body', async () => {
    const read = vi.fn(never)
    const body = { locked: false, cancel: never, getReader: () => ({ read, cancel: never }) }
    const controller = new AbortController()
    const response = { status: 200, url: '', headers: new Headers(EVENT_STREAM), body }
    const waiting = readEvents(response, { signal: controller.signal }).next()
    await vi.waitFor(() => expect(read).toHaveBeenCalledOnce())
    controller.abort('enough')
    await expect(waiting).rejects.toBe('enough')
  })

  it.each(['return', 'throw', 'asyncDispose'] as const)(
    'by %s while a chunk is on its way drops the events of that chunk',
    async (way) => {
      let enqueue: ((text: string) => void) | undefined
      const body = new ReadableStream<Uint8Array>({
        start: (controller) => {
          enqueue = (text) => controller.enqueue(new TextEncoder().encode(text))
        },
      })
      const events = readEvents(new Response(body, { headers: EVENT_STREAM }))
      const read = vi.spyOn(ReadableStreamDefaultReader.prototype, 'read')
      onTestFinished(() => read.mockRestore())
      const waiting = events.next()
      await vi.waitFor(() => expect(read).toHaveBeenCalledOnce())
      enqueue!('data: a\n\ndata: b\n\n')
      const leave = { return: () => events.return(), throw: () => events.throw(new Error('mine')) }
      await (way === 'asyncDispose' ? events[Symbol.asyncDispose]() : leave[way]().catch(() => {}))
      expect(await waiting).toEqual({ done: true, value: undefined })
      expect(await events.next()).toEqual({ done: true, value: undefined })
    },
  )

  it('by throw() releases the body and throws', async () => {
    const { response, cancelled } = endless()
    const events = readEvents(response)
    await events.next()
    await expect(events.throw(new Error('mine'))).rejects.toThrow('mine')
    expect(cancelled).toHaveBeenCalledOnce()
    expect(await events.next()).toEqual({ done: true, value: undefined })
  })

  it('at the end of its scope releases the body', async () => {
    const { response, cancelled } = endless()
    await readEvents(response)[Symbol.asyncDispose]()
    expect(cancelled).toHaveBeenCalledOnce()
  })

  it('by abort while it waits throws the reason and releases the body at once', async () => {
    const { response, cancelled } = endless({ headers: EVENT_STREAM }, ':\n')
    const controller = new AbortController()
    const next = readEvents(response, { signal: controller.signal }).next()
    await new Promise((resolve) => setTimeout(resolve, 5))
    controller.abort('enough')
    expect(cancelled).toHaveBeenCalledOnce()
    await expect(next).rejects.toBe('enough')
  })

  it('by abort between two events of a chunk throws the reason instead of the second', async () => {
    const { response, cancelled } = endless()
    const controller = new AbortController()
    const events = readEvents(response, { signal: controller.signal })
    await events.next()
    controller.abort('enough')
    expect(cancelled).toHaveBeenCalledOnce()
    await expect(events.next()).rejects.toBe('enough')
  })

  it('by a signal that is already aborted works before it starts', async () => {
    const { response, cancelled } = endless()
    await expect(readEvents(response, { signal: AbortSignal.abort('early') }).next()).rejects.toBe('early')
    expect(cancelled).toHaveBeenCalledOnce()
  })

  it.each([204, 404])('by a signal that is already aborted works for any answer: %d', async (status) => {
    const answer = new Response(null, { status })
    await expect(readEvents(answer, { signal: AbortSignal.abort('early') }).next()).rejects.toBe('early')
  })

  it('by abort while the body of a refusal is read throws the reason', async () => {
    const { response } = endless({ status: 503 }, 'busy')
    const controller = new AbortController()
    const next = readEvents(response, { signal: controller.signal }).next()
    controller.abort('enough')
    await expect(next).rejects.toBe('enough')
  })

  it('removes its listener from the signal, however it ends', async () => {
    const { signal } = new AbortController()
    const add = vi.spyOn(signal, 'addEventListener')
    const remove = vi.spyOn(signal, 'removeEventListener')
    await collect(readEvents(responseOf('data: a\n\n'), { signal }))
    await expect(collect(readEvents(responseOf('', { status: 404 }), { signal }))).rejects.toThrow(ConnectionError)
    expect(remove.mock.calls).toEqual(expect.arrayContaining(add.mock.calls))
  })
})

describe('calls of next() that overlap', () => {
  it('are answered in order', async () => {
    const { response } = endless({ headers: EVENT_STREAM }, 'data: a\n\ndata: b\n\ndata: c\n\ndata: d\n\n')
    const events = readEvents(response)
    const first = events.next()
    // Called as soon as the first is answered, before the second one is.
    const later = first.then(() => events.next())
    const answers = await Promise.all([first, events.next(), events.next(), later])
    expect(answers.map(({ value }) => value?.data)).toEqual(['a', 'b', 'c', 'd'])
  })

  it('find the end after a failure', async () => {
    const { response } = endless({ headers: EVENT_STREAM }, 'data: a\n\ndata: too large\n\n')
    const events = readEvents(response, { maxEventSize: 10 })
    const calls = await Promise.allSettled([events.next(), events.next(), events.next()])
    expect(calls).toMatchObject([
      { status: 'fulfilled', value: { value: { data: 'a' } } },
      { status: 'rejected', reason: { name: 'ParseError' } },
      { status: 'fulfilled', value: { done: true } },
    ])
  })
})

describe('an event larger than maxEventSize', () => {
  it('fails with ParseError, after the events before it', async () => {
    const { response, cancelled } = endless({ headers: EVENT_STREAM }, 'data: a\n\ndata: too large\n\ndata: b\n\n')
    const events = readEvents(response, { maxEventSize: 10 })
    expect(await events.next()).toMatchObject({ value: { data: 'a' } })
    await expect(events.next()).rejects.toThrow(ParseError)
    expect(cancelled).toHaveBeenCalledOnce()
  })
})

describe('bad arguments', () => {
  it.each([undefined, null, {}, 'text', new Headers()])('readEvents(%j) is a TypeError', (response) => {
    expect(() => readEvents(response as never)).toThrow(/^response/)
    expect(() => readEvents(response as never)).toThrow(TypeError)
  })

  it.each([
    [null, TypeError, /^options/],
    [7, TypeError, /^options/],
    [{ signal: {} }, TypeError, /^signal/],
    [{ signal: null }, TypeError, /^signal/],
    [{ maxEventSize: 'x' }, TypeError, /^maxEventSize/],
    [{ maxEventSize: 0 }, RangeError, /^maxEventSize/],
  ])('readEvents(response, %j) is refused, and the body is not touched', (options, type, message) => {
    const response = responseOf('data: a\n\n')
    expect(() => readEvents(response, options as never)).toThrow(type)
    expect(() => readEvents(response, options as never)).toThrow(message)
    expect(response.body?.locked).toBe(false)
  })

  it('refuses a body that is already being read', async () => {
    const response = responseOf('data: a\n\n')
    response.body?.getReader()
    expect(() => readEvents(response)).toThrow(/^response\.body is locked/)
  })
})
