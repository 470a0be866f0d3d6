import { advice } from '../messages/advice.js'
import type { ConnectionFailure } from '../failure/connection-failure.js'
import { inWords } from '../failure/in-words.js'

/** @param fault - what may have caused it */
export function networkFailure(what: string, cause: unknown, fault: string): ConnectionFailure {
  // Node's error says only "fetch failed"; its `cause` has the reason.
  const reason = cause instanceof Error && cause.cause instanceof Error ? cause.cause : cause
  return {
    kind: 'network',
    fatal: false,
    message: `${what} (${inWords(reason)})${advice(`: ${fault}.`, 'failures')}`,
    cause,
  }
}
