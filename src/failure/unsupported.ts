import type { ConnectionFailure } from './connection-failure.js'

/** @param what - what this runtime lacks or does, and what to do about it; the end of a sentence */
export function unsupported(what: string, details: { url?: string; cause?: unknown } = {}): ConnectionFailure {
  return { kind: 'unsupported', fatal: true, message: `This runtime ${what}.`, ...details }
}
