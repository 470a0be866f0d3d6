/** Fetch standard, "get, decode, and split": a comma ends a value, but not within quotation marks. */
const VALUES = /(?:[^,"]|"(?:[^\\"]|\\.)*(?:"|$))+/g
/** MIME Sniffing standard, 4.4: a type and a subtype, which ends at ";"; whitespace around them does not count. */
const ESSENCE = /^\s*([^\s/;]+\/[^\s/;]+)\s*(?:;|$)/

/**
 * Whether a `Content-Type` header names an event stream. Only the essence is compared, without regard to case;
 * parameters are allowed, whatever they say: the standard decodes every event stream as UTF-8. Where the header came
 * several times, from an application and a proxy perhaps, the last media type counts, as in browsers.
 *
 * @param contentType - the header as it came; null where there was none
 * @returns true for `text/event-stream`, `Text/Event-Stream; charset=utf-8` and the like; false for anything else,
 * `text/event-streamish` included
 * @example
 * isEventStream(response.headers.get('content-type'))
 * @see https://html.spec.whatwg.org/multipage/server-sent-events.html#sse-processing-model (step 15)
 */
export function isEventStream(contentType: string | null): boolean {
  // Fetch standard, "extract a MIME type": the last value that is one counts, and any type is none.
  let essence: string | undefined
  for (const [value] of (contentType ?? '').matchAll(VALUES)) {
    const found = ESSENCE.exec(value)?.[1]
    if (found !== undefined && found !== '*/*') essence = found
  }
  return essence?.toLowerCase() === 'text/event-stream'
}
