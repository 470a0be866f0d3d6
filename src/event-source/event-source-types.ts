import type { ConnectionFailure } from '../failure/connection-failure.js'
import type { FetchLike } from '../standards/fetch-like.js'

/** The standard's dictionary, and the one member that is ours. */
export interface EventSourceInit {
  /** Whether requests to other origins carry cookies. Default: false. */
  withCredentials?: boolean | undefined
  /**
   * Not in the standard: what to use in place of `globalThis.fetch`, on every attempt. Headers, tokens and proxies go
   * through here.
   *
   * @example
   * ```ts
   * new EventSource(url, { fetch: (input, init) => fetch(input, { ...init, headers: { ...init.headers, authorization } }) })
   * ```
   */
  fetch?: FetchLike | undefined
}

/** What the connection's own `error` events are. One that the server has sent under that name is a `MessageEvent`. */
export interface EventSourceErrorEvent extends Event {
  /** Not in the standard: the HTTP status, where the server has answered. */
  readonly status?: number
  /** Not in the standard: what went wrong, whose fault it is and what to do next. */
  readonly failure?: ConnectionFailure
  /** Not in the standard: the message of the `failure`. Code that was written for the package `eventsource` shows it. */
  readonly message?: string
}

export interface EventSourceEventMap {
  open: Event
  message: MessageEvent
  error: EventSourceErrorEvent
}

/** As in the DOM's types, which not every application has. */
interface ListenerOptions {
  capture?: boolean
  once?: boolean
  passive?: boolean
  signal?: AbortSignal
}

type AnyListener = ((event: Event) => unknown) | { handleEvent(event: Event): unknown }

/** An object of the standard's class. It is assignable to the DOM's `EventSource`. */
export interface EventSource extends EventTarget {
  /** The URL that was given, resolved. It stays the same after redirects. */
  readonly url: string
  readonly withCredentials: boolean
  /** {@link EventSource.CONNECTING}, {@link EventSource.OPEN} or {@link EventSource.CLOSED}. */
  readonly readyState: number
  readonly CONNECTING: 0
  readonly OPEN: 1
  readonly CLOSED: 2
  onopen: ((this: EventSource, event: Event) => unknown) | null
  onmessage: ((this: EventSource, event: MessageEvent) => unknown) | null
  onerror: ((this: EventSource, event: EventSourceErrorEvent) => unknown) | null
  /** Final: nothing is dispatched afterwards, what has arrived already included. */
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

export interface EventSourceConstructor {
  /**
   * @param url - relative ones are resolved against the page or worker
   * @throws `SyntaxError` DOMException for a URL that cannot be parsed; TypeError for a `fetch` that is no function
   */
  new (url: string | URL, eventSourceInitDict?: EventSourceInit): EventSource
  readonly prototype: EventSource
  readonly CONNECTING: 0
  readonly OPEN: 1
  readonly CLOSED: 2
}
