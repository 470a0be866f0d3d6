import type { ConnectionFailure } from '../failure/connection-failure.js'
import { type BodyReader, toChunk } from './body.js'

/** In bytes: enough for any error that is meant to be parsed. */
const MAX_SIZE = 16 * 1024

/** In ms. What can be read comes with the head; no decision waits longer for it. */
const PATIENCE = 250

/**
 * The failure with the text of the body that came instead of an event stream; what is not read is cancelled. Never
 * throws. Ends at once if the reader is cancelled meanwhile.
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
  const late = new Promise<{ done: true; value?: unknown }>((resolve) => {
    timer = setTimeout(() => resolve({ done: true }), PATIENCE)
  })
  try {
    // Reads are counted too: an endless run of empty chunks would never let the timer fire.
    for (let reads = 0; reads < MAX_SIZE && left > 0; reads += 1) {
      // oxlint-disable-next-line no-await-in-loop -- a stream is read one chunk after the other
      const chunk = await Promise.race([reader.read(), late])
      if (chunk.done) break
      const part = toChunk(chunk.value).slice(0, left)
      left -= part.length
      // With `stream`, a character that is cut at the end is left out.
      text += typeof part === 'string' ? part : (decoder ??= new TextDecoder()).decode(part, { stream: true })
    }
  } catch {
    // It broke: what came until then says more than nothing.
  }
  clearTimeout(timer)
  reader.cancel()
  // Control characters mean that it is not text, but an image or the like.
  // oxlint-disable-next-line no-control-regex -- control characters are what tells
  return /[\0-\x08\x0e-\x1f]/.test(text) ? '' : text
}
