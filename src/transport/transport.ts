import type { ConnectionFailure } from '../failure/connection-failure.js'
import type { EventStreamMessage } from '../event-stream/message.js'

/** One attempt to obtain the event stream. */
export interface TransportRequest {
  /** Absolute. Contains the last event ID already where `lastEventIdInUrl` says so. */
  readonly url: string
  /** The last event ID string; empty when there is none. */
  readonly lastEventId: string
  /** Whether the URL carries the last event ID, so that no header has to. */
  readonly lastEventIdInUrl: boolean
  readonly withCredentials: boolean
  /** 0 for the first connection, then the number of the reconnection since the connection was last healthy. */
  readonly attempt: number
  /** Why the last attempt came to an end; undefined at the first, and when the application asked to reconnect. */
  readonly failure: ConnectionFailure | undefined
  /** The event types that are listened for now, or all of them. More may follow by {@link TransportSession.listen}. */
  readonly types: ReadonlySet<string> | 'every'
}

/**
 * Where a transport delivers. A transport must call `onOpen`, `onMessage` and `onEnd`, and the other methods only if it
 * has something to report. Calls after {@link TransportSession.close} are ignored.
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
   * @param origin - the origin of the URL that answered, after redirects; by default, that of the request's URL
   */
  onMessage(message: TransportMessage, origin?: string): void
  /** The attempt is over, and nothing follows. `no-content`: the server asked not to come back. */
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

/** An event, as {@link EventStreamMessage} has it, whose `id` may be left out if it has none of its own. */
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
   * Whether the server was sent the last event ID, and so can have resumed where the last stream broke off.
   *
   * @default whether the request has a last event ID
   */
  readonly resumed: boolean
}

/** An attempt under way, or an open stream. */
export interface TransportSession {
  /** Ends it and releases the connection. The sink hears nothing more; a second call does nothing. */
  close(): void
  /** Adds an event type. Only a transport that hears no others than those it is told has this. */
  listen?(type: string): void
}

/**
 * How one event stream is obtained, once. It does not reconnect (see {@link TransportSink.onInterrupted} for one that
 * does so by itself) and what it keeps between sessions holds for all of them, so that one value can serve
 * any number of connections.
 */
export interface Transport {
  /** What `status` shows. */
  readonly name: string
  /** Whether it delivers events of types that nobody has asked for; the browser's `EventSource` does not. */
  readonly everyType: boolean
  /**
   * Whether the same request may be sent again without being asked to, as RFC 9110, 9.2.2 has it for idempotent methods.
   *
   * @default true
   */
  readonly repeatable?: boolean
  /** Begins. It may call the sink at once or later, and does not throw: what goes wrong is an `onEnd`. */
  open(request: TransportRequest, sink: TransportSink): TransportSession
}
