/**
 * `everstream/event-source`: the standard's `EventSource` class, built on `fetch`. Importing it has no side effects;
 * `everstream/polyfill` installs it as the global.
 */
export type { ConnectionFailure, FailureKind } from '../failure/connection-failure.js'
export type { FetchLike, FetchLikeBody, FetchLikeInit, FetchLikeResponse } from '../standards/fetch-like.js'
export { EventSource } from '../event-source/event-source.js'
export type {
  EventSourceConstructor,
  EventSourceErrorEvent,
  EventSourceEventMap,
  EventSourceInit,
} from '../event-source/event-source-types.js'
