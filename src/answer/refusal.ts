import { advice } from '../messages/advice.js'
import type { ConnectionFailure } from '../failure/connection-failure.js'
import type { FetchLikeResponse } from '../standards/fetch-like.js'
import { isEventStream } from '../event-stream/media-type.js'
import { parseRetryAfter } from './retry-after.js'

/**
 * Returns why a response is not an event stream; undefined if it is one.
 *
 * "if res's status is not 200, or if res's `Content-Type` is not `text/event-stream`, then fail the connection."
 * [NON-SPEC] Unless `strict`, any other 2xx with content is accepted too: many frameworks respond to a POST with 201.
 *
 * @param url - the final URL, if the caller knows it better than the response
 * @see https://html.spec.whatwg.org/multipage/server-sent-events.html#sse-processing-model (step 15)
 */
export function refusalOf(
  response: FetchLikeResponse,
  { url = response.url, strict = false }: { url?: string; strict?: boolean } = {},
): ConnectionFailure | undefined {
  const { status } = response
  const mediaType = response.headers.get('content-type') ?? ''
  const opens = status === 200 || (!strict && status > 200 && status < 300 && status !== 204 && status !== 205)
  if (opens && isEventStream(mediaType)) return undefined

  const retryAfter = parseRetryAfter(response.headers.get('retry-after'), Date.now())
  const reason = opens
    ? (mediaType ? `the media type ${mediaType}` : 'no media type') +
      advice(
        '; the server must send "Content-Type: text/event-stream" (check the URL: is it that of a login page?).',
        'failures',
      )
    : `the status ${status}` +
      advice(
        strict ? '; the standard EventSource needs 200.' : '; an event stream needs 200, or another 2xx with content.',
        'failures',
      )
  return {
    kind: opens ? 'content-type' : 'http',
    fatal: retryAfter === undefined && (opens || !isTransient(status)),
    message:
      `${url || 'The server'} answered with ${reason}` +
      advice(retryAfter === undefined ? '' : ` It asks clients to wait for ${Math.ceil(retryAfter / 1000)} s.`),
    status,
    url,
    mediaType,
    ...(retryAfter !== undefined && { retryAfter }),
  }
}

/**
 * Whether the same request may succeed later. RFC 9110, 15: a client treats "an
 * unrecognized status code as being equivalent to the x00 status code of that class", and one beyond 599 as a 5xx.
 */
function isTransient(status: number): boolean {
  return [408, 425, 429].includes(status) || (status >= 500 && status !== 501 && status !== 505)
}
