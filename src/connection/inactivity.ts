import type { Environment } from './environment.js'

export interface InactivityWatch {
  /** Something arrived. */
  touch(): void
  stop(): void
}

/**
 * Calls `onIdle` once when nothing was touched for `timeout` ms of wall-clock time. A touch only notes the time, because it
 * comes with every chunk; the one timer looks at that note when it fires, and waits for the rest.
 */
export function watchInactivity(environment: Environment, timeout: number, onIdle: () => void): InactivityWatch {
  let touched = environment.now()
  let stop = environment.delay(timeout, check)

  function check(): void {
    const rest = touched + timeout - environment.now()
    if (rest > 0) stop = environment.delay(rest, check)
    else onIdle()
  }

  return {
    touch: () => {
      touched = environment.now()
    },
    stop: () => stop(),
  }
}
