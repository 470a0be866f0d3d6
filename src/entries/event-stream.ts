/**
 * `everstream/event-stream`: the text/event-stream format without a connection, for anyone who already has the bytes.
 *
 * Not exported: the UTF-8 decoder and the response check, which are internals.
 */
export { ConnectionError } from '../failure/connection-error.js'
export type { ConnectionFailure, FailureKind } from '../failure/connection-failure.js'
export { EncodeError } from '../event-stream/encode-error.js'
export { ParseError } from '../event-stream/parse-error.js'
export type { FetchLikeResponse, FetchLikeReader, FetchLikeStream } from '../standards/fetch-like.js'
export { EventStreamDecoderStream, type EventStreamDecoderOptions } from '../event-stream/decoder-stream.js'
export { encodeComment, encodeMessage } from '../event-stream/encoder.js'
export { EventStreamEncoderStream } from '../event-stream/encoder-stream.js'
export type { EndOn } from '../event-stream/end-mark.js'
export { isEventStream } from '../event-stream/media-type.js'
export type { EventStreamMessage, EventStreamMessageInit } from '../event-stream/message.js'
export type { ParserOptions } from '../event-stream/parser-options.js'
export { createParser, type EventStreamParser } from '../event-stream/parser.js'
export { readEvents, type ReadEventsOptions } from '../answer/read-events.js'
