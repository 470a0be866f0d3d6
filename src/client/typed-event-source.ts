/// <reference lib="esnext.disposable" preserve="true" />
import type { Reconnection } from '../connection/connection.js'
import type { ConnectionStatus } from '../connection/status.js'
import type { ReadableStore } from '../observable/store.js'
import type { EventOf } from './events.js'

/** An event stream with typed events, kept alive over every loss until it is closed. */
export interface TypedEventSource<Events> extends AsyncIterable<EventOf<Events>>, Disposable {
  /** The URL of the latest attempt, absolute. Before the first one: as it was given, or empty if a function makes it. */
  readonly url: string
  /** The last event ID string of the stream; empty when there is none. It survives every reconnection. */
  readonly lastEventId: string
  /** Where the connection stands, and why. */
  readonly status: ReadableStore<ConnectionStatus>
  /**
   * Calls the listener with each event of this type, or of one of these types. If it throws, the error is reported as the DOM
   * does it, and nothing else is disturbed. After {@link close} it is never called, and adding one does nothing.
   *
   * @returns a function that removes the listener
   * @throws TypeError for a type that has no schema, if schemas declare the types
   *
   * @example
   * ```ts
   * prices.on(['price', 'correction'], ({ type, data }) => draw(type, data))
   * ```
   */
  on<Type extends keyof Events & string>(
    types: Type | readonly Type[],
    listener: (event: EventOf<Events, Type>) => void,
    options?: ListenOptions,
  ): () => void
  /**
   * Calls the listener with every event, whatever its type; with schemas, with those of the declared types.
   *
   * @returns a function that removes the listener
   * @throws TypeError on the native transport, which delivers only types that it is told
   *
   * @example
   * ```ts
   * source.onAny(({ type, data }) => console.log(type, data))
   * ```
   */
  onAny(listener: (event: EventOf<Events>) => void, options?: ListenOptions): () => void
  /**
   * Iterates over the events of one type, several, or all. What arrives from this call on is queued until the loop takes it.
   * The loop ends when the source is closed or the server ends it, and throws a {@link ConnectionError} when it has failed.
   * Leaving the loop does not close the source.
   *
   * @throws TypeError for all types on the native transport, which delivers only types that it is told
   */
  events<Type extends keyof Events & string = keyof Events & string>(
    types?: Type | readonly Type[],
    options?: EventsOptions,
  ): AsyncIterableIterator<EventOf<Events, Type>>
  /**
   * The latest payload of a type; undefined until there is one. The same store for every call with this type. With
   * `connect: 'while-listening'`, subscribing to it connects, and asking for it does not.
   */
  store<Type extends keyof Events & string>(type: Type): ReadableStore<Events[Type] | undefined>
  /**
   * Calls the listener each time a stream that was open before is open again, before its first event: the moment to fetch
   * what may have been missed, if `resumed` is false.
   *
   * @returns a function that removes the listener
   *
   * @example
   * ```ts
   * prices.onReconnect(({ resumed }) => {
   *   if (!resumed) refetch()
   * })
   * ```
   */
  onReconnect(listener: (reconnection: Reconnection) => void): () => void
  /**
   * Connects again, at once: skips a wait, replaces a connection, and begins again after the source has failed or the server
   * has ended it. Listeners and stores are still in place; loops have ended. Does nothing after {@link close}, nor while
   * nobody listens to a source with `connect: 'while-listening'`. Usable unbound.
   */
  readonly reconnect: () => void
  /**
   * Closes the source for good. No listener is called afterwards; loops get what they have queued, then end. A second call does
   * nothing. Usable unbound.
   */
  readonly close: () => void
}

export interface ListenOptions {
  /** Removes the listener when it aborts. */
  signal?: AbortSignal | undefined
  /** Removes the listener before its first call. Default: false. */
  once?: boolean | undefined
}

export interface EventsOptions {
  /** Ends the iteration when it aborts: the loop throws the signal's reason, after what has come already. */
  signal?: AbortSignal | undefined
  /** How many events may wait for the loop, at least 1. Default: 16384. */
  maxQueueSize?: number | undefined
  /**
   * What happens to one event more: the loop throws a {@link QueueOverflowError}, or the oldest event is dropped, for loops in
   * which only the latest count. Default: `'error'`.
   */
  overflow?: 'error' | 'drop-oldest' | undefined
}
