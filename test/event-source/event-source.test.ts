import { afterEach, beforeEach, describe, expect, test, vi } from 'vitest'
import {
  EventSource,
  type EventSourceErrorEvent,
  type FetchLike,
  type FetchLikeInit,
} from '../../src/entries/event-source.js'

const ADDRESS = 'http://sse.example/stream'

interface Asked {
  readonly url: string
  readonly init: FetchLikeInit
  /** The time since the test began, in ms. */
  readonly at: number
}

type Answer = () => Response | Promise<Response>

/** A stream that sends these chunks and then ends or stays open. */
function stream(chunks: readonly string[], end: 'ends' | 'stays open' = 'ends'): Answer {
  return () => {
    const body = new ReadableStream<Uint8Array>({
      start(controller) {
        for (const chunk of chunks) controller.enqueue(new TextEncoder().encode(chunk))
        if (end === 'ends') controller.close()
      },
    })
    return new Response(body, { headers: { 'content-type': 'text/event-stream' } })
  }
}

const refuse =
  (status: number, headers: Record<string, string> = {}): Answer =>
  () =>
    new Response(null, { status, headers })

const breakOff: Answer = () => Promise.reject(new TypeError('fetch failed'))

let asked: Asked[]
let sources: EventSource[]
let start: number

beforeEach(() => {
  vi.useFakeTimers({ toFake: ['setTimeout', 'clearTimeout', 'Date'] })
  vi.spyOn(Math, 'random').mockReturnValue(0)
  asked = []
  sources = []
  start = Date.now()
})

afterEach(() => {
  for (const source of sources) source.close()
  expect(vi.getTimerCount()).toBe(0)
  vi.useRealTimers()
  vi.restoreAllMocks()
  vi.unstubAllGlobals()
})

/** A source whose attempts are answered in this order, repeating the last answer. */
function open(...answers: readonly Answer[]): EventSource {
  const fetch: FetchLike = async (url, init) => {
    const answer = answers[Math.min(asked.length, answers.length - 1)] as Answer
    asked.push({ url, init, at: Date.now() - start })
    return answer()
  }
  const source = new EventSource(ADDRESS, { fetch })
  sources.push(source)
  return source
}

function listen(source: EventSource, ...types: readonly string[]): Event[] {
  const events: Event[] = []
  for (const type of types) source.addEventListener(type, (event: Event) => events.push(event))
  return events
}

/** Runs the tasks and promises that are due now. */
async function settled(): Promise<void> {
  for (let turn = 0; turn < 20; turn++) await new Promise((resolve) => setImmediate(resolve))
}

async function pass(ms: number): Promise<void> {
  await settled()
  for (let left = ms; left > 0; left -= 250) {
    vi.advanceTimersByTime(Math.min(left, 250))
    await settled()
  }
}

function times(): number[] {
  return asked.map(({ at }) => at)
}

async function failureOf(source: EventSource): Promise<EventSourceErrorEvent> {
  const errors = listen(source, 'error')
  await settled()
  expect(errors).toHaveLength(1)
  return errors[0] as EventSourceErrorEvent
}

describe('a handler', () => {
  test('has the source as its this, even after a listener', async () => {
    const source = open(stream([], 'stays open'))
    const seen: unknown[] = []
    source.addEventListener('open', () => seen.push('listener'))
    source.onopen = function (this: unknown) {
      seen.push(this)
    }
    await settled()
    expect(seen).toEqual(['listener', source])
  })
})

