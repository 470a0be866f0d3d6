import { advice } from '../messages/advice.js'
import type { ConnectionFailure } from './connection-failure.js'

/** @param what - completes the sentence "This runtime ...": what it lacks, and what to do about it */
export function unsupported(what: string, details: { url?: string; cause?: unknown } = {}): ConnectionFailure {
  return { kind: 'unsupported', fatal: true, message: `This runtime ${what}${advice('.', 'failures')}`, ...details }
}
