import type { ConnectionFailure } from '../errors/connection-error.js'
import { DEFAULT_RESET_AFTER, type ReconnectionPolicy } from './policy.js'

export interface BackoffOptions {
  /** The ceiling of the first wait, in ms. A server's `retry:` takes its place. Default: 1000. */
  initialDelay?: number
  /** What the ceiling grows to at the most, in ms. Default: 30000, or `initialDelay` where that is more. */
  maxDelay?: number
  /** What the ceiling is multiplied with for each further attempt; at least 1. Default: 2. */
  multiplier?: number
  /**
   * The part of the wait that is random, 0 to 1. With 1, a wait lies anywhere between 0 and the ceiling, which spreads a
   * fleet of clients that lost one server most evenly; with 0 it is the ceiling. Default: 1.
   */
  jitter?: number
  /** How many attempts are made before giving up, since the connection was last healthy. Default: no limit. */
  maxAttempts?: number
  /** When earlier attempts are forgotten, in ms; see {@link ReconnectionPolicy.resetAfter}. Default: 5000. */
  resetAfter?: number
  /** Which failures another attempt may mend. Default: all that are not `fatal`. */
  shouldReconnect?: (failure: ConnectionFailure) => boolean
}

/**
 * The default policy: exponential backoff with full jitter. What the server asks for, the longer of `Retry-After` and `retry:`,
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
  const initialDelay = inBounds('initialDelay', options.initialDelay ?? 1000, 0, 2 ** 31 - 1)
  const maxDelay = inBounds('maxDelay', options.maxDelay ?? Math.max(30_000, initialDelay), initialDelay, 2 ** 31 - 1)
  const multiplier = inBounds('multiplier', options.multiplier ?? 2, 1, Infinity)
  const jitter = inBounds('jitter', options.jitter ?? 1, 0, 1)
  const maxAttempts = inBounds('maxAttempts', options.maxAttempts ?? Infinity, 0, Infinity)
  const resetAfter = inBounds('resetAfter', options.resetAfter ?? DEFAULT_RESET_AFTER, 0, Infinity)
  const shouldReconnect = options.shouldReconnect ?? ((failure: ConnectionFailure) => !failure.fatal)
  if (typeof shouldReconnect !== 'function') {
    throw new TypeError('exponentialBackoff: shouldReconnect must be a function of the failure.')
  }

  const policy: ReconnectionPolicy = ({ attempt, failure, reconnectionTime, random }) => {
    if (attempt > maxAttempts || !shouldReconnect(failure)) return false
    const base = reconnectionTime ?? initialDelay
    const ceiling = Math.min(base * multiplier ** (attempt - 1), maxDelay)
    const floor = Math.max(failure.retryAfter ?? 0, reconnectionTime ?? 0)
    return floor + ceiling * (1 - jitter * random)
  }
  return Object.assign(policy, { resetAfter })
}

function inBounds(name: string, value: number, min: number, max: number): number {
  if (typeof value !== 'number') throw new TypeError(`exponentialBackoff: ${name} must be a number.`)
  if (!(value >= min && value <= max)) {
    throw new RangeError(`exponentialBackoff: ${name} must be between ${min} and ${max}, and is ${value}.`)
  }
  return value
}
