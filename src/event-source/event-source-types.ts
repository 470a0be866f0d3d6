import type { ConnectionFailure } from '../failure/connection-failure.js'
import type { FetchLike } from '../standards/fetch-like.js'

/** The options of the {@link EventSource} constructor: those of the standard, and `fetch`. */
export interface EventSourceInit {
  /**
   * Whether to send cookies to other origins.
   *
   * @default false
   */
  withCredentials?: boolean | undefined
  /**
   * Not in the standard: a function to call instead of `globalThis.fetch`, on each attempt. Use it to add headers or
   * tokens, or to go through a proxy.
   *
   * @default globalThis.fetch
   *
   * @example
   * ```ts
   * new EventSource(url, {
   *   fetch: (input, init) => fetch(input, { ...init, headers: { ...init.headers, authorization } }),
   * })
   * ```
   */
  fetch?: FetchLike | undefined
}

/** An `error` event of the connection. (An event of the type `error` that the server sends is a `MessageEvent`.) */
export interface EventSourceErrorEvent extends Event {
  /** Not in the standard: the HTTP status, if the server answered. */
  readonly status?: number
  /** Not in the standard: what went wrong, who is at fault and what to do next. */
  readonly failure?: ConnectionFailure
  /** Not in the standard: the message of the `failure`, as in the package `eventsource`. */
  readonly message?: string
}

/** The event types of {@link EventSource}; all others are `MessageEvent`s. */
export interface EventSourceEventMap {
  open: Event
  message: MessageEvent
  error: EventSourceErrorEvent
}

/** `AddEventListenerOptions`, for applications that do not load the DOM types. */
interface ListenerOptions {
  capture?: boolean
  once?: boolean
  passive?: boolean
  signal?: AbortSignal
}

type AnyListener = ((event: Event) => unknown) | { handleEvent(event: Event): unknown }

/** An instance of the standard's class. It is assignable to the DOM's `EventSource`. */
export interface EventSource extends EventTarget {
  /** The absolute URL. It does not change after redirects. */
  readonly url: string
  /** Whether cookies are sent to other origins. */
  readonly withCredentials: boolean
  /** {@link EventSource.CONNECTING}, {@link EventSource.OPEN} or {@link EventSource.CLOSED}. */
  readonly readyState: number
  readonly CONNECTING: 0
  readonly OPEN: 1
  readonly CLOSED: 2
  /** Called when the stream is open, on each connection. */
  onopen: ((this: EventSource, event: Event) => unknown) | null
  /** Called with each event of the type `message`, which is that of events without an `event` field. */
  onmessage: ((this: EventSource, event: MessageEvent) => unknown) | null
  /** Called when the connection is lost or cannot be established; `readyState` tells whether it is tried again. */
  onerror: ((this: EventSource, event: EventSourceErrorEvent) => unknown) | null
  /** Closes the connection for good. No event is dispatched afterwards, not even one that has already arrived. */
  close(): void
  addEventListener<Type extends keyof EventSourceEventMap>(
    type: Type,
    listener: (this: EventSource, event: EventSourceEventMap[Type]) => unknown,
    options?: boolean | ListenerOptions,
  ): void
  addEventListener(
    type: string,
    listener: (this: EventSource, event: MessageEvent) => unknown,
    options?: boolean | ListenerOptions,
  ): void
  addEventListener(type: string, listener: AnyListener | null, options?: boolean | ListenerOptions): void
  removeEventListener<Type extends keyof EventSourceEventMap>(
    type: Type,
    listener: (this: EventSource, event: EventSourceEventMap[Type]) => unknown,
    options?: boolean | { capture?: boolean },
  ): void
  removeEventListener(
    type: string,
    listener: (this: EventSource, event: MessageEvent) => unknown,
    options?: boolean | { capture?: boolean },
  ): void
  removeEventListener(type: string, listener: AnyListener | null, options?: boolean | { capture?: boolean }): void
}

/** The standard's class `EventSource`. */
export interface EventSourceConstructor {
  /**
   * @param url - a relative URL is resolved against the page or worker
   * @throws `SyntaxError` DOMException if the URL cannot be parsed; TypeError if `fetch` is not a function
   */
  new (url: string | URL, eventSourceInitDict?: EventSourceInit): EventSource
  readonly prototype: EventSource
  readonly CONNECTING: 0
  readonly OPEN: 1
  readonly CLOSED: 2
}
