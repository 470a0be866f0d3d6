import type { ConnectionFailure } from '../failure/connection-failure.js'
import { MAX_SERVER_DELAY } from '../failure/max-server-delay.js'

/** What a policy decides from. It includes the randomness, so the same context always gives the same answer. */
export interface ReconnectionContext {
  /** The number of the next attempt since the connection was last healthy: 1 for the first reconnection. */
  readonly attempt: number
  /** Why the connection was lost, or could not be established. */
  readonly failure: ConnectionFailure
  /** The latest `retry:` of the stream, in ms, limited to between 250 ms and 1 hour; undefined if it never sent one. */
  readonly reconnectionTime: number | undefined
  /** A new random number for jitter, at least 0 and less than 1. */
  readonly random: number
}

/**
 * Returns how long to wait before the next attempt, in ms, or `false` to give up. A policy keeps no state and starts
 * no timer, so one policy can serve any number of connections.
 *
 * @example
 * ```ts
 * createEventSource<Events>(url, { reconnection: ({ attempt }) => (attempt <= 10 ? 2000 : false) })
 * ```
 */
export interface ReconnectionPolicy {
  (context: ReconnectionContext): number | false
  /**
   * How long a connection must stay open, in ms, before earlier failures no longer count. It must also receive at
   * least one byte. A stream that delivers an event and then ends cleanly resets the count at once.
   *
   * @default 5000
   */
  readonly resetAfter?: number
}

/** Used for policies that do not set {@link ReconnectionPolicy.resetAfter}, in ms. */
export const DEFAULT_RESET_AFTER = 5000

/**
 * "An implementation-defined value, probably in the region of a few seconds", in ms: the value of Chromium and WebKit.
 */
export const DEFAULT_RECONNECTION_TIME = 3000

/** The longest delay that `setTimeout` accepts, in ms, about 24 days. A longer one overflows and fires after 1 ms. */
export const MAX_TIMER_DELAY: number = 2 ** 31 - 1

const MIN_RECONNECTION_TIME = 250

/** Limits a server's `retry:`, in ms: 0 would hammer the server, and so would a value that overflows `setTimeout`. */
export function clampReconnectionTime(ms: number): number {
  return Math.min(Math.max(ms, MIN_RECONNECTION_TIME), MAX_SERVER_DELAY)
}
