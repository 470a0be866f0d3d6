import type { Environment } from './environment.js'

export interface InactivityWatch {
  /** Something arrived. */
  touch(): void
  stop(): void
}

/** A timer this late, in ms, means that the machine was asleep. */
const SLEPT = 5000

/**
 * Calls `onIdle` once if there was no touch for `timeout` ms of wall-clock time. A touch only notes the time, because
 * it comes with every event; the one timer looks at that note when it fires, and waits for the rest.
 *
 * After a sleep, the whole timeout starts again, so that data buffered in the network can arrive.
 */
export function watchInactivity(environment: Environment, timeout: number, onIdle: () => void): InactivityWatch {
  let touched = environment.now()
  let excused = false
  /** Whether the clock has been read in this turn: one chunk can bring thousands of events. */
  let isNoted = false
  let stop = wait(timeout)

  function wait(ms: number): () => void {
    const due = environment.now() + ms
    return environment.delay(ms, () => check(due))
  }

  function check(due: number): void {
    const now = environment.now()
    // Only once in a row: in a hidden page, each timer may be late by up to a minute.
    if (!excused && now - due > SLEPT) {
      excused = true
      touched = now
    }
    // The clock was set back.
    if (now < touched) touched = now
    const rest = touched + timeout - now
    if (rest > 0) stop = wait(rest)
    else onIdle()
  }

  return {
    touch: () => {
      if (isNoted) return
      isNoted = true
      void Promise.resolve().then(() => (isNoted = false))
      touched = environment.now()
      excused = false
    },
    stop: () => stop(),
  }
}
