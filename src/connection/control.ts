import { MAX_SERVER_DELAY } from '../failure/max-server-delay.js'

/** Whether a stream continues where the last one ended: the server's own word, if it has said it. */
export type Continuity = 'complete' | 'lost' | 'unknown'

/** What a server says about the stream. See docs/reference/protocol.md; other kinds are ignored. */
export type Control =
  | { readonly kind: 'open'; readonly continuity: Continuity; readonly keepAlive: number | undefined }
  | { readonly kind: 'end' }
  | { readonly kind: 'other' }

/** @returns undefined if this is an event of the application that has the same type */
export function readControl(data: string): Control | undefined {
  let said: { readonly kind?: unknown; readonly continuity?: unknown; readonly keepAlive?: unknown } | null
  try {
    said = JSON.parse(data)
  } catch {
    return undefined
  }
  if (typeof said?.kind !== 'string') return undefined
  const { kind, continuity, keepAlive } = said
  if (kind === 'end') return { kind }
  if (kind !== 'open') return { kind: 'other' }
  return {
    kind,
    continuity: continuity === 'complete' || continuity === 'lost' ? continuity : 'unknown',
    keepAlive: typeof keepAlive === 'number' && keepAlive > 0 && keepAlive <= MAX_SERVER_DELAY ? keepAlive : undefined,
  }
}
