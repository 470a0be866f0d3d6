/** What the choice depends on: the runtime, the options and the connection so far. */
export interface TransportFacts {
  /** Whether there is a browser's `EventSource`, as in a page or worker. */
  readonly nativeExists: boolean
  /** Whether an option needs fetch, such as `headers`, `idleTimeout` or `reconnection: false`. */
  readonly fetchAsked: boolean
  /** Whether a loop takes all events; the native class delivers only types that are known by name. */
  readonly everyType: boolean
  /** Whether the previous attempt failed or its stream ended. */
  readonly failed: boolean
  /** Whether there is a last event ID that is not in the URL. Only fetch can send it as a header. */
  readonly lastEventIdNeedsHeader: boolean
}

/**
 * Which transport 'auto' uses for the next attempt.
 *
 * | when | transport | because |
 * | --- | --- | --- |
 * | there is no browser's `EventSource` | fetch | for example in Node; a polyfill has no advantage over fetch |
 * | an option asks for fetch | fetch | native cannot send headers or a body, and does not report activity |
 * | all event types are wanted | fetch | native delivers only types that are known by name |
 * | the previous attempt failed, or its stream ended | fetch | it sees the status and how the stream ended |
 * | a last event ID is known but not in the URL | fetch | a new `EventSource` cannot send it: events would be lost |
 * | otherwise | native | no preflight, and the developer tools show it as an event stream |
 */
export function chooseTransport(facts: TransportFacts): 'fetch' | 'native' {
  const fetchNeeded =
    !facts.nativeExists || facts.fetchAsked || facts.everyType || facts.failed || facts.lastEventIdNeedsHeader
  return fetchNeeded ? 'fetch' : 'native'
}

/** What the reaction to a broken native connection depends on while the browser tries to reestablish it. */
export interface InterruptionFacts {
  readonly lastEventIdNeedsHeader: boolean
  /** Whether fetch may take over the connection. */
  readonly fetchMayTakeOver: boolean
  readonly sameOrigin: boolean
}

/**
 * Whether to let the browser reconnect: only if an ID needs a header and no same-origin fetch may take over (another
 * origin may refuse the preflight). Otherwise we reconnect ourselves, with backoff and jitter.
 */
export function leaveToBrowser(facts: InterruptionFacts): boolean {
  return facts.lastEventIdNeedsHeader && !(facts.fetchMayTakeOver && facts.sameOrigin)
}
