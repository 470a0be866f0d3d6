import type { ConnectionFailure } from '../errors/connection-error.js'
import type { FetchLikeReader } from '../standards/fetch-like.js'

/** In characters: enough to tell a login page from a proxy's error. */
const MAX_LENGTH = 200

/** In ms. What is there to be read comes with the head; no decision waits longer for it. */
const PATIENCE = 250

/**
 * The failure with the beginning of the body that came in place of an event stream, where that is text; what is not read is
 * cancelled. Never throws. A reader that is cancelled meanwhile ends it at once.
 */
export async function withExcerpt(
  failure: ConnectionFailure,
  reader: FetchLikeReader | undefined,
): Promise<ConnectionFailure> {
  const excerpt = reader && (await readExcerpt(reader))
  return excerpt ? { ...failure, excerpt } : failure
}

async function readExcerpt(reader: FetchLikeReader): Promise<string> {
  const decoder = new TextDecoder()
  let text = ''
  let timer: ReturnType<typeof setTimeout> | undefined
  const late = new Promise<{ done: true }>((resolve) => {
    timer = setTimeout(() => resolve({ done: true }), PATIENCE)
  })
  try {
    // Reads are counted, too: chunks without a byte, one upon the other, would leave the timer no moment to fire in.
    for (let reads = 0; reads < MAX_LENGTH && text.length < MAX_LENGTH; reads += 1) {
      // oxlint-disable-next-line no-await-in-loop -- a stream is read one chunk after the other
      const chunk = await Promise.race([reader.read(), late])
      if (chunk.done) break
      text += decoder.decode(chunk.value.subarray(0, MAX_LENGTH * 3), { stream: true })
    }
  } catch {
    // It broke: what came until then says more than nothing.
  }
  clearTimeout(timer)
  // An unread body holds its socket. Not awaited: a stand-in for fetch may never answer.
  reader.cancel().catch(() => {})
  // Neither an image, nor anything else that is not text.
  // oxlint-disable-next-line no-control-regex -- control characters are what tells
  return /[\0-\x08\x0e-\x1f]/.test(text) ? '' : text.slice(0, MAX_LENGTH).replace(/[\ud800-\udbff]$/, '')
}
