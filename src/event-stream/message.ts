/**
 * One event. The names are those of the fields in the stream.
 *
 * @see https://html.spec.whatwg.org/multipage/server-sent-events.html#dispatchMessage
 */
export interface EventStreamMessage {
  /** The event type: the `event` field, or `'message'` if there is none. Any string, even `'__proto__'`. */
  readonly event: string
  /** The `data` lines, joined by a line feed. */
  readonly data: string
  /**
   * The event's own `id` field. If it is undefined, the last event ID does not change; if it is empty, the last event
   * ID is cleared.
   */
  readonly id: string | undefined
}

/**
 * One block of an event stream, for encoding. All fields are optional.
 *
 * @see https://html.spec.whatwg.org/multipage/server-sent-events.html#event-stream-interpretation
 */
export interface EventStreamMessageInit {
  /** The event type, without line ends. If it is left out or `'message'`, the event reaches `onmessage`. */
  readonly event?: string | undefined
  /**
   * The payload. Every CRLF, CR and LF in it starts a new line of the event, and all of them arrive as LF. A message
   * without data is never dispatched: it only carries an `id` or a `retry`.
   */
  readonly data?: string | undefined
  /** The last event ID from here on, without line ends and NUL; `''` clears the client's last event ID. */
  readonly id?: string | undefined
  /** How long the client waits before it reconnects, in ms: a whole number, 0 or more. */
  readonly retry?: number | undefined
}
