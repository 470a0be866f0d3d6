import type { Environment } from './environment.js'

export interface InactivityWatch {
  /** Something arrived. */
  touch(): void
  stop(): void
}

/** So much later than it was due, in ms, a timer fires only where everything stood still: a laptop slept. */
const SLEPT = 5000

/**
 * Calls `onIdle` once when nothing was touched for `timeout` ms of wall-clock time. A touch only notes the time, because it
 * comes with every chunk and event; the one timer looks at that note when it fires, and waits for the rest.
 *
 * After a sleep, what the network still holds gets the whole timeout once more to arrive.
 */
export function watchInactivity(environment: Environment, timeout: number, onIdle: () => void): InactivityWatch {
  let touched = environment.now()
  let excused = false
  let stop = wait(timeout)

  function wait(ms: number): () => void {
    const due = environment.now() + ms
    return environment.delay(ms, () => check(due))
  }

  function check(due: number): void {
    const now = environment.now()
    // Only once in a row: a hidden page's timers are late by up to a minute each time.
    if (!excused && now - due > SLEPT) {
      excused = true
      touched = now
    }
    // Somebody has set the clock back.
    if (now < touched) touched = now
    const rest = touched + timeout - now
    if (rest > 0) stop = wait(rest)
    else onIdle()
  }

  return {
    touch: () => {
      touched = environment.now()
      excused = false
    },
    stop: () => stop(),
  }
}
