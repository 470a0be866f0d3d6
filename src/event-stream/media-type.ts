/**
 * Whether a `Content-Type` header names an event stream. Only the essence is compared, without regard to case;
 * parameters are allowed, whatever they say: the standard decodes every event stream as UTF-8.
 *
 * @param contentType - the header as it came; null where there was none
 * @returns true for `text/event-stream`, `Text/Event-Stream; charset=utf-8` and the like; false for anything else,
 * `text/event-streamish` included
 * @example
 * isEventStream(response.headers.get('content-type'))
 * @see https://html.spec.whatwg.org/multipage/server-sent-events.html#sse-processing-model (step 15)
 */
export function isEventStream(contentType: string | null): boolean {
  // MIME Sniffing standard, 4.4: the type and subtype end at ";", HTTP whitespace around them does not count.
  return contentType !== null && /^[\t\n\r ]*text\/event-stream[\t\n\r ]*(?:;|$)/i.test(contentType)
}
