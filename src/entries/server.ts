/**
 * `everstream/server`: sends event streams, from one source or from a channel that many clients read. For Node's
 * `(req, res)`, there is `everstream/server/node`.
 *
 * Not exported: the log, its cursors and the hub that serves them, which are internals.
 */
export type {
  Accepted,
  Admission,
  AnyEvents,
  Channel,
  ChannelClient,
  ChannelEvent,
  ChannelStats,
  Published,
  PublishOptions,
  Refused,
} from '../server/channel-types.js'
export { createChannel } from '../server/channel.js'
export { corsHeaders, type CorsOptions } from '../server/cors.js'
export type { CloseReason } from '../server/cursor.js'
export type {
  ChannelOptions,
  CloseOptions,
  HistoryOptions,
  RotateOptions,
  SchemaChannelOptions,
  Subscription,
} from '../server/options.js'
export { PublishError, type PublishErrorCode } from '../server/publish-error.js'
export type { HeadersLike, RequestLike } from '../server/request.js'
export type { Connection, Sink } from '../server/sink.js'
export {
  createEventStreamResponse,
  type EventIterable,
  type EventSourceOf,
  type EventStreamResponseOptions,
  type SchemaEvent,
  type SchemaResponseOptions,
  type SourceContext,
} from '../server/source-response.js'
export { EncodeError } from '../event-stream/encode-error.js'
export { encodeComment, encodeMessage } from '../event-stream/encoder.js'
export { EventStreamEncoderStream } from '../event-stream/encoder-stream.js'
export type { EventStreamMessageInit } from '../event-stream/message.js'
export type { ReadableStore, Until, UntilOptions } from '../observable/store.js'
export type { StandardIssue, StandardSchema } from '../standards/standard-schema.js'
