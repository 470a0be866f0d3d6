import type { ConnectionFailure } from './connection-failure.js'

/** Thrown if a connection has failed for good, or if a response is not an event stream. */
export class ConnectionError extends Error {
  override readonly name = 'ConnectionError'
  /** What went wrong. Plain data, unlike the error itself. */
  readonly failure: ConnectionFailure

  constructor(failure: ConnectionFailure) {
    super(failure.message, 'cause' in failure ? { cause: failure.cause } : undefined)
    this.failure = failure
  }
}
