import type { PayloadError, RawEvent } from './payload-error.js'
import type { ReconnectionPolicy } from '../reconnection/policy.js'
import type { FetchOptions } from '../transport/request.js'
import type { Transport } from '../transport/transport.js'
import type { InferEvents, SchemaMap } from './events.js'
import type { ParseFunction, PayloadParser } from './payload.js'

// A conditional type, because messages write out what it stands for; of an alias of a union they show the name.
/**
 * How the data of an event with this payload may be parsed: as text only if the payload is a string.
 *
 * @typeParam Common - what is a payload of each type, if several types are parsed in this way
 */
export type ParserFor<Data, Common = Data> = string extends Common
  ? 'json' | 'text' | ParseFunction<Data>
  : 'json' | ParseFunction<Data>

/** The options that do not depend on the declared events. The options of {@link FetchOptions} need the fetch transport. */
interface CommonOptions<Events> extends FetchOptions {
  /**
   * How the stream is obtained. `'auto'`: the browser's `EventSource` where it can do what is asked, else fetch (the table
   * is in the documentation). Or a transport of your own. Default: `'auto'`.
   */
  transport?: 'auto' | 'fetch' | 'native' | Transport | undefined
  /**
   * How long to wait before each attempt, or `false` for none: the end of the stream is then the end of the source.
   *
   * @default {@link exponentialBackoff}(), or `false` if the request is not a plain GET or HEAD: a POST is repeated only if
   * you pass a policy
   */
  reconnection?: ReconnectionPolicy | false | undefined
  /** Where to go on: the last event ID of an earlier visit. Default: begin anew. */
  lastEventId?: string | undefined
  /**
   * The name of a query parameter that carries the last event ID in place of the `Last-Event-ID` header: for servers on
   * another origin that do not answer preflights, and so that a new native connection loses nothing.
   */
  lastEventIdParam?: string | undefined
  /**
   * Connect at once, or with the first listener, loop or store subscriber, and disconnect 1 s after the last one is gone. A
   * source at the top of a module is then harmless in server-side rendering: a relative URL is resolved when it connects.
   *
   * @default 'immediately'
   */
  connect?: 'immediately' | 'while-listening' | undefined
  /** Closes the connection for good when it aborts. */
  signal?: AbortSignal | undefined
  /** Send cookies to another origin too. Default: false. */
  withCredentials?: boolean | undefined
  /**
   * How long nothing may arrive, in ms, before the connection counts as lost: a little more than twice the interval of the
   * server's keep-alive comments. With it, 'auto' takes fetch, because native shows no comments. Default: no limit.
   */
  idleTimeout?: number | undefined
  /**
   * Whether the stream goes on while the page is hidden. `'pause'` closes it, and opens it again, from the last event ID, when
   * the page is seen. Default: `'continue'`.
   */
  whenHidden?: 'continue' | 'pause' | undefined
  /**
   * How the end of a whole stream is recognised: the source then closes as `ended-by-server`. An event type or several, whose
   * event is still delivered; or a function that returns `true` for a bare mark, which is not delivered
   * (`({ data }) => data === '[DONE]'`), and `'deliver'` for a last event with a payload. A stream that ends without its mark
   * was cut short, which is a failure of the kind `ended`.
   *
   * @default only a status 204 ends the source
   */
  endOn?:
    | (keyof Events & string)
    | readonly (keyof Events & string)[]
    | ((event: RawEvent) => boolean | 'deliver')
    | undefined
  /**
   * How many events are remembered, so that those which the server sends again after a reconnection are dropped: up to the
   * first new one, events that repeat both the ID and the data of one that was delivered. Events without an ID of their own are
   * always delivered. With it, 'auto' takes fetch.
   *
   * @default the server is trusted
   */
  dropDuplicates?: number | undefined
  /**
   * Called with each event whose data is not what was agreed; it is not delivered.
   *
   * @default the first of each event type is logged with `console.error`
   */
  onPayloadError?: ((error: PayloadError) => void) | undefined
}

/** What every type has for a payload: the intersection of them all. */
type CommonPayload<Events> = {
  [Type in keyof Events & string]: (data: Events[Type]) => void
}[keyof Events & string] extends (data: infer Data) => void
  ? Data
  : never

export interface EventSourceOptions<Events> extends CommonOptions<Events> {
  /** How payloads are made: for all types, or by type. Default: `'json'`. */
  parse?:
    | ParserFor<Events[keyof Events & string], CommonPayload<Events>>
    | { readonly [Type in keyof Events & string]?: ParserFor<Events[Type]> | undefined }
    | undefined
  /** Schemas declare the events themselves: leave out the type argument. */
  schemas?: never
}

export interface SchemaOptions<Schemas extends SchemaMap> extends CommonOptions<InferEvents<Schemas>> {
  /** A schema for each event type; it declares the types and checks the payloads. */
  schemas: Schemas
  /** How the schema's input is made: for all types, or by type. Default: `'json'`. */
  parse?: PayloadParser | { readonly [Type in keyof Schemas & string]?: PayloadParser | undefined } | undefined
}
