/// <reference lib="esnext.disposable" preserve="true" />
import type { Reconnection } from '../connection/connection.js'
import type { ConnectionStatus } from '../connection/status.js'
import type { ReadableStore } from '../observable/store.js'
import type { EventOf, TypeOf } from './events.js'

/** An event stream with typed events, kept alive over every loss until it is closed. */
export interface TypedEventSource<Events> extends AsyncIterable<EventOf<Events>>, Disposable {
  /** The URL, absolute. */
  readonly url: string
  /** The last event ID string of the stream; empty when there is none. It survives every reconnection. */
  readonly lastEventId: string
  /** Where the connection stands, and why. */
  readonly status: ReadableStore<ConnectionStatus>
  /**
   * Calls the listener with each event of this type. One that throws is reported as the DOM does it, and disturbs nothing.
   * After {@link close} it is never called, and adding one then does nothing.
   *
   * @returns the undo
   * @throws TypeError for a type that has no schema, where schemas declare the types
   */
  on<Type extends TypeOf<Events>>(
    type: Type,
    listener: (event: EventOf<Events, Type>) => void,
    options?: ListenOptions,
  ): () => void
  /**
   * Iterates over the events of one type, several, or all. What arrives from this call on is queued until the loop comes for
   * it. The loop ends when the source is closed, by `close()` or by its own signal, and throws a {@link ConnectionError}
   * when it has failed for good. Leaving the loop does not close the source.
   *
   * @throws TypeError for all types on the native transport, which delivers only types that it is told
   */
  events<Type extends TypeOf<Events> = TypeOf<Events>>(
    types?: Type | readonly Type[],
    options?: EventsOptions,
  ): AsyncIterableIterator<EventOf<Events, Type>>
  /** The latest payload of a type; undefined until there is one. The same store for every call with this type. */
  store<Type extends TypeOf<Events>>(type: Type): ReadableStore<Events[Type] | undefined>
  /**
   * Calls the listener each time the stream, which was open before, is open again, and before its first event: the moment
   * to fetch anew what may have been missed, where `resumed` is false.
   *
   * @returns the undo
   *
   * @example
   * ```ts
   * prices.onReconnect(({ resumed }) => resumed || refetch())
   * ```
   */
  onReconnect(listener: (reconnection: Reconnection) => void): () => void
  /** Connects anew, at once: skips a wait, and replaces a connection. Does nothing once the source is closed. */
  readonly reconnect: () => void
  /**
   * Final: nothing is called from here on, and nothing is held but what waits for a loop, which still gets it. A second call does
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
