import type { ConnectionFailure } from '../failure/connection-failure.js'
import type { EventStreamMessage } from '../event-stream/message.js'

/** One attempt to obtain the event stream. */
export interface TransportRequest {
  /** Absolute. Contains the last event ID if `lastEventIdInUrl` is set. */
  readonly url: string
  /** The last event ID string; empty if there is none. */
  readonly lastEventId: string
  /** Whether the last event ID is sent in the URL and not in a header. */
  readonly lastEventIdInUrl: boolean
  readonly withCredentials: boolean
  /** 0 for the first connection, then the number of the reconnection since the connection was last healthy. */
  readonly attempt: number
  /** Why the last attempt ended; undefined for the first, and after a call of `reconnect()`. */
  readonly failure: ConnectionFailure | undefined
  /** The event types to deliver, or all of them. {@link TransportSession.listen} may add more. */
  readonly types: ReadonlySet<string> | 'every'
}

/**
 * The callbacks of a transport. It must call `onOpen`, `onMessage` and `onEnd`, and the others only if it has something
 * to report. Calls after {@link TransportSession.close} are ignored.
 */
export interface TransportSink {
  /**
   * The connection is established.
   *
   * @param opened - what differs from the defaults
   */
  onOpen(opened?: Partial<TransportOpened>): void
  /**
   * An event has arrived.
   *
   * @param origin - the origin of the final URL, after redirects; by default, that of the request's URL
   */
  onMessage(message: TransportMessage, origin?: string): void
  /** The attempt is over, and nothing follows. `no-content`: the server asked clients not to reconnect. */
  onEnd(outcome: ConnectionFailure | 'no-content'): void

  /** Something has arrived that no other method reports, such as a comment or a part of an event. */
  onActivity(): void
  /** The stream has set the last event ID without an event. The ID of an event is the `id` of its message. */
  onLastEventId(id: string): void
  /** The stream has set its reconnection time, in ms. */
  onReconnectionTime(ms: number): void
  /** The connection is lost and the transport reestablishes it automatically: `onOpen` or `onEnd` follows. */
  onInterrupted(failure: ConnectionFailure): void
}

/** An {@link EventStreamMessage} whose `id` may be left out if the event has no ID of its own. */
export interface TransportMessage extends Omit<EventStreamMessage, 'id'> {
  readonly id?: string | undefined
}

export interface TransportOpened {
  /**
   * The name of the transport that is in use.
   *
   * @default the transport's `name`
   */
  readonly transport: string
  /**
   * Whether the last event ID was sent to the server, so that it can resume where the last stream ended.
   *
   * @default whether the request has a last event ID
   */
  readonly resumed: boolean
}

/** An attempt in progress, or an open stream. */
export interface TransportSession {
  /** Ends it and releases the connection. Nothing more is delivered; a second call does nothing. */
  close(): void
  /** Adds an event type. Only for transports that deliver only named types. */
  listen?(type: string): void
}

/**
 * How one event stream is obtained, once. It need not reconnect (if it does, see {@link TransportSink.onInterrupted}).
 * One value can serve any number of connections, so any state that it keeps between sessions must hold for all of them.
 */
export interface Transport {
  /** The name that `status` shows. */
  readonly name: string
  /** Whether it delivers events of types that nobody listens for; the browser's `EventSource` does not. */
  readonly everyType: boolean
  /**
   * Whether the same request may be sent again automatically, as with idempotent methods (RFC 9110, 9.2.2).
   *
   * @default true
   */
  readonly repeatable?: boolean
  /** Starts an attempt. It may call the sink immediately, and must not throw: failures are passed to `onEnd`. */
  open(request: TransportRequest, sink: TransportSink): TransportSession
}
