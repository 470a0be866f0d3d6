import type { ConnectionFailure } from '../failure/connection-failure.js'
import { inWords } from '../failure/in-words.js'

/** @param fault - whose it may be */
export function networkFailure(what: string, cause: unknown, fault: string): ConnectionFailure {
  // Node says only "fetch failed", and the reason one level below.
  const reason = cause instanceof Error && cause.cause instanceof Error ? cause.cause : cause
  return { kind: 'network', fatal: false, message: `${what} (${inWords(reason)}): ${fault}.`, cause }
}
