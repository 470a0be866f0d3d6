import { checkOptions, isFunction, numberRule, type OptionRule } from '../arguments/check-options.js'
import type { ConnectionFailure } from '../failure/connection-failure.js'
import { DEFAULT_RESET_AFTER, type ReconnectionPolicy } from './policy.js'

export interface BackoffOptions {
  /** The ceiling of the first wait, in ms. A server's `retry:` takes its place. Default: 3000. */
  initialDelay?: number | undefined
  /** What the ceiling grows to at the most, in ms. Default: 30000, or `initialDelay` where that is more. */
  maxDelay?: number | undefined
  /** What the ceiling is multiplied with for each further attempt; at least 1. Default: 2. */
  multiplier?: number | undefined
  /**
   * How far the waits spread, 0 to 1. With 1, the first wait lies anywhere between 0 and its ceiling, and further ones in
   * the upper half below theirs: a fleet of clients that lost one server comes back evenly, and nobody's second attempt
   * falls among the first ones of the others. With 0, every wait is its ceiling. Default: 1.
   */
  jitter?: number | undefined
  /** How many attempts are made before giving up, since the connection was last healthy. Default: no limit. */
  maxAttempts?: number | undefined
  /** When earlier attempts are forgotten, in ms; see {@link ReconnectionPolicy.resetAfter}. Default: 5000. */
  resetAfter?: number | undefined
  /** Which failures another attempt may mend. Default: all that are not `fatal`. */
  shouldReconnect?: ((failure: ConnectionFailure) => boolean) | undefined
}

/** `setTimeout` takes no more. */
const MAX_DELAY = 2 ** 31 - 1

const RULES: readonly OptionRule[] = [
  numberRule('initialDelay', ' of ms', 0, MAX_DELAY),
  numberRule('maxDelay', ' of ms', 0, MAX_DELAY),
  numberRule('multiplier', '', 1, Infinity),
  numberRule('jitter', '', 0, 1),
  numberRule('maxAttempts', '', 0, Infinity),
  numberRule('resetAfter', ' of ms', 0, Infinity),
  { name: 'shouldReconnect', expected: 'a function of the failure', holds: isFunction },
]

/**
 * The default policy: exponential backoff with jitter. What the server asks for, the longer of `Retry-After` and `retry:`,
 * is a floor, and the jittered backoff comes on top of it: a floor alone would bring every client back at the same moment.
 *
 * @throws TypeError or RangeError for an option that is no number, or out of its bounds.
 *
 * @example
 * ```ts
 * createEventSource<Events>(url, { reconnection: exponentialBackoff({ initialDelay: 500, maxAttempts: 20 }) })
 * ```
 */
export function exponentialBackoff(options: BackoffOptions = {}): ReconnectionPolicy {
  checkOptions('exponentialBackoff', options, RULES)
  const {
    initialDelay = 3000,
    maxDelay = Math.max(30_000, initialDelay),
    multiplier = 2,
    jitter = 1,
    maxAttempts = Infinity,
    resetAfter = DEFAULT_RESET_AFTER,
    shouldReconnect = (failure: ConnectionFailure) => !failure.fatal,
  } = options

  const policy: ReconnectionPolicy = ({ attempt, failure, reconnectionTime, random }) => {
    if (attempt > maxAttempts || !shouldReconnect(failure)) return false
    const base = reconnectionTime ?? initialDelay
    // Below infinity, which times 0 is no number.
    const growth = Math.min(multiplier ** (attempt - 1), Number.MAX_VALUE)
    const ceiling = Math.min(base * growth, maxDelay)
    const floor = Math.max(failure.retryAfter ?? 0, reconnectionTime ?? 0)
    // Half of a doubled ceiling is the ceiling before: short waits here would pile up on the attempts that come before.
    const spread = attempt === 1 ? jitter : jitter / 2
    return floor + ceiling * (1 - spread * random)
  }
  return Object.assign(policy, { resetAfter })
}