describe('the option fetch', () => {
  test('is called instead of the global one, with plain headers that it can extend', async () => {
    const global = vi.fn<FetchLike>()
    vi.stubGlobal('fetch', global)
    open(stream([':\n'], 'stays open'))
    await settled()
    expect(asked).toMatchObject([
      {
        url: ADDRESS,
        init: {
          method: 'GET',
          headers: { accept: 'text/event-stream' },
          credentials: 'same-origin',
          cache: 'no-store',
        },
      },
    ])
    expect(Object.keys(asked[0]?.init.headers ?? {})).toEqual(['accept'])
    expect(asked[0]?.init.signal).toBeInstanceOf(AbortSignal)
    expect(asked[0]?.init).not.toHaveProperty('body')
    expect(global).not.toHaveBeenCalled()
  })

  test('is called on every attempt, with the last event ID', async () => {
    open(stream(['id: 1\ndata: a\n\n']), stream(['id: é\n\n']), stream([], 'stays open'))
    await pass(20_000)
    expect(asked.map(({ init }) => init.headers['last-event-id'])).toEqual([undefined, '1', 'Ã©'])
  })

  test('gets credentials: include if withCredentials is set', async () => {
    const fetch = vi.fn<FetchLike>(async () => stream([], 'stays open')())
    sources.push(new EventSource(ADDRESS, { fetch, withCredentials: true }))
    await settled()
    expect(fetch.mock.calls[0]?.[1].credentials).toBe('include')
  })

  test('defaults to the global one at each attempt', async () => {
    vi.stubGlobal('fetch', breakOff)
    sources.push(new EventSource(ADDRESS))
    await settled()
    const later = vi.fn<FetchLike>(async () => stream([], 'stays open')())
    vi.stubGlobal('fetch', later)
    await pass(6000)
    expect(later).toHaveBeenCalledOnce()
  })

  test.each([null, 'fetch', {}, 1])('is refused if it is not a function: %j', (fetch) => {
    expect(() => new EventSource(ADDRESS, { fetch: fetch as unknown as FetchLike })).toThrow(
      /^EventSource: fetch must be a function, but is/,
    )
  })
})

describe('what keeps a process alive', () => {
  const ports = (): number => process.getActiveResourcesInfo().filter((name) => name === 'MessagePort').length

  test('is nothing if the arguments were refused', async () => {
    // The resources of earlier tests are released by then.
    await settled()
    const before = ports()
    expect(() => new EventSource('not a url')).toThrow(DOMException)
    expect(() => new EventSource(ADDRESS, { fetch: 1 as unknown as FetchLike })).toThrow(TypeError)
    expect(ports()).toBe(before)
  })

  test('is released by close(), and when the connection has failed', async () => {
    await settled()
    // As in a browser: elsewhere there is no port.
    vi.stubGlobal('location', new URL(ADDRESS))
    const before = ports()
    const closed = open(stream([':\n'], 'stays open'))
    expect(ports()).toBe(before + 1)
    closed.close()
    await settled()
    expect(ports()).toBe(before)
    await failureOf(open(refuse(404)))
    await settled()
    expect(ports()).toBe(before)
  })
})

describe('an error event', () => {
  test.each([204, 404, 503])('has the status %d with which the connection has failed', async (status) => {
    const source = open(refuse(status, { 'retry-after': '1' }))
    const event = await failureOf(source)
    expect(event).toMatchObject({ type: 'error', status, failure: { kind: 'http', status } })
    expect(event.failure?.message).toContain(String(status))
    expect(source.readyState).toBe(EventSource.CLOSED)
    await pass(60_000)
    expect(asked).toHaveLength(1)
  })

  test('has the message of its failure, whether the connection is lost or has failed', async () => {
    for (const answer of [breakOff, refuse(404)]) {
      const { failure, message } = await failureOf(open(answer))
      expect(message).toMatch(/./)
      expect(message).toBe(failure?.message)
    }
  })

  test('names a media type that is not an event stream', async () => {
    const source = open(() => new Response('', { headers: { 'content-type': 'text/html' } }))
    const event = await failureOf(source)
    expect(event).toMatchObject({ status: 200, failure: { kind: 'content-type', mediaType: 'text/html' } })
  })

  test.each([
    ['a 201', { status: 201, headers: { 'content-type': 'text/event-stream' } }],
    ['a wrong media type', { headers: { 'content-type': 'text/html', 'retry-after': '1' } }],
  ])('reports the final failure for %s, as the standard says, whatever Retry-After is', async (_, init) => {
    const source = open(() => new Response('data: 1\n\n', init))
    await failureOf(source)
    expect(source.readyState).toBe(EventSource.CLOSED)
    await pass(60_000)
    expect(asked).toHaveLength(1)
  })

  test('has no status without an answer, and says what broke', async () => {
    const source = open(breakOff)
    const event = await failureOf(source)
    expect(event).not.toHaveProperty('status')
    expect(event.failure).toMatchObject({ kind: 'network', cause: new TypeError('fetch failed') })
    expect(source.readyState).toBe(EventSource.CONNECTING)
  })

  test.each(['before the answer', 'in the middle of the stream'])(
    'is final if a custom fetch is aborted, %s',
    async (when) => {
      const abort = (): never => {
        throw new DOMException('The user went offline.', 'AbortError')
      }
      const body = (): Response =>
        new Response(new ReadableStream({ pull: abort }), { headers: { 'content-type': 'text/event-stream' } })
      const source = open(when === 'before the answer' ? abort : body)
      expect((await failureOf(source)).failure?.kind).toBe('network')
      expect(source.readyState).toBe(EventSource.CLOSED)
      await pass(60_000)
      expect(asked).toHaveLength(1)
    },
  )

  test('says that a stream has ended', async () => {
    expect(await failureOf(open(stream([])))).toMatchObject({ failure: { kind: 'ended' } })
  })

  test('reports a loss if fetch returns something that is not a response', async () => {
    const source = open(() => ({}) as Response, stream([], 'stays open'))
    expect(await failureOf(source)).toMatchObject({ failure: { kind: 'application' } })
    await pass(6000)
    expect(source.readyState).toBe(EventSource.OPEN)
  })
})

