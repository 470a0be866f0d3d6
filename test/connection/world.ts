import type { Environment } from '../../src/connection/environment.js'
import type { PauseReason } from '../../src/connection/status.js'
import type { Transport, TransportRequest, TransportSink } from '../../src/transport/transport.js'

/** Time that passes when the test says so. */
export interface ManualEnvironment extends Environment {
  /** Lets time pass, and runs everything that is due, in order. */
  advance(ms: number): void
  /** The wall clock goes on, but timers do not run: a laptop that sleeps. */
  sleep(ms: number): void
  /** Sets the clock back; timers are not affected. */
  setBack(ms: number): void
  /** Sets or removes an obstacle. */
  tell(reason: PauseReason, holds: boolean): void
  readonly timers: number
  readonly watchers: number
}

export function createEnvironment(random = 0): ManualEnvironment {
  let now = 1_000_000
  const timers = new Set<{ at: number; run: () => void }>()
  const watchers = new Set<(reason: PauseReason, holds: boolean) => void>()
  const held = new Set<PauseReason>()

  function next(until: number): { at: number; run: () => void } | undefined {
    const due = Array.from(timers).filter(({ at }) => at <= until)
    return due.toSorted((a, b) => a.at - b.at)[0]
  }

  return {
    now: () => now,
    random: () => random,
    delay(ms, run) {
      const timer = { at: now + ms, run }
      timers.add(timer)
      return () => void timers.delete(timer)
    },
    advance(ms) {
      const until = now + ms
      for (let timer = next(until); timer !== undefined; timer = next(until)) {
        timers.delete(timer)
        now = Math.max(now, timer.at)
        timer.run()
      }
      now = until
    },
    sleep(ms) {
      now += ms
    },
    setBack(ms) {
      now -= ms
      for (const timer of timers) timer.at -= ms
    },
    watch(onChange) {
      watchers.add(onChange)
      for (const reason of held) onChange(reason, true)
      return () => void watchers.delete(onChange)
    },
    tell(reason, holds) {
      if (holds) held.add(reason)
      else held.delete(reason)
      for (const onChange of watchers) onChange(reason, holds)
    },
    get timers() {
      return timers.size
    },
    get watchers() {
      return watchers.size
    },
  }
}

export interface FakeSession {
  readonly request: TransportRequest
  readonly sink: TransportSink
  readonly types: string[]
  opened: boolean
  closed: number
  /** Called when the connection is closed. */
  onClose: () => void
}

/** A transport whose sessions the test controls. */
export interface FakeTransport extends Transport {
  readonly sessions: FakeSession[]
  readonly last: FakeSession
}

export function createFakeTransport({ selective = false }: { selective?: boolean } = {}): FakeTransport {
  const sessions: FakeSession[] = []
  return {
    name: 'fake',
    everyType: !selective,
    sessions,
    get last() {
      const last = sessions.at(-1)
      if (last === undefined) throw new Error('no session was opened')
      return last
    },
    open(request, sink) {
      const noted: TransportSink = {
        ...sink,
        onOpen(opened) {
          session.opened = true
          sink.onOpen(opened)
        },
      }
      const session: FakeSession = { request, sink: noted, types: [], opened: false, closed: 0, onClose: () => {} }
      sessions.push(session)
      const handle = {
        close: (): void => {
          session.closed += 1
          session.onClose()
        },
      }
      return selective ? { ...handle, listen: (type: string) => void session.types.push(type) } : handle
    },
  }
}

/** Runs the microtasks in which a session is opened. */
export async function settled(): Promise<void> {
  await new Promise((resolve) => setImmediate(resolve))
}
