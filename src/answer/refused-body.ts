import type { ConnectionFailure } from '../failure/connection-failure.js'
import { type BodyReader, toChunk } from './body.js'

/** In bytes: enough for an error in JSON. */
const MAX_SIZE = 16 * 1024

/** How long to wait for the body, in ms: it delays the reconnection decision. */
const MAX_WAIT = 250

/**
 * Adds the text of the response's body to the failure, and releases the rest of the body. Never throws. Resolves at
 * once if the reader is cancelled meanwhile.
 */
export async function withBody(failure: ConnectionFailure, reader: BodyReader | undefined): Promise<ConnectionFailure> {
  const body = reader && (await readText(reader))
  return body ? { ...failure, body } : failure
}

async function readText(reader: BodyReader): Promise<string> {
  let decoder: TextDecoder | undefined
  let text = ''
  let left = MAX_SIZE
  let timer: ReturnType<typeof setTimeout> | undefined
  const timeout = new Promise<{ done: true; value?: unknown }>((resolve) => {
    timer = setTimeout(() => resolve({ done: true }), MAX_WAIT)
  })
  try {
    // The number of reads is limited too: endless empty chunks would keep the timer from firing.
    for (let reads = 0; reads < MAX_SIZE && left > 0; reads += 1) {
      // oxlint-disable-next-line no-await-in-loop -- a stream is read one chunk after the other
      const chunk = await Promise.race([reader.read(), timeout])
      if (chunk.done) break
      const part = toChunk(chunk.value).slice(0, left)
      left -= part.length
      // With `stream`, a character that is cut off at the end is omitted.
      text += typeof part === 'string' ? part : (decoder ??= new TextDecoder()).decode(part, { stream: true })
    }
  } catch {
    // The body broke: keep what has arrived.
  }
  clearTimeout(timer)
  reader.cancel()
  // No excerpt of binary bodies.
  // oxlint-disable-next-line no-control-regex -- control characters show that it is not text
  return /[\0-\x08\x0e-\x1f]/.test(text) ? '' : text
}
