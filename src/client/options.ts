import type { PayloadError, RawEvent } from '../errors/payload-error.js'
import { exponentialBackoff } from '../reconnection/backoff.js'
import type { ReconnectionPolicy } from '../reconnection/policy.js'
import type { StandardSchema } from '../standards/standard-schema.js'
import { autoTransport } from '../transport/auto.js'
import { openFetch } from '../transport/fetch.js'
import { checkFetchOptions, type FetchOptions } from '../transport/request.js'
import { nativeTransport } from '../transport/native.js'
import type { Transport } from '../transport/transport.js'
import type { InferEvents, SchemaMap, TypeOf, UndeclaredEvents } from './events.js'
import { createPayloadReader, type PayloadParser, type PayloadReader } from './payload.js'

/** How the data of an event with this payload may be parsed: as text only where the payload is a string. */
export type ParserFor<Data> =
  | 'json'
  | (string extends Data ? 'text' : never)
  | ((data: string, event: RawEvent) => Data | Promise<Data>)

/** The options that do not depend on the declared events. The options of {@link FetchOptions} need the fetch transport. */
interface CommonOptions extends FetchOptions {
  /**
   * How the stream is obtained. `'auto'`: the browser's `EventSource` where it can do what is asked, else fetch (the table
   * is in the documentation). Or a transport of your own. Default: `'auto'`.
   */
  transport?: 'auto' | 'fetch' | 'native' | Transport
  /** How long to wait before each attempt, or `false` for none: one-shot use. Default: {@link exponentialBackoff}(). */
  reconnection?: ReconnectionPolicy | false
  /** Where to go on: the last event ID of an earlier visit. Default: begin anew. */
  lastEventId?: string
  /**
   * The name of a query parameter that carries the last event ID in place of the `Last-Event-ID` header: for servers on
   * another origin that do not answer preflights, and so that a new native connection loses nothing.
   */
  lastEventIdParam?: string
  /** Connect at once, or when the first listener, iteration or store asks for events. Default: `'immediately'`. */
  connect?: 'immediately' | 'on-first-listener'
  /** Closes the connection for good when it aborts. */
  signal?: AbortSignal
  /** Send cookies to another origin too. Default: false. */
  withCredentials?: boolean
  /**
   * How long nothing may arrive, in ms, before the connection counts as lost: a little more than twice the interval of the
   * server's keep-alive comments. With it, 'auto' takes fetch, because native shows no comments. Default: no limit.
   */
  idleTimeout?: number
  /** Called with each event whose data is not what was agreed; it is not delivered. Default: it is logged as an error. */
  onPayloadError?: (error: PayloadError) => void
}

export interface EventSourceOptions<Events> extends CommonOptions {
  /** How payloads are made: for all types, or by type. Default: `'json'`. */
  parse?: 'json' | ParserFor<Events[TypeOf<Events>]> | { readonly [Type in TypeOf<Events>]?: ParserFor<Events[Type]> }
  schemas?: never
}

export interface SchemaOptions<Schemas extends SchemaMap> extends CommonOptions {
  /** A schema for each event type; it declares the types and checks the payloads. */
  schemas: Schemas
  /** How the schema's input is made: for all types, or by type. Default: `'json'`. */
  parse?: PayloadParser | { readonly [Type in TypeOf<InferEvents<Schemas>>]?: PayloadParser }
}

/** The options as the client runs on them: checked, and with their defaults. */
export interface Settings {
  readonly url: string
  readonly transport: Transport
  readonly reconnection: ReconnectionPolicy | false
  readonly lastEventId: string
  readonly lastEventIdParam: string | undefined
  readonly connect: 'immediately' | 'on-first-listener'
  readonly signal: AbortSignal | undefined
  readonly withCredentials: boolean
  readonly idleTimeout: number | undefined
  readonly onPayloadError: (error: PayloadError) => void
  readonly readPayload: PayloadReader
  /** The event types, where they are declared at run time. */
  readonly declared: ReadonlySet<string> | undefined
}

export type AnyOptions = EventSourceOptions<UndeclaredEvents> | SchemaOptions<SchemaMap>