describe('reestablishing', () => {
  test('waits for 3 s if the stream has set no time, plus a random time', async () => {
    vi.mocked(Math.random).mockReturnValue(0.75)
    open(stream([':\n']))
    await pass(3500)
    expect(times()).toEqual([0])
    await pass(500)
    expect(times()).toEqual([0, 3750])
  })

  test('waits longer after each failed attempt, by up to 30 s', async () => {
    open(breakOff)
    await pass(200_000)
    const waits = times().map((at, index, all) => at - (all[index - 1] ?? 0))
    expect(waits.slice(1, 7)).toEqual([6000, 9000, 15_000, 27_000, 33_000, 33_000])
  })

  test('a silent connection counts as a failed attempt, unlike one that has delivered something', async () => {
    open(stream([':\n']))
    await pass(60_000)
    expect(times().slice(0, 4)).toEqual([0, 6000, 12_000, 18_000])
    sources.pop()?.close()
    asked = []
    start = Date.now()
    open(stream([]))
    await pass(60_000)
    expect(times().slice(0, 4)).toEqual([0, 6000, 15_000, 30_000])
  })

  test('"retry: 0" does not hammer the server', async () => {
    vi.mocked(Math.random).mockReturnValue(0.999)
    open(stream(['retry: 0\n\n']))
    await pass(10_000)
    expect(asked.length).toBeLessThanOrEqual(41)
    expect(asked.length).toBeGreaterThan(20)
  })

  test.each(['3000000000', '9'.repeat(40)])(
    '"retry: %s" does not hammer the server either: it is an hour',
    async (retry) => {
      vi.mocked(Math.random).mockReturnValue(0.999_999)
      open(stream([`retry: ${retry}\n\n`]))
      await pass(3_600_000 - 250)
      expect(asked).toHaveLength(1)
      await pass(500)
      expect(asked).toHaveLength(2)
    },
    60_000,
  )

  test('an error listener that closes the source runs before the next request, however late it is', async () => {
    const source = open(stream(['retry: 0\ndata: a\n\n']))
    source.addEventListener('message', () => {
      // The error event is next in the queue. Time passes before its turn.
      queueMicrotask(() => queueMicrotask(() => vi.advanceTimersByTime(60_000)))
    })
    source.addEventListener('error', () => source.close())
    await pass(60_000)
    expect(asked).toHaveLength(1)
  })

  test.each(['user@', 'user:secret@', ':secret@'])(
    'does not happen with credentials in the URL (%s)',
    async (credentials) => {
      const url = ADDRESS.replace('//', `//${credentials}`)
      const source = new EventSource(url)
      sources.push(source)
      expect((await failureOf(source)).failure?.kind).toBe('unsupported')
      expect([source.url, source.readyState]).toEqual([url, EventSource.CLOSED])
    },
  )

  test('is left to a custom fetch even for a URL that fetch cannot use', async () => {
    const fetch = vi.fn<FetchLike>(async () => breakOff())
    sources.push(new EventSource('unix:/run/events.sock', { fetch }))
    await pass(6000)
    expect(fetch).toHaveBeenCalledTimes(2)
  })
})

