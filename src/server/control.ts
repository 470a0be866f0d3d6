import { CONTROL_TYPE } from '../event-stream/control-type.js'
import { encodeComment, encodeMessage } from '../event-stream/encoder.js'
import type { Continuity } from './start.js'

/** The beginning of a stream. */
export interface Opening {
  readonly continuity: Continuity
  /** The ID of the place where the stream begins. */
  readonly position: string
  /** In ms. */
  readonly keepAlive: number
  readonly limits: { readonly maxEvents: number; readonly maxBytes: number; readonly maxAge: number }
  /** The reconnection time, in ms; undefined leaves it to the client. */
  readonly retry: number | undefined
}

export function encodeOpening({ continuity, position, keepAlive, limits, retry }: Opening): string {
  const first = encodeComment('') + (retry === undefined ? '' : encodeMessage({ retry }))
  const { continuity: answer, ...details } = { continuity: undefined, ...continuity }
  return (
    first +
    encodeControl({ kind: 'open', continuity: answer, ...details, position, keepAlive, limits }) +
    encodePosition(position)
  )
}

/** Moves the client's last event ID, and keeps the connection alive. */
export function encodePosition(id: string): string {
  // With data: Firefox and others ignore the ID of a message without.
  return encodeControl({ kind: 'position' }, id)
}

/** @param within - how long the stream stays open, in ms */
export function encodeRotation(within: number): string {
  return encodeControl({ kind: 'rotate', within })
}

export function encodeEnd(): string {
  return encodeControl({ kind: 'end' })
}

function encodeControl(payload: object, id?: string): string {
  return encodeMessage({ event: CONTROL_TYPE, id, data: JSON.stringify(payload) })
}
