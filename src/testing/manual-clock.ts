/// <reference lib="esnext.disposable" preserve="true" />
import { numberRule, wrongArgument } from '../arguments/check-options.js'
import { systemEnvironment } from '../connection/environment.js'
import { MAX_TIMER_DELAY } from '../reconnection/policy.js'

/** The clock of all sources, which stands still unless a test moves it. */
export interface ManualClock extends Disposable {
  /** The time that sources see, in ms since the epoch. */
  readonly now: number
  /**
   * Moves the clock, and runs the timers of sources that are due by then, in order.
   *
   * @param ms - a number of ms, at least 0
   * @throws RangeError or TypeError if it is not such a number
   *
   * @example
   * ```ts
   * clock.advance(30_000) // longer than idleTimeout
   * ```
   */
  advance(ms: number): void
  /**
   * Moves the clock to the next timer and runs it, so that a source that waits makes its next attempt.
   *
   * @returns how far the clock moved, in ms
   * @throws Error if no source waits for anything
   *
   * @example
   * ```ts
   * server.fail('network')
   * clock.next() // the backoff is over
   * await server.open()
   * ```
   */
  next(): number
  /**
   * Gives sources the real clock again, and drops the timers that have not run. A second call does nothing. Does not
   * need `this`.
   */
  readonly restore: () => void
}

interface Timer {
  /** In ms since the epoch. */
  readonly due: number
  readonly run: () => void
}

let current: ManualClock | undefined

/**
 * Stops the clock of all sources: backoff, `idleTimeout` and the grace period of `connect: 'while-listening'` then pass
 * only when the test says so. Install it before you create sources.
 *
 * Unlike the fake timers of a test library, which work too, it affects nothing else: the timers of the application and
 * of testing libraries (`waitFor`, `findBy`) go on.
 *
 * @throws Error if a manual clock is installed already
 *
 * @example
 * ```ts
 * const clock = installManualClock()
 * afterEach(clock.restore)
 * ```
 */
export function installManualClock(): ManualClock {
  if (current !== undefined) {
    throw new Error(
      'installManualClock: a manual clock is installed already. Call its restore() first, such as in afterEach().',
    )
  }
  const system = { ...systemEnvironment }
  const timers = new Set<Timer>()
  let now = system.now()

  /** Runs the first timer that is due by then. Returns whether there was one. */
  function runNext(end: number): boolean {
    let first: Timer | undefined
    for (const timer of timers) if (first === undefined || timer.due < first.due) first = timer
    if (first === undefined || first.due > end) return false
    timers.delete(first)
    now = Math.max(now, first.due)
    first.run()
    return true
  }

  Object.assign(systemEnvironment, {
    now: () => now,
    delay(ms: number, run: () => void) {
      const timer = { due: now + ms, run }
      timers.add(timer)
      return () => void timers.delete(timer)
    },
  })

  function restore(): void {
    if (current !== clock) return
    current = undefined
    Object.assign(systemEnvironment, system)
  }

  function checkInstalled(caller: string): void {
    if (current !== clock) throw new Error(`${caller}: this clock has been restored. Install another one.`)
  }

  const clock = {
    get now() {
      return now
    },
    advance(ms: number) {
      checkInstalled('advance')
      if (!MS.holds(ms)) throw wrongArgument('advance', MS.name, MS.expected, ms, MS.isNumber)
      const end = now + ms
      while (runNext(end));
      now = end
    },
    next(): number {
      checkInstalled('next')
      const before = now
      if (!runNext(Infinity)) {
        throw new Error(
          'next: no source waits for anything. Was the source created before the clock was installed, ' +
            'or has it closed (look at its status)?',
        )
      }
      return now - before
    },
    restore,
    // If the symbol does not exist, its key would be the string 'undefined'.
    ...(Symbol.dispose && { [Symbol.dispose]: restore }),
  }
  return (current = clock)
}

const MS = numberRule('ms', ' of ms', 0, MAX_TIMER_DELAY)
