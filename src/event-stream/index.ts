/**
 * `everstream/event-stream`: the text/event-stream format by itself, without a connection. Pure functions and streams,
 * for whoever holds the bytes already.
 *
 * Withheld: the UTF-8 decoder and the check of an answer, which are means of the above.
 */
export { ConnectionError, type ConnectionFailure, type FailureKind } from '../errors/connection-error.js'
export { EncodeError } from '../errors/encode-error.js'
export { ParseError } from '../errors/parse-error.js'
export type { FetchLikeResponse, FetchLikeReader, FetchLikeStream } from '../standards/fetch-like.js'
export { EventStreamDecoderStream, type EventStreamDecoderOptions } from './decoder-stream.js'
export { encodeComment, encodeMessage } from './encoder.js'
export type { EndOn } from './end-mark.js'
export { isEventStream } from './media-type.js'
export type { EventStreamMessage, EventStreamMessageInit } from './message.js'
export type { ParserOptions } from './parser-options.js'
export { createParser, type EventStreamParser } from './parser.js'
export { readEvents, type ReadEventsOptions } from './read-events.js'
