import { advice } from '../messages/advice.js'
import { checkOptions, type Given, isFunction, numberRule, type OptionRule } from '../arguments/check-options.js'
import type { ConnectionFailure } from '../failure/connection-failure.js'
import { DEFAULT_RECONNECTION_TIME, DEFAULT_RESET_AFTER, MAX_TIMER_DELAY, type ReconnectionPolicy } from './policy.js'

/** The options of {@link exponentialBackoff}. */
export interface BackoffOptions {
  /**
   * The longest first wait, in ms. A `retry:` from the server replaces it.
   *
   * @default 3000
   */
  initialDelay?: number | undefined
  /**
   * The limit up to which the waits grow, in ms.
   *
   * @default 30000, or `initialDelay` if that is longer
   */
  maxDelay?: number | undefined
  /**
   * The factor by which the longest wait grows with each attempt, at least 1.
   *
   * @default 2
   */
  multiplier?: number | undefined
  /**
   * How much the waits vary, from 0 to 1, so that clients that lost the same server do not all return at once. With 1,
   * the first wait is between 0 and the longest one, and later waits are in the upper half. With 0, there is no jitter.
   *
   * @default 1
   */
  jitter?: number | undefined
  /**
   * How many attempts to make before giving up, counted since the connection was last healthy.
   *
   * @default Infinity
   */
  maxAttempts?: number | undefined
  /**
   * How long a connection must stay open before earlier failures no longer count, in ms.
   *
   * @default 5000
   * @see {@link ReconnectionPolicy.resetAfter}
   */
  resetAfter?: number | undefined
  /**
   * Returns whether to try again after this failure.
   *
   * @default ({ fatal }) => !fatal
   */
  shouldReconnect?: ((failure: ConnectionFailure) => boolean) | undefined
}

const RULES: readonly OptionRule[] = [
  /*@__PURE__*/ numberRule('initialDelay', ' of ms', 0, MAX_TIMER_DELAY),
  /*@__PURE__*/ numberRule('maxDelay', ' of ms', 0, MAX_TIMER_DELAY),
  /*@__PURE__*/ numberRule('multiplier', '', 1, Infinity),
  /*@__PURE__*/ numberRule('jitter', '', 0, 1),
  /*@__PURE__*/ numberRule('maxAttempts', '', 0, Infinity),
  /*@__PURE__*/ numberRule('resetAfter', ' of ms', 0, Infinity),
  { name: 'shouldReconnect', expected: advice('a function of the failure'), holds: isFunction },
]

/**
 * The default policy: exponential backoff with jitter. The longer of `Retry-After` and `retry:` is a minimum, and the
 * backoff is added to it: the minimum alone would bring all clients back at the same moment.
 *
 * @throws TypeError for an unknown option or one of the wrong type, RangeError for a number that is out of bounds
 *
 * @example
 * ```ts
 * createEventSource<Events>(url, { reconnection: exponentialBackoff({ initialDelay: 500, maxAttempts: 20 }) })
 * ```
 */
export function exponentialBackoff(options: BackoffOptions = {}): ReconnectionPolicy {
  return createBackoff(checkOptions('exponentialBackoff', options, RULES))
}

/** The same for options that have been checked. */
export function createBackoff(given: Given<BackoffOptions>): ReconnectionPolicy {
  const {
    initialDelay = DEFAULT_RECONNECTION_TIME,
    maxDelay = Math.max(30_000, initialDelay),
    multiplier = 2,
    jitter = 1,
    maxAttempts = Infinity,
    resetAfter = DEFAULT_RESET_AFTER,
    shouldReconnect = (failure: ConnectionFailure) => !failure.fatal,
  } = given

  const policy: ReconnectionPolicy = ({ attempt, failure, reconnectionTime, random }) => {
    if (attempt > maxAttempts || !shouldReconnect(failure)) return false
    const base = reconnectionTime ?? initialDelay
    // Kept finite: Infinity * 0 is NaN.
    const growth = Math.min(multiplier ** (attempt - 1), Number.MAX_VALUE)
    const ceiling = Math.min(base * growth, maxDelay)
    const floor = Math.max(failure.retryAfter ?? 0, reconnectionTime ?? 0)
    // Later waits stay in the upper half, so that rounds of attempts do not overlap.
    const spread = attempt === 1 ? jitter : jitter / 2
    return floor + ceiling * (1 - spread * random)
  }
  return Object.assign(policy, { resetAfter })
}
