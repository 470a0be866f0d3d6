import type { EventStreamMessage } from '../event-stream/message.js'
import type { PayloadError } from './payload-error.js'
import type { ReconnectionPolicy } from '../reconnection/policy.js'
import type { FetchOptions } from '../transport/fetch-options.js'
import type { Transport } from '../transport/transport.js'
import type { InferEvents, SchemaMap } from './events.js'
import type { ParseFunction, PayloadParser } from './payload.js'

// A conditional type, because the compiler's messages show its result; of an alias of a union they show the name.
/**
 * The values of `parse` for this payload: `'text'` only if the payload may be a string.
 *
 * @typeParam Common - if this is for several event types: what all of their payloads have in common
 */
export type ParserFor<Data, Common = Data> = string extends Common
  ? 'json' | 'text' | ParseFunction<Data>
  : 'json' | ParseFunction<Data>

/** The options with and without schemas. Those of {@link FetchOptions} need the fetch transport. */
interface CommonOptions<Events> extends FetchOptions {
  /**
   * How to connect. `'auto'` uses the browser's `EventSource` if it supports the given options, otherwise `fetch`. You
   * can also pass your own transport.
   *
   * @default 'auto'
   */
  transport?: 'auto' | 'fetch' | 'native' | Transport | undefined
  /**
   * How long to wait before each reconnection, or `false` to never reconnect: the source then closes when the stream
   * ends.
   *
   * @default {@link exponentialBackoff}(); `false` if the request is not a plain GET or HEAD, such as a POST
   */
  reconnection?: ReconnectionPolicy | false | undefined
  /**
   * The last event ID of an earlier visit, to resume from there.
   *
   * @default ''
   */
  lastEventId?: string | undefined
  /**
   * The name of a query parameter that carries the last event ID instead of the `Last-Event-ID` header: for servers on
   * another origin that do not answer preflights, and to resume a native connection.
   *
   * @default the header
   */
  lastEventIdParam?: string | undefined
  /**
   * When to connect: immediately, or while there is a listener, a loop or a store subscriber (until 1 second after the
   * last one left). With `'while-listening'`, a relative URL is resolved when connecting, so a source at the top of a
   * module does no harm in server-side rendering.
   *
   * @default 'immediately'
   */
  connect?: 'immediately' | 'while-listening' | undefined
  /** Closes the source for good when it aborts. */
  signal?: AbortSignal | undefined
  /**
   * Whether to send cookies to other origins.
   *
   * @default false
   */
  withCredentials?: boolean | undefined
  /**
   * How long the server may be silent before the connection counts as lost, in ms. Use a little more than twice the
   * interval of the server's keep-alive comments. Makes `'auto'` use fetch, because native does not report comments.
   *
   * @default no limit
   */
  idleTimeout?: number | undefined
  /**
   * What to do while the page is hidden. `'pause'` disconnects, and resumes from the last event ID when the page is
   * visible again.
   *
   * @default 'continue'
   */
  whenHidden?: 'continue' | 'pause' | undefined
  /**
   * How to recognise the last event, after which the source closes as `ended-by-server`. An event of the given types
   * is still delivered. A function returns `true` for a mark without a payload, which is not delivered, and `'deliver'`
   * for a last event with a payload. A stream that ends without its last event is a failure of the kind `ended`.
   *
   * If the function throws a {@link ConnectionError}, the event is not delivered and the source fails with its failure.
   * Other errors are reported, and the stream goes on.
   *
   * @default only the status 204 ends the source
   *
   * @example
   * ```ts
   * createEventSource<Tokens>(url, { endOn: ({ data }) => data === '[DONE]' })
   * ```
   */
  endOn?:
    | (keyof Events & string)
    | readonly (keyof Events & string)[]
    | ((event: EventStreamMessage) => boolean | 'deliver')
    | undefined
  /**
   * How many delivered events to remember. After a reconnection, until the first new event, events that repeat both
   * the ID and the data of a remembered one are dropped. Events without their own ID are always delivered. Makes
   * `'auto'` use fetch.
   *
   * @default no event is dropped
   */
  duplicateWindow?: number | undefined
  /**
   * Called for each event whose data cannot be parsed or does not match its schema. The event is not delivered.
   *
   * @default logs the first error of each event type with `console.error`
   */
  onPayloadError?: ((error: PayloadError) => void) | undefined
}

/** The intersection of all payloads. */
type CommonPayload<Events> = {
  [Type in keyof Events & string]: (data: Events[Type]) => void
}[keyof Events & string] extends (data: infer Data) => void
  ? Data
  : never

/** The options of `createEventSource` if an interface declares the events, or nothing does. */
export interface EventSourceOptions<Events> extends CommonOptions<Events> {
  /**
   * How to parse the data of events: for all event types, or an object by type.
   *
   * @default 'json'
   *
   * @example
   * ```ts
   * createEventSource<Events>(url, { parse: { notice: 'text' } })
   * ```
   */
  parse?:
    | ParserFor<Events[keyof Events & string], CommonPayload<Events>>
    | { readonly [Type in keyof Events & string]?: ParserFor<Events[Type]> | undefined }
    | undefined
  /** Schemas declare the event types themselves: to pass them, leave out the type argument. */
  schemas?: never
}

/** The options of `createEventSource` if schemas declare the events. */
export interface SchemaOptions<Schemas extends SchemaMap> extends CommonOptions<InferEvents<Schemas>> {
  /** A schema for each event type. They declare the event types, and check the payloads. */
  schemas: Schemas
  /**
   * How to parse the data of events before the schema checks it: for all event types, or an object by type.
   *
   * @default 'json'
   */
  parse?: PayloadParser | { readonly [Type in keyof Schemas & string]?: PayloadParser | undefined } | undefined
}
