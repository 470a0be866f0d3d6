import type { EventStreamMessage } from './message.js'
import { checkOptions, type ParserOptions, SHARED_OPTIONS } from './parser-options.js'
import { createParser } from './parser.js'

/** The options of {@link EventStreamDecoderStream}: those of the parser, without the callbacks that it replaces. */
export type EventStreamDecoderOptions = Omit<ParserOptions, 'onEvent' | 'onError'>

/**
 * A transform stream from the chunks of an event stream to its events, for `pipeThrough`.
 *
 * Backpressure: at most one more chunk is requested before the events of the current one are read. An event larger than
 * `maxEventSize` makes both sides fail with {@link ParseError}; events that have not been read by then are dropped. An
 * unfinished event at the end is discarded.
 *
 * It does not extend `TransformStream`, so that it can be imported on platforms that have none.
 *
 * @throws TypeError if an option has the wrong type or does not exist
 * @throws RangeError if `maxEventSize` is not more than 0
 * @example
 * const events = response.body.pipeThrough(new EventStreamDecoderStream())
 * for await (const { event, data } of events) console.log(event, data)
 * @see https://html.spec.whatwg.org/multipage/server-sent-events.html#event-stream-interpretation
 */
export class EventStreamDecoderStream {
  /** The events. */
  readonly readable: ReadableStream<EventStreamMessage>
  /** Takes the chunks: bytes, or text that has been decoded. */
  readonly writable: WritableStream<Uint8Array | string>

  constructor(options: EventStreamDecoderOptions = {}) {
    checkOptions('EventStreamDecoderStream', options, SHARED_OPTIONS)
    let output: TransformStreamDefaultController<EventStreamMessage>
    const parser = createParser({
      onEvent: (message) => output.enqueue(message),
      onError: (error) => output.error(error),
      // Bound, because they may be methods.
      onId: options.onId?.bind(options),
      onRetry: options.onRetry?.bind(options),
      onComment: options.onComment?.bind(options),
      maxEventSize: options.maxEventSize,
    })
    const { readable, writable } = new TransformStream<Uint8Array | string, EventStreamMessage>({
      start: (controller) => {
        output = controller
      },
      transform: (chunk) => parser.push(chunk),
      flush: () => parser.end(),
    })
    this.readable = readable
    this.writable = writable
  }
}
