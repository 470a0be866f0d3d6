import type { ConnectionFailure } from '../errors/connection-error.js'
import type { FetchLikeResponse } from '../standards/fetch-like.js'
import { isEventStream } from './media-type.js'

/** Statuses by which a server, or a proxy in front of it, says "not now": the same request may succeed later. */
const TRANSIENT_STATUSES: ReadonlySet<number> = /*@__PURE__*/ new Set([408, 425, 429, 500, 502, 503, 504])

/**
 * Why an answer is no event stream; undefined where it is one.
 *
 * "if res's status is not 200, or if res's `Content-Type` is not `text/event-stream`, then fail the connection."
 *
 * @param url - the URL that answered, where the caller knows it better than the response
 * @see https://html.spec.whatwg.org/multipage/server-sent-events.html#sse-processing-model (step 15)
 */
export function refusalOf(response: FetchLikeResponse, url: string = response.url): ConnectionFailure | undefined {
  const { status } = response
  const mediaType = response.headers.get('content-type') ?? ''
  if (status !== 200) {
    return {
      kind: 'http',
      fatal: !TRANSIENT_STATUSES.has(status),
      message: `${url || 'The server'} answered with the status ${status}; an event stream needs 200.`,
      status,
      url,
      mediaType,
    }
  }
  if (!isEventStream(mediaType)) {
    return {
      kind: 'content-type',
      fatal: true,
      message:
        `${url || 'The server'} answered with ${mediaType ? `the media type ${mediaType}` : 'no media type'}; ` +
        `the server must send "Content-Type: text/event-stream" (is the URL right, and not that of a login page?).`,
      status,
      url,
      mediaType,
    }
  }
  return undefined
}
