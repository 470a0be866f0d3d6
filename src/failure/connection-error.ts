import type { ConnectionFailure } from './connection-failure.js'

/** A connection that failed for good, or an answer that is no event stream. */
export class ConnectionError extends Error {
  override readonly name = 'ConnectionError'
  /** The reason, as {@link ConnectionFailure}. */
  readonly failure: ConnectionFailure

  constructor(failure: ConnectionFailure) {
    super(failure.message, 'cause' in failure ? { cause: failure.cause } : undefined)
    this.failure = failure
  }
}