export function settle(url: string | URL, options: AnyOptions): Settings {
  if (typeof options !== 'object' || options === null) throw wrong('options', 'an object', options)
  const { connect, signal, withCredentials, idleTimeout, lastEventId, lastEventIdParam, reconnection } = options

  if (connect !== undefined && connect !== 'immediately' && connect !== 'on-first-listener') {
    throw wrong('connect', "'immediately' or 'on-first-listener'", connect)
  }
  if (signal !== undefined && typeof (signal as Partial<AbortSignal> | null)?.addEventListener !== 'function') {
    throw wrong('signal', 'an AbortSignal', signal)
  }
  if (withCredentials !== undefined && typeof withCredentials !== 'boolean') {
    throw wrong('withCredentials', 'a boolean', withCredentials)
  }
  if (idleTimeout !== undefined) {
    if (typeof idleTimeout !== 'number') throw wrong('idleTimeout', 'a number of ms', idleTimeout)
    if (!(idleTimeout > 0 && idleTimeout < 2 ** 31)) {
      throw new RangeError(
        `createEventSource: idleTimeout must be more than 0 ms and below 2^31, and is ${idleTimeout}.`,
      )
    }
  }
  if (lastEventId !== undefined && typeof lastEventId !== 'string') throw wrong('lastEventId', 'a string', lastEventId)
  if (lastEventIdParam !== undefined && (typeof lastEventIdParam !== 'string' || lastEventIdParam === '')) {
    throw wrong('lastEventIdParam', 'the name of a query parameter', lastEventIdParam)
  }
  if (reconnection !== undefined && reconnection !== false && typeof reconnection !== 'function') {
    throw wrong('reconnection', 'a policy such as exponentialBackoff(), or false', reconnection)
  }
  if (options.onPayloadError !== undefined && typeof options.onPayloadError !== 'function') {
    throw wrong('onPayloadError', 'a function', options.onPayloadError)
  }

  const schemas = schemaTable(options.schemas)
  return {
    url: resolveUrl(url),
    transport: settleTransport(options),
    reconnection: reconnection ?? exponentialBackoff(),
    lastEventId: lastEventId ?? '',
    lastEventIdParam,
    connect: connect ?? 'immediately',
    signal,
    withCredentials: withCredentials ?? false,
    idleTimeout,
    onPayloadError: options.onPayloadError ?? ((error) => console.error(error)),
    readPayload: createPayloadReader(parserTable(options.parse), (type) => schemas?.get(type)),
    declared: schemas && new Set(schemas.keys()),
  }
}

/** "Let urlRecord be the result of encoding-parsing a URL given url, relative to settings. If failure, throw a SyntaxError." */
function resolveUrl(url: string | URL): string {
  // By shape: a URL may come from another realm.
  if (typeof url !== 'string' && typeof (url as Partial<URL> | null)?.href !== 'string') {
    throw wrong('url', 'a string or a URL', url)
  }
  const base = globalThis.document?.baseURI ?? globalThis.location?.href
  let resolved: URL
  try {
    resolved = new URL(url, base)
  } catch {
    const hint =
      base === undefined ? 'there is no page here to resolve it against, so it must be absolute' : `base ${base}`
    throw new DOMException(`createEventSource: the url "${url}" cannot be parsed (${hint}).`, 'SyntaxError')
  }
  if (resolved.username !== '' || resolved.password !== '') {
    throw new TypeError('createEventSource: the url must not contain credentials, which fetch refuses; send a header.')
  }
  return resolved.href
}

const FETCH_OPTIONS = ['method', 'headers', 'body', 'fetch', 'maxEventSize'] as const

function settleTransport(options: AnyOptions): Transport {
  const { transport = 'auto' } = options
  const given = FETCH_OPTIONS.find((name) => options[name] !== undefined)
  checkFetchOptions('createEventSource', options)

  if (transport === 'auto') {
    return autoTransport(options, { fetchAsked: given !== undefined || options.idleTimeout !== undefined })
  }
  if (transport === 'fetch') {
    return { name: 'fetch', everyType: true, open: (request, sink) => openFetch(options, request, sink) }
  }
  if (transport !== 'native' && typeof (transport as Partial<Transport> | null)?.open !== 'function') {
    throw wrong('transport', "'auto', 'fetch', 'native' or a Transport", transport)
  }
  if (given !== undefined) {
    const mend =
      transport === 'native'
        ? "use 'auto' or 'fetch'"
        : 'give it to that transport, as fetchTransport({ ... }) takes it'
    throw new TypeError(`createEventSource: the option ${given} means nothing to this transport: ${mend}.`)
  }
  return transport === 'native' ? nativeTransport() : transport
}

function schemaTable(schemas: SchemaMap | undefined): ReadonlyMap<string, StandardSchema> | undefined {
  if (schemas === undefined) return undefined
  if (typeof schemas !== 'object' || schemas === null)
    throw wrong('schemas', 'an object of schemas by event type', schemas)
  for (const [type, schema] of Object.entries(schemas)) {
    if (typeof (schema as Partial<StandardSchema> | null)?.['~standard']?.validate !== 'function') {
      throw wrong(`schemas[${JSON.stringify(type)}]`, 'a Standard Schema (Zod, Valibot, ArkType, ...)', schema)
    }
  }
  // Event types are data: a Map has no prototype in which `constructor` would be found.
  return new Map(Object.entries(schemas))
}

function parserTable(parse: AnyOptions['parse'] = 'json'): (type: string) => PayloadParser {
  if (isParser(parse)) return () => parse
  if (typeof parse !== 'object' || parse === null) {
    throw wrong('parse', "'json', 'text', a function, or an object of these by event type", parse)
  }
  const table = new Map<string, PayloadParser>()
  for (const [type, parser] of Object.entries(parse)) {
    if (parser === undefined) continue
    if (!isParser(parser)) throw wrong(`parse[${JSON.stringify(type)}]`, "'json', 'text' or a function", parser)
    table.set(type, parser)
  }
  return (type) => table.get(type) ?? 'json'
}

function isParser(value: unknown): value is PayloadParser {
  return value === 'json' || value === 'text' || typeof value === 'function'
}

function wrong(name: string, expected: string, actual: unknown): TypeError {
  return new TypeError(`createEventSource: ${name} must be ${expected}, and is ${describe(actual)}.`)
}

function describe(value: unknown): string {
  return typeof value === 'string' ? JSON.stringify(value) : value === null ? 'null' : `of type ${typeof value}`
}
