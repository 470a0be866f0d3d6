import { isObject } from '../arguments/check-options.js'
import { exponentialBackoff } from '../reconnection/backoff.js'
import type { ReconnectionPolicy } from '../reconnection/policy.js'

/** "An implementation-defined value, probably in the region of a few seconds": that of Chromium and WebKit. */
const RECONNECTION_TIME = 3000

/**
 * "Reestablish the connection" of the HTML standard, 9.2.3: "Wait a delay equal to the reconnection time of the event source.
 * Optionally, wait some more. In particular, if the previous attempt failed, then user agents might introduce an exponential
 * backoff delay to avoid overloading a potentially already overloaded server." So the reconnection time is a floor, and a
 * jittered backoff comes on top of it.
 */
export function standardBackoff(): ReconnectionPolicy {
  const backoff = exponentialBackoff({
    // "If res is an aborted network error, then fail the connection. Otherwise, if res is a network error, then reestablish the
    // connection, unless the user agent knows that to be futile. Otherwise, if res's status is not 200, or if res's
    // `Content-Type` is not `text/event-stream`, then fail the connection": 503 too, whatever `Retry-After` says.
    shouldReconnect: ({ kind, fatal, cause }) =>
      !fatal && kind !== 'http' && kind !== 'content-type' && !isAbort(cause),
    // A server that sends what it has and ends is no failing server: many are polled like that, in the rhythm of `retry:`.
    resetAfter: 0,
  })
  const policy: ReconnectionPolicy = (context) =>
    backoff({ ...context, reconnectionTime: context.reconnectionTime ?? RECONNECTION_TIME })
  return Object.assign(policy, { resetAfter: backoff.resetAfter })
}

/** Only a fetch of the application's own is aborted by anybody else than us. */
function isAbort(cause: unknown): boolean {
  return isObject(cause) && 'name' in cause && cause.name === 'AbortError'
}
