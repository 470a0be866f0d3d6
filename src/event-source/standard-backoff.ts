import { isObject } from '../arguments/check-options.js'
import { createBackoff } from '../reconnection/backoff.js'
import { DEFAULT_RECONNECTION_TIME, type ReconnectionPolicy } from '../reconnection/policy.js'

/**
 * HTML standard, 9.2.3, "reestablish the connection": "Wait a delay equal to the reconnection time of the event source.
 * Optionally, wait some more. In particular, if the previous attempt failed, then user agents might introduce an
 * exponential backoff delay to avoid overloading a potentially already overloaded server." So the reconnection time is
 * the minimum, and a backoff with jitter is added to it.
 */
export function standardBackoff(): ReconnectionPolicy {
  const backoff = createBackoff({
    // "If res is an aborted network error, then fail the connection. Otherwise, if res is a network error, then
    // reestablish the connection, unless the user agent knows that to be futile. Otherwise, if res's status is not 200,
    // or if res's `Content-Type` is not `text/event-stream`, then fail the connection": 503 too, despite `Retry-After`.
    shouldReconnect: ({ kind, fatal, cause }) =>
      !fatal && kind !== 'http' && kind !== 'content-type' && !isAbort(cause),
    // A server that sends its events and ends the stream is healthy: this is polling, at the pace of `retry:`.
    resetAfter: 0,
  })
  const policy: ReconnectionPolicy = (context) =>
    backoff({ ...context, reconnectionTime: context.reconnectionTime ?? DEFAULT_RECONNECTION_TIME })
  return Object.assign(policy, { resetAfter: backoff.resetAfter })
}

/** Only a custom fetch can abort without our asking. */
function isAbort(cause: unknown): boolean {
  return isObject(cause) && 'name' in cause && cause.name === 'AbortError'
}
