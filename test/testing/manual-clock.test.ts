import { afterEach, describe, expect, test, vi } from 'vitest'
import {
  createEventSource,
  type EventSourceOptions,
  exponentialBackoff,
  type UndeclaredEvents,
} from '../../src/entries/index.js'
import { createTestServer, installManualClock, type ManualClock } from '../../src/entries/testing.js'

let installed: ManualClock | undefined
let close: (() => void) | undefined
afterEach(() => {
  close?.()
  installed?.restore()
})

function setUp(options: EventSourceOptions<UndeclaredEvents> = {}) {
  const clock = (installed = installManualClock())
  const server = createTestServer()
  const source = createEventSource('https://example.com/', {
    transport: server.transport,
    reconnection: exponentialBackoff({ jitter: 0, initialDelay: 1000 }),
    ...options,
  })
  ;({ close } = source)
  return { clock, server, source }
}

describe('a manual clock', () => {
  test('stands still until it is advanced: a backoff passes when the test says so', async () => {
    const { clock, server, source } = setUp()
    await server.fail('network')
    const start = clock.now
    expect(source.status.get()).toMatchObject({ state: 'waiting', delay: 1000, retryAt: start + 1000 })
    clock.advance(999)
    expect(source.status.get().state).toBe('waiting')
    clock.advance(1)
    expect(source.status.get()).toMatchObject({ state: 'connecting', attempt: 1 })
    await server.fail('network')
    expect(clock.next()).toBe(2000)
    await server.open()
    expect(source.status.get()).toMatchObject({ state: 'open', since: start + 3000 })
  })

  test('an idle timeout passes, unless something arrives', async () => {
    const { clock, server, source } = setUp({ idleTimeout: 20_000 })
    await server.open()
    clock.advance(15_000)
    server.write(': keep-alive\n\n')
    clock.advance(15_000)
    expect(source.status.get().state).toBe('open')
    clock.advance(5000)
    expect(source.status.get()).toMatchObject({ state: 'waiting', failure: { kind: 'idle' } })
  })

  test('a long wait, which is made of several timers, passes in one step', async () => {
    const { clock, server, source } = setUp({ reconnection: () => 100_000 })
    await server.fail('network')
    clock.advance(99_999)
    expect(source.status.get().state).toBe('waiting')
    clock.advance(1)
    expect(source.status.get().state).toBe('connecting')
  })

  test('the next timer is the one that is due first', async () => {
    const { server, source, clock } = setUp({ reconnection: () => 2000 })
    const other = createEventSource('https://example.com/', {
      transport: server.transport,
      reconnection: () => 1000,
    })
    await Promise.resolve()
    await server.fail('network')
    expect(clock.next()).toBe(1000)
    expect([source, other].map(({ status }) => status.get().state)).toEqual(['waiting', 'connecting'])
    other.close()
  })

  test('the grace period of a source without listeners passes', async () => {
    const { clock, server, source } = setUp({ connect: 'while-listening' })
    const stop = source.on('message', () => {})
    await server.open()
    stop()
    clock.advance(999)
    expect(server.connections).toBe(1)
    clock.advance(1)
    expect(server.connections).toBe(0)
  })

  test('leaves all other timers alone', async () => {
    setUp()
    await new Promise((resolve) => setTimeout(resolve, 1))
  })

  test('gives sources the real clock again', async () => {
    setUp().clock.restore()
    close?.()
    const server = createTestServer()
    const source = createEventSource('https://example.com/', { transport: server.transport, reconnection: () => 1 })
    ;({ close } = source)
    await server.fail('network')
    await server.open()
    expect(Math.abs(Date.now() - (source.status.get() as { since: number }).since)).toBeLessThan(5000)
  })

  test('is a resource of `using`', () => {
    {
      using _ = installManualClock()
    }
    installed = installManualClock()
  })

  test('refuses wrong use', () => {
    const own = (installed = installManualClock())
    expect(() => installManualClock()).toThrow('a manual clock is installed already')
    expect(() => own.advance(-1)).toThrow(RangeError)
    expect(() => own.advance('1' as never)).toThrow(TypeError)
    expect(() => own.next()).toThrow('next: no source waits for anything')
    own.restore()
    expect(() => own.advance(1)).toThrow('this clock has been restored')
    expect(() => own.next()).toThrow('this clock has been restored')
    installed = installManualClock()
    own.restore()
    expect(() => installManualClock()).toThrow('installed already')
  })
})

describe("vitest's fake timers", () => {
  afterEach(() => {
    vi.useRealTimers()
  })

  test('work as they are', async () => {
    vi.useFakeTimers()
    const server = createTestServer()
    const source = createEventSource('https://example.com/', { transport: server.transport, idleTimeout: 30_000 })
    ;({ close } = source)
    await server.fail('network')
    await vi.advanceTimersToNextTimerAsync()
    await server.open()
    await vi.advanceTimersByTimeAsync(30_000)
    expect(source.status.get()).toMatchObject({ state: 'waiting', failure: { kind: 'idle' } })
  })
})
