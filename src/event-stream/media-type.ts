/** Fetch standard, "get, decode, and split": values are separated by commas outside of quotation marks. */
const VALUES = /(?:[^,"]|"(?:[^\\"]|\\.)*(?:"|$))+/g
/** MIME Sniffing standard, 4.4: a type and a subtype, which ends at ";"; surrounding whitespace is ignored. */
const ESSENCE = /^\s*([^\s/;]+\/[^\s/;]+)\s*(?:;|$)/

/**
 * Whether a `Content-Type` header is that of an event stream. Case and parameters are ignored, because event streams
 * are always UTF-8. If the header was sent several times, the last media type counts, as in browsers.
 *
 * @param contentType - the value of the header; null if there is none
 * @returns true for `text/event-stream`, `Text/Event-Stream; charset=utf-8` and the like; false for anything else,
 * including `text/event-streamish`
 *
 * @example
 * ```ts
 * isEventStream(response.headers.get('content-type'))
 * ```
 * @see https://html.spec.whatwg.org/multipage/server-sent-events.html#sse-processing-model (step 15)
 */
export function isEventStream(contentType: string | null): boolean {
  // Fetch standard, "extract a MIME type": the last valid media type counts, and `*/*` is ignored.
  let essence: string | undefined
  for (const [value] of (contentType ?? '').matchAll(VALUES)) {
    const found = ESSENCE.exec(value)?.[1]
    if (found !== undefined && found !== '*/*') essence = found
  }
  return essence?.toLowerCase() === 'text/event-stream'
}
