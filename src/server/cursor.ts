/**
 * Why a client's stream ended: the client left, was too far behind, lost its permission, was asked to come back, was
 * closed with the channel, or could not be written to.
 */
export type CloseReason = 'client' | 'slow' | 'expired' | 'rotated' | 'shutdown' | 'error'

/**
 * Whether a client can be written to: `writing` only while its sink is being called, and `blocked` from the moment that
 * it has enough until it has drained.
 */
export type Flow = 'ready' | 'writing' | 'blocked' | 'closed'

/** That a stream is to end once everything has been sent. */
export interface Leaving {
  readonly reason: CloseReason
  /** What to send at the very end. */
  readonly farewell?: string | undefined
}

/** Where a client is in the log. */
export interface Cursor {
  readonly flow: Flow
  /** The position of the next event that it is to be sent. */
  readonly position: number
  readonly leaving: Leaving | undefined
}

/**
 * What to do with a client: `send` it what follows, `drop` it because the log no longer has what it needs, `finish` its
 * stream, or nothing.
 */
export type Step = 'wait' | 'send' | 'drop' | 'finish'

/** Decides what to do with a client next. */
export function nextStep({ flow, position, leaving }: Cursor, log: { kept: number; end: number }): Step {
  if (flow === 'closed' || flow === 'writing') return 'wait'
  if (position < log.kept) return 'drop'
  if (flow === 'blocked') return 'wait'
  if (position < log.end) return 'send'
  return leaving === undefined ? 'wait' : 'finish'
}
