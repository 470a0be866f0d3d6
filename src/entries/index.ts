/**
 * `everstream`: typed Server-Sent Events. The event-stream format itself is in `everstream/event-stream`.
 *
 * Not exported: the connection's state machine, the queue and the emitter, which are internals.
 */
export { createEventSource } from '../client/create-event-source.js'
export type { EventOf, InferEvents, SchemaMap, TypedEvent, UndeclaredEvents } from '../client/events.js'
export type { EventSourceOptions, ParserFor, SchemaOptions } from '../client/options.js'
export type { ParseFunction, PayloadParser } from '../client/payload.js'
export type { EventsOptions, ListenOptions, TypedEventSource } from '../client/typed-event-source.js'
export type { UrlOption } from '../client/address.js'
export type { Reconnection } from '../connection/connection.js'
export type {
  ClosedStatus,
  ConnectingStatus,
  ConnectionStatus,
  IdleStatus,
  OpenStatus,
  PausedStatus,
  PauseReason,
  WaitingStatus,
} from '../connection/status.js'
export { ConnectionError } from '../failure/connection-error.js'
export type { ConnectionFailure, FailureKind } from '../failure/connection-failure.js'
export { PayloadError, type PayloadErrorCode } from '../client/payload-error.js'
export { QueueOverflowError } from '../observable/queue-overflow-error.js'
export type { EventStreamMessage } from '../event-stream/message.js'
export type { EndOn } from '../event-stream/end-mark.js'
export type { ReadableStore, Until, UntilOptions } from '../observable/store.js'
export { type BackoffOptions, exponentialBackoff } from '../reconnection/backoff.js'
export type { ReconnectionContext, ReconnectionPolicy } from '../reconnection/policy.js'
export { standardReconnection } from '../reconnection/standard.js'
export type {
  FetchLike,
  FetchLikeBody,
  FetchLikeInit,
  FetchLikeResponse,
  FetchLikeReader,
  FetchLikeStream,
} from '../standards/fetch-like.js'
export type { StandardIssue, StandardSchema } from '../standards/standard-schema.js'
export { fetchTransport } from '../transport/fetch.js'
export { nativeTransport } from '../transport/native.js'
export type { AttemptContext } from '../transport/attempt-context.js'
export type { BodyOption, FetchOptions, HeadersOption, MethodOption } from '../transport/fetch-options.js'
export type { HeadersLike } from '../transport/sendable.js'
export type {
  Transport,
  TransportMessage,
  TransportOpened,
  TransportRequest,
  TransportSession,
  TransportSink,
} from '../transport/transport.js'
export { history, type HistoryOptions } from '../views/history.js'
export { latest, latestByKey } from '../views/latest.js'
export { type BatchOptions, onBatch } from '../views/on-batch.js'
export { paced } from '../views/paced.js'
