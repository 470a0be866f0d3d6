/**
 * `everstream/event-source`: the standard's `EventSource` class over `fetch`. Importing it changes nothing; the entry
 * `everstream/polyfill` puts it in place as the global.
 */
export type { ConnectionFailure, FailureKind } from '../errors/connection-error.js'
export type { FetchLike, FetchLikeBody, FetchLikeInit, FetchLikeResponse } from '../standards/fetch-like.js'
export { EventSource } from './event-source.js'
export type {
  EventSourceConstructor,
  EventSourceErrorEvent,
  EventSourceEventMap,
  EventSourceInit,
} from './event-source-types.js'
