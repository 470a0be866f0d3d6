import { parseId } from './ids.js'

/** What a client is told about the last event ID that it came with: see the recovery contract. */
export type Continuity =
  | { readonly continuity?: undefined }
  | { readonly continuity: 'complete' }
  | { readonly continuity: 'lost'; readonly reason: 'trimmed' | 'epoch' | 'unknown' }

/** Where a client begins in the log, and how that continues what it had. */
export type Start = { readonly position: number } & Continuity

/** The part of a log that can be replayed. The position of an event is its sequence number less 1. */
export interface Replayable {
  readonly epoch: string
  /** The position of the oldest event that can be replayed; {@link end} if there is none. */
  readonly first: number
  /** The position of the next event. */
  readonly end: number
}

/**
 * Decides where a client begins. Only an ID that the log can place exactly is resumed from.
 *
 * @param lastEventId - what the client asks for; empty if it asks for nothing
 * @param from - where a client without a last event ID begins: `'now'`, `'oldest'`, or after an ID
 */
export function planStart(lastEventId: string, from: string, log: Replayable): Start {
  if (lastEventId === '') {
    if (from === 'now' || from === '') return { position: log.end }
    return from === 'oldest' ? { position: log.first } : planStart(from, '', log)
  }
  const id = parseId(lastEventId)
  if (id === undefined) return { position: log.first, continuity: 'lost', reason: 'unknown' }
  if (id.epoch !== log.epoch) return { position: log.first, continuity: 'lost', reason: 'epoch' }
  if (id.sequence > log.end) return { position: log.first, continuity: 'lost', reason: 'unknown' }
  if (id.sequence < log.first) return { position: log.first, continuity: 'lost', reason: 'trimmed' }
  return { position: id.sequence, continuity: 'complete' }
}
