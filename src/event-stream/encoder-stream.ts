import { encodeMessage } from './encoder.js'
import type { EventStreamMessageInit } from './message.js'

/**
 * A transform stream from messages to the bytes of an event stream, for `pipeThrough`: the counterpart of
 * `EventStreamDecoderStream`. A message that a client would misread makes both sides fail with `EncodeError`.
 *
 * @example
 * ```ts
 * const headers = { 'content-type': 'text/event-stream' }
 * return new Response(messages.pipeThrough(new EventStreamEncoderStream()), { headers })
 * ```
 */
export class EventStreamEncoderStream {
  /** The bytes. */
  readonly readable: ReadableStream<Uint8Array>
  /** Takes the messages. */
  readonly writable: WritableStream<EventStreamMessageInit>

  constructor() {
    const encoder = new TextEncoder()
    const { readable, writable } = new TransformStream<EventStreamMessageInit, Uint8Array>({
      transform: (message, output) => output.enqueue(encoder.encode(encodeMessage(message))),
    })
    this.readable = readable
    this.writable = writable
  }
}
