import type { ReadableStore } from '../observable/store.js'
import type { Topics } from './audience.js'
import type { CloseReason } from './cursor.js'
import type { CloseOptions, RotateOptions, Subscription } from './options.js'
import type { RequestLike } from './request.js'
import type { Connection, Sink } from './sink.js'

/** The events of a channel whose event types are not declared: any type, any payload. */
export interface AnyEvents {
  [type: string]: unknown
}

/** How to publish an event. */
export interface PublishOptions {
  /**
   * Only clients whose subscription has this topic receive the event.
   *
   * @default every client receives it
   */
  topic?: string | undefined
}

/** An event that has been published. */
export interface Published {
  /** Its ID, which clients come back with. */
  readonly id: string
}

/** An event of a channel, as a reader in the same process receives it. */
export type ChannelEvent<Events, Type extends keyof Events & string = keyof Events & string> = {
  [T in Type]: { readonly type: T; readonly data: Events[T]; readonly id: string }
}[Type]

/** One client of a channel. */
export interface ChannelClient {
  /** The topics that it may read. */
  readonly topics: Topics
  /** The key of its subscription. */
  readonly key: string | undefined
  /** The context of its subscription. */
  readonly context: unknown
  /** When it connected, in ms since 1970. */
  readonly since: number
  /** What it was told about its last event ID; undefined if it came without one. */
  readonly continuity: 'complete' | 'lost' | undefined
}

/** How a channel is doing. */
export interface ChannelStats {
  /** The clients that are connected. */
  readonly clients: number
  /** The events that were published. */
  readonly published: number
  /** The events that were sent, counted once for each client. */
  readonly delivered: number
  /** The bytes that were sent, without the framing of HTTP. */
  readonly bytes: number
  /** The clients that were closed because they were too far behind. */
  readonly slow: number
  /** How far the slowest client is behind, in bytes of all events. */
  readonly lag: number
  /** The events and bytes that can be replayed. */
  readonly history: { readonly events: number; readonly bytes: number }
}

/** A client that may connect, or why not. */
export type Admission = Accepted | Refused

/** A client that may connect. */
export interface Accepted {
  readonly status: 200
  readonly headers: Readonly<Record<string, string>>
  /** Connects the client, once the head of the response is on its way. */
  readonly connect: (sink: Sink) => Connection
}

/**
 * A client that may not connect: the channel is over (204), its permission has expired (401), it does not take event
 * streams (406), there is no place for it (429 for its key, 503), or the channel is closing here (503).
 */
export interface Refused {
  readonly status: 204 | 401 | 406 | 429 | 503
  readonly headers: Readonly<Record<string, string>>
  /** For a developer who looks at the response. */
  readonly body: string
}

/**
 * Sends events to many clients, each of which gets what it missed when it comes back. The methods do not need `this`.
 */
export interface Channel<Events = AnyEvents> {
  /**
   * Publishes an event to all clients, or to those of a topic. Events keep the order of the calls, unless their
   * schemas are asynchronous: then wait for one before you publish the next.
   *
   * @param data - anything that JSON can carry; if there are schemas, what the schema of the type takes as its input
   * @throws (as a rejection) PublishError if the payload is refused or the channel is closed, TypeError for a type that
   * does not exist
   *
   * @example
   * ```ts
   * await channel.publish('price', { symbol: 'ACME', value: 42 }, { topic: 'stocks' })
   * ```
   */
  readonly publish: <Type extends keyof Events & string>(
    type: Type,
    data: Events[Type],
    options?: PublishOptions,
  ) => Promise<Published>
  /**
   * Answers a request with the events of this channel. Use it with everything that takes a web `Response`; for
   * `(req, res)`, use `respond` of `everstream/server/node`, which is much faster.
   *
   * @throws TypeError or RangeError for a wrong subscription
   *
   * @example
   * ```ts
   * export const GET = (request: Request) => channel.response(request, { topics: topicsOf(request) })
   * ```
   */
  readonly response: (
    request: RequestLike & { readonly signal?: AbortSignal | undefined },
    subscription?: Subscription,
  ) => Response
  /**
   * Reads the events in this process: for tests and projections. It is a client like any other, with the same limits,
   * and connects with the call.
   *
   * @throws Error if there is no place; the loop throws if it falls too far behind
   */
  readonly events: (subscription?: Subscription) => AsyncIterableIterator<ChannelEvent<Events>>
  /**
   * Decides whether a request is answered with a stream: what adapters for other servers are made of.
   *
   * @throws TypeError or RangeError for a wrong subscription
   */
  readonly admit: (request: RequestLike, subscription?: Subscription) => Admission
  /** The clients that are connected. */
  readonly clients: ReadableStore<readonly ChannelClient[]>
  /** How the channel is doing. It changes at most once per turn of the event loop. */
  readonly stats: ReadableStore<ChannelStats>
  /** Calls a function for each client that connects. Returns an unsubscribe function. */
  readonly onConnect: (listener: (client: ChannelClient) => void) => () => void
  /** Calls a function for each client whose stream has ended, with the reason. Returns an unsubscribe function. */
  readonly onClose: (listener: (client: ChannelClient, reason: CloseReason) => void) => () => void
  /**
   * Asks all clients that are connected now to open another stream, one after the other, because the connections are to
   * be distributed again. Resolves when their streams have ended.
   */
  readonly rotate: (options?: RotateOptions) => Promise<void>
  /**
   * Closes the channel: no client is taken any more, and those that are here receive everything that was published.
   * Resolves when all have gone. Another call changes nothing.
   *
   * @example
   * ```ts
   * process.on('SIGTERM', () => channel.close({ within: 10_000 }).then(() => server.close()))
   * ```
   */
  readonly close: (options?: CloseOptions) => Promise<void>
}
