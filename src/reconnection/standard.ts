import { DEFAULT_RECONNECTION_TIME, type ReconnectionPolicy } from './policy.js'

/**
 * The policy of browsers: after each failure that is not fatal, wait for the time of `retry:`, or for 3 seconds. There
 * is no backoff and no jitter, so use it only if you need the timing of browsers; {@link exponentialBackoff} is better
 * for the server.
 *
 * @see HTML standard, 9.2.3, "reestablish the connection"
 *
 * @example
 * ```ts
 * createEventSource<Events>(url, { reconnection: standardReconnection })
 * ```
 */
export const standardReconnection: ReconnectionPolicy = ({ failure, reconnectionTime }) =>
  failure.fatal ? false : (reconnectionTime ?? DEFAULT_RECONNECTION_TIME)