/** Sends the page events from outside. */
function stubPage(): EventTarget {
  const page = new EventTarget()
  vi.stubGlobal('navigator', { onLine: true })
  vi.stubGlobal('addEventListener', page.addEventListener.bind(page))
  vi.stubGlobal('removeEventListener', page.removeEventListener.bind(page))
  vi.stubGlobal('document', new EventTarget())
  return page
}

describe('a page', () => {
  test('that is offline reports the loss once, and reconnects when the network is back', async () => {
    const page = stubPage()
    const source = open(stream([':\n']), stream([':\n'], 'stays open'))
    const events = listen(source, 'open', 'error')
    page.dispatchEvent(new Event('offline'))
    await pass(60_000)
    expect(events.map(({ type }) => type)).toEqual(['open', 'error'])
    expect([source.readyState, asked.length]).toEqual([EventSource.CONNECTING, 1])
    page.dispatchEvent(new Event('online'))
    await pass(5000)
    expect(events.map(({ type }) => type)).toEqual(['open', 'error', 'open'])
  })

  test('that enters the back/forward cache releases the stream, and resumes it when it is back', async () => {
    const page = stubPage()
    const source = open(stream(['id: 7\n\n'], 'stays open'))
    const events = listen(source, 'open', 'error')
    await settled()
    page.dispatchEvent(new Event('pagehide'))
    await pass(60_000)
    expect(asked).toHaveLength(1)
    expect(asked[0]?.init.signal.aborted).toBe(true)
    expect(source.readyState).toBe(EventSource.CONNECTING)
    page.dispatchEvent(new Event('pageshow'))
    await settled()
    expect(events.map(({ type }) => type)).toEqual(['open', 'error', 'open'])
    expect(asked[1]?.init.headers['last-event-id']).toBe('7')
  })
})

describe('dispatching', () => {
  const burst = Array.from({ length: 5000 }, (_, index) => `data: ${index}\n\n`).join('')

  test('a burst arrives complete and in order', async () => {
    const messages = listen(open(stream([burst, 'event: end\ndata\n\n'], 'stays open')), 'message', 'end')
    while (messages.at(-1)?.type !== 'end') await settled()
    expect(messages.slice(0, -1).map((event) => Number((event as MessageEvent).data))).toEqual(
      Array.from({ length: 5000 }, (_, index) => index),
    )
  })

  test('a listener that throws is reported, without effect on other listeners and later events', async () => {
    const thrown: unknown[] = []
    // The listeners of the test runner would make it a failure of the test.
    const listeners = process.listeners('uncaughtException')
    process.removeAllListeners('uncaughtException')
    process.on('uncaughtException', (error) => thrown.push(error))
    try {
      const source = open(stream(['data: a\n\ndata: b\n\n'], 'stays open'))
      const error = new Error('from a listener')
      source.addEventListener('open', () => {
        throw error
      })
      source.onmessage = () => {
        throw error
      }
      const messages = listen(source, 'message')
      await settled()
      expect(messages).toHaveLength(2)
      expect(source.readyState).toBe(EventSource.OPEN)
      expect(thrown).toEqual([error, error, error])
      expect(asked).toHaveLength(1)
    } finally {
      process.removeAllListeners('uncaughtException')
      for (const listener of listeners) process.on('uncaughtException', listener)
    }
  })

  test('without MessageEvent, an Event has its properties', async () => {
    vi.stubGlobal('MessageEvent', undefined)
    const messages = listen(open(stream(['id: 1\ndata: a\n\n'], 'stays open')), 'message')
    await settled()
    expect(messages).toMatchObject([{ type: 'message', data: 'a', lastEventId: '1', origin: 'http://sse.example' }])
  })

  test('without setImmediate too, timers are used', async () => {
    const { setImmediate } = globalThis
    vi.stubGlobal('setImmediate', undefined)
    const source = open(stream(['data: a\n\ndata: b\n\n'], 'stays open'))
    vi.stubGlobal('setImmediate', setImmediate)
    const messages = listen(source, 'open', 'message')
    await settled()
    expect(messages).toHaveLength(0)
    for (const _ of ['open', 'a', 'b']) {
      vi.advanceTimersByTime(1)
      await settled()
    }
    expect(messages.map(({ type }) => type)).toEqual(['open', 'message', 'message'])
  })
})
