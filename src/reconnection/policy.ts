import type { ConnectionFailure } from '../failure/connection-failure.js'

/** What a policy decides from. Everything that it needs is in here, the randomness too: the same context, the same answer. */
export interface ReconnectionContext {
  /** The number of the attempt that is asked for, since the connection was last healthy: 1 is the first reconnection. */
  readonly attempt: number
  /** Why there is no connection now. */
  readonly failure: ConnectionFailure
  /** The reconnection time that the stream has set with `retry:`, in ms, within 250 ms and 1 h; undefined if it never did. */
  readonly reconnectionTime: number | undefined
  /** A fresh random number, at least 0 and below 1, for the jitter. */
  readonly random: number
}

/**
 * Decides how long to wait before the next attempt, in ms, or with `false` to give up. It decides and does not act: it
 * keeps no state and no timer, so that one policy can serve any number of connections.
 *
 * @example
 * ```ts
 * createEventSource<Events>(url, { reconnection: ({ attempt }) => (attempt <= 10 ? 2000 : false) })
 * ```
 */
export interface ReconnectionPolicy {
  (context: ReconnectionContext): number | false
  /**
   * How long a connection must have stayed open, in ms, and have delivered at least a byte, before earlier attempts are
   * forgotten when it is lost. A server that accepts and breaks off at once is thus still a failing server. (One that sends an
   * event and ends the stream is healthy without that.)
   *
   * @default 5000
   */
  readonly resetAfter?: number
}

/** {@link ReconnectionPolicy.resetAfter} of a policy that does not say. */
export const DEFAULT_RESET_AFTER = 5000

const MIN_RECONNECTION_TIME = 250
const MAX_RECONNECTION_TIME = 3_600_000

/**
 * A server's `retry:` brought into bounds. 0 would hammer the server, and what passes 2^31 - 1 overflows `setTimeout` into
 * a delay of 1 ms, which would hammer it too.
 */
export function clampReconnectionTime(ms: number): number {
  return Math.min(Math.max(ms, MIN_RECONNECTION_TIME), MAX_RECONNECTION_TIME)
}
