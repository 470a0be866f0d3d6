import type { EventStreamMessage } from './message.js'
import { checkOptions, type ParserOptions, SHARED_OPTIONS } from './parser-options.js'
import { createParser } from './parser.js'

/** What {@link EventStreamDecoderStream} takes: all of {@link ParserOptions} but the callbacks that the stream replaces. */
export type EventStreamDecoderOptions = Omit<ParserOptions, 'onEvent' | 'onError'>

/**
 * A transform stream from the chunks of an event stream to its events, for `pipeThrough`.
 *
 * The reader sets the pace: while it has not taken the events of one chunk, no more than the next one is asked for. An event
 * larger than `maxEventSize` makes both sides fail with {@link ParseError}; as with every stream that fails, what its
 * reader has not taken by then is dropped. What is unfinished at the end is discarded.
 *
 * It has a `TransformStream` rather than being one, so that importing it is harmless where the platform has none.
 *
 * @throws TypeError when an option has the wrong type, or does not exist
 * @throws RangeError when `maxEventSize` is not more than 0
 * @example
 * const events = response.body.pipeThrough(new EventStreamDecoderStream())
 * for await (const { event, data } of events) console.log(event, data)
 * @see https://html.spec.whatwg.org/multipage/server-sent-events.html#event-stream-interpretation
 */
export class EventStreamDecoderStream {
  /** The events. */
  readonly readable: ReadableStream<EventStreamMessage>
  /** Takes the chunks: bytes, or text that is decoded already. */
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
