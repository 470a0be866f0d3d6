import type { ConnectionFailure } from '../failure/connection-failure.js'

/** The argument of functions that are called on each attempt. */
export interface AttemptContext {
  /** 0 for the first connection, then the number of the reconnection since the connection was last healthy. */
  readonly attempt: number
  /** Why the last attempt ended; if its `status` is 401, fetch a new token. */
  readonly failure: ConnectionFailure | undefined
  /** The last event ID; empty if there is none, or if this attempt starts over without it. */
  readonly lastEventId: string
}
