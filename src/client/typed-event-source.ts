/// <reference lib="esnext.disposable" preserve="true" />
import type { Reconnection } from '../connection/connection.js'
import type { ConnectionStatus } from '../connection/status.js'
import type { ReadableStore } from '../observable/store.js'
import type { EventOf } from './events.js'

/** An event stream with typed events. It reconnects until it is closed. */
export interface TypedEventSource<Events> extends AsyncIterable<EventOf<Events>>, Disposable {
  /** The absolute URL of the latest attempt. Before the first attempt: the given URL, or empty if it is a function. */
  readonly url: string
  /** The latest event ID of the stream, from which it resumes; empty if there is none. */
  readonly lastEventId: string
  /**
   * The state of the connection, and the reason for it.
   *
   * @example
   * ```ts
   * prices.status.subscribe((status) => {
   *   if (status.state === 'waiting') show(`Reconnecting at ${new Date(status.retryAt).toLocaleTimeString()}`)
   * })
   * ```
   */
  readonly status: ReadableStore<ConnectionStatus>
  /**
   * Calls the listener with each event of the given type or types. If it throws, the error is reported like that of a
   * DOM listener, and nothing else is affected. After {@link close}, no listener is called or added.
   *
   * @returns a function that removes the listener
   * @throws TypeError if schemas declare the types and this one has no schema, or for wrong arguments
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
   * Calls the listener with each event of any type; with schemas, of the types that they declare.
   *
   * @returns a function that removes the listener
   * @throws TypeError on the native transport without schemas, which delivers only event types that are named
   *
   * @example
   * ```ts
   * source.onAny(({ type, data }) => console.log(type, data))
   * ```
   */
  onAny(listener: (event: EventOf<Events>) => void, options?: ListenOptions): () => void
  /**
   * Counts as a listener, but hears nothing: with `connect: 'while-listening'`, the source is connected until the
   * returned function is called. Without that option, it does nothing.
   *
   * @returns a function that releases the source
   *
   * @example
   * ```ts
   * const release = prices.hold()
   * ```
   */
  hold(): () => void
  /**
   * Iterates over the events of one type, several types, or all. Events are queued from this call on. The loop ends
   * when the source is closed or the server ends the stream, and throws a {@link ConnectionError} if the source has
   * failed. Leaving the loop does not close the source.
   *
   * @throws TypeError for all types on the native transport without schemas, which delivers only types that are named;
   * TypeError or RangeError for wrong arguments
   *
   * @example
   * ```ts
   * for await (const { data } of prices.events('price')) draw(data.symbol, data.value)
   * ```
   */
  events<Type extends keyof Events & string = keyof Events & string>(
    types?: Type | readonly Type[],
    options?: EventsOptions,
  ): AsyncIterableIterator<EventOf<Events, Type>>
  /**
   * Returns the store of the latest payload of a type: `undefined` until there is one, and always the same store. With
   * `connect: 'while-listening'`, the source connects when you subscribe to the store.
   *
   * @throws TypeError if schemas declare the types and this one has no schema
   *
   * @example
   * ```ts
   * prices.store('price').subscribe((price) => price && draw(price.symbol, price.value))
   * ```
   */
  store<Type extends keyof Events & string>(type: Type): ReadableStore<Events[Type] | undefined>
  /**
   * Calls the listener each time the stream is open again after it was lost, before its first event. If `resumed` is
   * false, events may have been missed: fetch the current data.
   *
   * @returns a function that removes the listener
   * @throws TypeError if the listener is not a function
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
   * Connects again at once: skips a wait, replaces an open connection, and reopens a source that failed or was ended by
   * the server. Listeners and stores stay; loops have ended. Does nothing after {@link close}, or with
   * `connect: 'while-listening'` if nobody listens. Does not need `this`.
   *
   * @example
   * ```ts
   * retryButton.addEventListener('click', prices.reconnect)
   * ```
   */
  readonly reconnect: () => void
  /**
   * Closes the source for good. No listener is called afterwards; loops get their queued events, then end. Calling it
   * again does nothing. Does not need `this`.
   *
   * @example
   * ```ts
   * useEffect(() => prices.close, [prices])
   * ```
   */
  readonly close: () => void
}

/** The options of `on()` and `onAny()`. */
export interface ListenOptions {
  /** Removes the listener when it aborts. */
  signal?: AbortSignal | undefined
  /**
   * Whether to remove the listener before its first call.
   *
   * @default false
   */
  once?: boolean | undefined
}

/** The options of `events()`. */
export interface EventsOptions {
  /** Ends the loop when it aborts: after the events that are queued already, the loop throws the signal's reason. */
  signal?: AbortSignal | undefined
  /**
   * How many events may be queued, at least 1.
   *
   * @default 16384
   */
  maxQueueSize?: number | undefined
  /**
   * What to do if the queue is full: make the loop throw a {@link QueueOverflowError}, or drop the oldest event, for
   * loops that only need the latest ones.
   *
   * @default 'error'
   */
  overflow?: 'error' | 'drop-oldest' | undefined
}
