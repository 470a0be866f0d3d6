/** How a sink wants its bytes: as they are, or as a chunk of HTTP/1.1's chunked transfer coding. */
export type Framing = 'none' | 'chunked'

const CARRIAGE_RETURN = 0x0d
const LINE_FEED = 0x0a

export function encodeText(text: string): Uint8Array {
  return new TextEncoder().encode(text)
}

/** Joins pieces into one array. With `'chunked'`, they become one chunk, so that no client needs a frame of its own. */
export function joinBytes(pieces: readonly Uint8Array[], framing: Framing): Uint8Array {
  let size = 0
  for (const piece of pieces) size += piece.length
  if (framing === 'none' && pieces.length === 1) return pieces[0]!
  const head = framing === 'chunked' ? size.toString(16) : ''
  const extra = framing === 'chunked' ? head.length + 4 : 0
  const joined = allocate(size + extra)
  let at = 0
  if (framing === 'chunked') {
    while (at < head.length) joined[at] = head.charCodeAt(at++)
    joined[at++] = CARRIAGE_RETURN
    joined[at++] = LINE_FEED
  }
  for (const piece of pieces) {
    joined.set(piece, at)
    at += piece.length
  }
  if (framing === 'chunked') {
    joined[at++] = CARRIAGE_RETURN
    joined[at] = LINE_FEED
  }
  return joined
}

/** Node's sockets make a `Buffer` of anything else, for each client again. */
function allocate(size: number): Uint8Array {
  const { Buffer } = globalThis as { Buffer?: { allocUnsafe(size: number): Uint8Array } }
  return Buffer === undefined ? new Uint8Array(size) : Buffer.allocUnsafe(size)
}
