/** What the choice depends on: facts about the runtime, the options and the connection so far. */
export interface TransportFacts {
  /** There is a browser's `EventSource`: in a page or worker. */
  readonly nativeExists: boolean
  /** An option was given that only fetch can meet, such as `headers`, `idleTimeout` or `reconnection: false`. */
  readonly fetchAsked: boolean
  /** Somebody iterates over all events; the native class delivers only types that are known by name. */
  readonly everyType: boolean
  /** The attempt before failed, or its stream ended. */
  readonly failed: boolean
  /** There is a last event ID, and it does not travel in the URL. Only fetch can put it into a header. */
  readonly lastEventIdNeedsHeader: boolean
}

/**
 * Which transport 'auto' takes for the next attempt.
 *
 * | when | transport | because |
 * | --- | --- | --- |
 * | there is no browser's `EventSource` | fetch | Node, workers of some browsers; elsewhere it has no advantage |
 * | an option asks for fetch | fetch | native can send no headers and no body, and shows no bytes |
 * | all event types are wanted | fetch | native delivers only types that are known by name |
 * | the attempt before failed, or its stream ended | fetch | it sees the status, and tells a clean end from a loss |
 * | a last event ID is known, and not in the URL | fetch | a new native connection cannot carry it: events would be lost |
 * | else | native | the browser's own: no preflight, shown as an event stream in the developer tools |
 */
export function chooseTransport(facts: TransportFacts): 'fetch' | 'native' {
  const fetchNeeded =
    !facts.nativeExists || facts.fetchAsked || facts.everyType || facts.failed || facts.lastEventIdNeedsHeader
  return fetchNeeded ? 'fetch' : 'native'
}

/** What the answer to a broken native connection depends on, while the browser is still trying to reestablish it. */
export interface InterruptionFacts {
  readonly lastEventIdNeedsHeader: boolean
  /** A fetch may take the connection over. */
  readonly fetchMayTakeOver: boolean
  readonly sameOrigin: boolean
}

/**
 * Whether the browser's own reconnection is left to work. It is where only the browser can send the last event ID: no fetch
 * may, or it would have to ask another origin by a preflight that the server may not answer. Everywhere else we reconnect
 * ourselves, with a backoff and jitter that the browser does not have.
 */
export function leaveToBrowser(facts: InterruptionFacts): boolean {
  return facts.lastEventIdNeedsHeader && !(facts.fetchMayTakeOver && facts.sameOrigin)
}
