/**
 * One event, as its block of the stream describes it. The names are those of the wire.
 *
 * @see https://html.spec.whatwg.org/multipage/server-sent-events.html#dispatchMessage
 */
export interface EventStreamMessage {
  /** The event type: the `event` field, or `'message'` where the server gave none. Any string, `'__proto__'` too. */
  readonly event: string
  /** The `data` lines, joined by a line feed. */
  readonly data: string
  /**
   * The event's own `id` field; undefined if it has none, so that the last event ID stays as it is. An empty `id` resets
   * the last event ID.
   */
  readonly id: string | undefined
}

/**
 * What a server says in one block of an event stream. Each field is left out where it is not meant.
 *
 * @see https://html.spec.whatwg.org/multipage/server-sent-events.html#event-stream-interpretation
 */
export interface EventStreamMessageInit {
  /** The event type, without line ends. Left out, or `'message'`: the event reaches `onmessage`. */
  readonly event?: string | undefined
  /**
   * The payload. Every CRLF, CR and LF in it starts a new line of the event, and all of them arrive as LF. A message
   * without data is never dispatched: it only carries an `id` or a `retry`.
   */
  readonly data?: string | undefined
  /** The last event ID from here on, without line ends and NUL; `''` makes the client forget the one it has. */
  readonly id?: string | undefined
  /** How long the client waits before it reestablishes a lost connection, in ms: a whole number, zero or more. */
  readonly retry?: number | undefined
}
