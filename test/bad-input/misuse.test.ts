import { describe, expect, inject, it, onTestFinished } from 'vitest'
import {
  createEventSource,
  type EventSourceOptions,
  fetchTransport,
  type TypedEventSource,
  type UndeclaredEvents,
} from '../../src/entries/index.js'
import { afterTimers, reach, until } from '../behaviour/wait.js'
import { putUp, type RemoteStream } from '../server/remote.js'

const serve = (): Promise<RemoteStream> => putUp(inject('scriptServer'), { connections: [{}] })

/** A source that is closed with the test, which checks that nothing is left open at the server. */
async function open(
  options: EventSourceOptions<UndeclaredEvents> = {},
): Promise<{ source: TypedEventSource<UndeclaredEvents>; stream: RemoteStream }> {
  const stream = await serve()
  const source = createEventSource(stream.url, { reconnection: () => 1_000_000, ...options })
  onTestFinished(async () => {
    source.close()
    await until(async () => (await stream.report()).open === 0, 'the server to count no open connection')
  })
  return { source, stream }
}

/** An AbortSignal that counts its listeners. */
function countingSignal(): { signal: AbortSignal; count: () => number } {
  const { signal } = new AbortController()
  const listeners = new Set<unknown>()
  const add = signal.addEventListener.bind(signal)
  const remove = signal.removeEventListener.bind(signal)
  signal.addEventListener = (...args: Parameters<typeof add>) => {
    listeners.add(args[1])
    add(...args)
  }
  signal.removeEventListener = (...args: Parameters<typeof remove>) => {
    listeners.delete(args[1])
    remove(...args)
  }
  return { signal, count: () => listeners.size }
}

describe('options of on and events', () => {
  it.each([[{ signal: {} }], [{ signal: 'abort' }], [null], [5]])(
    'on and events refuse the options %o by name, and nothing has started',
    async (options) => {
      const { source } = await open({ connect: 'while-listening' })
      expect(() => source.on('price', () => {}, options as never)).toThrow(/\b(signal|options) must be/)
      expect(() => source.events('price', options as never)).toThrow(/\b(signal|options) must be/)
      expect(source.status.get()).toEqual({ state: 'idle' })
    },
  )

  it.each([[5], [{}], [null], [true]])('events refuses the types %o by name', async (types) => {
    const { source } = await open({ connect: 'while-listening' })
    expect(() => source.events(types as never)).toThrow(/types? must be/)
  })

  it('createEventSource refuses an object that only looks like an AbortSignal', () => {
    expect(() => createEventSource('http://127.0.0.1/', { signal: { aborted: false } as never })).toThrow(
      /signal must be/,
    )
  })

  it("a closed source releases its listeners' signals", async () => {
    const { source } = await open()
    const { signal, count } = countingSignal()
    source.on('price', () => {}, { signal })
    source.events('price', { signal })
    source.close()
    expect(count()).toBe(0)
  })
})

describe('a custom fetch that returns an invalid response', () => {
  const mediaType = new Headers({ 'content-type': 'text/event-stream' })
  it.each([
    ['nothing', undefined],
    ['an empty object', {}],
    ['a relative URL', { status: 200, url: '/prices', headers: mediaType, body: new Response('data: 1\n\n').body }],
  ])('%s: a failed attempt, which is reported', async (_what, answer) => {
    const { source } = await open({ fetch: () => Promise.resolve(answer as never) })
    const { failure } = await reach(source, 'waiting')
    expect(failure.message).toContain('fetch')
  })
})

describe('close() during a request', () => {
  it('no function of the application is called any more', async () => {
    const called: string[] = []
    let give: ((headers: Record<string, string>) => void) | undefined
    const { source } = await open({
      headers: () =>
        new Promise((resolve) => {
          give = resolve
        }),
      body() {
        called.push('body')
        return ''
      },
      fetch(url, init) {
        called.push('fetch')
        return fetch(url, init)
      },
    })
    await until(() => give !== undefined, 'the header function to be asked')
    source.close()
    give?.({})
    await afterTimers(5)
    expect(called).toEqual([])
  })
})

describe('options that would fail on every attempt are refused before the first', () => {
  it.each([
    ['body', { a: 1 }],
    ['body', 5],
    ['body', null],
    ['body', new ReadableStream()],
    ['method', ''],
    ['method', 'a b'],
    ['method', 'TRACE'],
  ])('%s: %o', (name, value) => {
    const option = { [name]: value }
    expect(() => createEventSource('http://127.0.0.1/', { connect: 'while-listening', ...option })).toThrow(
      new RegExp(`createEventSource: ${name} must be`),
    )
    expect(() => fetchTransport(option)).toThrow(new RegExp(`fetchTransport: ${name} must be`))
  })
})
