import { type Address, createAddress, type UrlOption } from '../connection/address.js'
import { parseUrl } from '../platform/parse-url.js'
import {
  isBoolean,
  isFunction,
  isObject,
  isString,
  numberRule,
  type OptionRule,
  SIGNAL_RULE,
  wrongArgument,
} from '../arguments/check-options.js'
import type { PayloadError } from './payload-error.js'
import { END_ON, type EndOn, isEndOn } from '../event-stream/end-mark.js'
import { exponentialBackoff } from '../reconnection/backoff.js'
import { MAX_TIMER_DELAY, type ReconnectionPolicy } from '../reconnection/policy.js'
import type { StandardSchema } from '../standards/standard-schema.js'
import { autoTransport } from '../transport/auto.js'
import { createFetchTransport } from '../transport/fetch.js'
import { nativeTransport } from '../transport/native.js'
import { checkFetchOptions } from '../transport/request.js'
import { whyNotFetchable } from '../transport/scheme.js'
import type { Transport } from '../transport/transport.js'
import type { SchemaMap, UndeclaredEvents } from './events.js'
import { createPayloadErrorLog } from './log-payload-error.js'
import type { EventSourceOptions, SchemaOptions } from './options.js'
import { createPayloadReader, type PayloadParser, type PayloadReader } from './payload.js'

const CALLER = 'createEventSource'

const RULES: readonly OptionRule[] = [
  {
    name: 'connect',
    expected: "'immediately' or 'while-listening'",
    holds: (value) => value === 'immediately' || value === 'while-listening',
  },
  SIGNAL_RULE,
  { name: 'withCredentials', expected: 'a boolean', holds: isBoolean },
  numberRule('idleTimeout', ' of ms', 1, MAX_TIMER_DELAY),
  { name: 'lastEventId', expected: 'a string', holds: isString },
  {
    name: 'lastEventIdParam',
    expected: 'the name of a query parameter',
    holds: (value) => isString(value) && value !== '',
  },
  {
    name: 'reconnection',
    expected: 'a policy such as exponentialBackoff(), or false',
    holds: (value) => value === false || isFunction(value),
  },
  {
    name: 'whenHidden',
    expected: "'continue' or 'pause'",
    holds: (value) => value === 'continue' || value === 'pause',
  },
  {
    name: 'endOn',
    expected: END_ON,
    holds: isEndOn,
  },
  {
    name: 'duplicateWindow',
    expected: 'a whole number of events, at least 1',
    holds: (value) => Number.isInteger(value) && Number(value) > 0,
  },
  { name: 'onPayloadError', expected: 'a function', holds: isFunction },
  {
    name: 'transport',
    expected: "'auto', 'fetch', 'native' or a Transport",
    holds: (value) =>
      value === 'auto' || value === 'fetch' || value === 'native' || (isObject(value) && 'open' in value),
  },
  { name: 'schemas', expected: 'an object of schemas by event type', holds: isObject },
  {
    name: 'parse',
    expected: "'json', 'text', a function, or an object of these by event type",
    holds: (value) => isParser(value) || isObject(value),
  },
]

/** The options after checking, with their defaults. */
export interface Settings {
  readonly address: Address
  readonly transport: Transport
  readonly reconnection: ReconnectionPolicy | false
  readonly lastEventId: string
  readonly lastEventIdParam: string | undefined
  readonly connect: 'immediately' | 'while-listening'
  readonly signal: AbortSignal | undefined
  readonly withCredentials: boolean
  readonly idleTimeout: number | undefined
  readonly whenHidden: 'continue' | 'pause'
  readonly endOn: EndOn | undefined
  readonly duplicateWindow: number | undefined
  readonly onPayloadError: (error: PayloadError) => void
  readonly readPayload: PayloadReader
  /** The event types that schemas declare; undefined if there are no schemas. */
  readonly declared: ReadonlySet<string> | undefined
}

export type AnyOptions = EventSourceOptions<UndeclaredEvents> | SchemaOptions<SchemaMap>

/** @throws what `createEventSource` throws */
export function resolveSettings(url: UrlOption, options: AnyOptions): Settings {
  checkFetchOptions(CALLER, options, RULES)
  const { connect = 'immediately', withCredentials = false, lastEventId = '', whenHidden = 'continue' } = options
  const { signal, idleTimeout, lastEventIdParam, endOn, duplicateWindow } = options
  const { onPayloadError = createPayloadErrorLog() } = options
  const schemas = options.schemas && schemaTable(options.schemas)
  const transport = resolveTransport(options)
  const { repeatable = true } = transport
  const { reconnection = repeatable && exponentialBackoff() } = options
  if (isFunction(endOn) && !transport.everyType) {
    throw new TypeError(
      `${CALLER}: the transport "${transport.name}" delivers only event types that are named; ` +
        "pass an event type as endOn, or use 'auto' or 'fetch'.",
    )
  }
  if (typeof url !== 'function') checkUrl(url)
  const byPlatform = options.fetch === undefined && !isObject(options.transport)
  const address = createAddress(url, (given) => toAbsolute(given, byPlatform))
  if (typeof url !== 'function' && connect === 'immediately') {
    void address.resolve({ attempt: 0, failure: undefined, lastEventId })
  }
  return {
    address,
    transport,
    reconnection,
    lastEventId,
    lastEventIdParam,
    connect,
    signal,
    withCredentials,
    idleTimeout,
    whenHidden,
    endOn,
    duplicateWindow,
    onPayloadError,
    readPayload: createPayloadReader(parserTable(options.parse), schemas),
    declared: schemas && new Set(schemas.keys()),
  }
}

function checkUrl(url: string | URL): void {
  // Not `instanceof`: a URL may come from another realm.
  if (typeof url !== 'string' && typeof (url as Partial<URL> | null)?.href !== 'string') {
    throw wrongArgument(CALLER, 'url', 'a string, a URL, or a function that returns one', url)
  }
}

/** @param byPlatform - whether the platform's own `fetch` or `EventSource` will request the URL */
function toAbsolute(url: string | URL, byPlatform: boolean): string {
  checkUrl(url)
  const resolved = parseUrl(CALLER, url)
  const why = byPlatform ? whyNotFetchable(resolved) : undefined
  if (why !== undefined) throw new TypeError(`${CALLER}: ${why}`)
  return resolved.href
}

const FETCH_OPTIONS = ['method', 'headers', 'body', 'fetch', 'redirect', 'maxEventSize'] as const

function resolveTransport(options: AnyOptions): Transport {
  const { transport = 'auto' } = options
  const given = FETCH_OPTIONS.find((name) => options[name] !== undefined)

  if (transport === 'auto') {
    const fetchAsked =
      given !== undefined ||
      options.idleTimeout !== undefined ||
      options.duplicateWindow !== undefined ||
      options.reconnection === false
    return autoTransport(options, { fetchAsked })
  }
  if (transport === 'native' && options.duplicateWindow !== undefined) {
    throw new TypeError(
      `${CALLER}: the native transport cannot tell whether an event has its own ID; ` +
        "duplicateWindow needs 'auto' or 'fetch'.",
    )
  }
  if (transport === 'fetch') return createFetchTransport(options)
  if (given !== undefined) {
    const remedy =
      transport === 'native'
        ? "use 'auto' or 'fetch'"
        : 'pass it to the transport itself, as to fetchTransport({ ... })'
    throw new TypeError(`${CALLER}: the option ${given} has no effect on this transport; ${remedy}.`)
  }
  return transport === 'native' ? nativeTransport() : transport
}

// Maps, because event types are data: an object would find `constructor` in its prototype.

function schemaTable(schemas: SchemaMap): ReadonlyMap<string, StandardSchema> {
  const table = new Map(Object.entries(schemas))
  for (const [type, schema] of table) {
    if (!isFunction((schema as Partial<StandardSchema> | null)?.['~standard']?.validate)) {
      throw wrongArgument(
        CALLER,
        `schemas[${JSON.stringify(type)}]`,
        'a Standard Schema (Zod, Valibot, ArkType, ...)',
        schema,
      )
    }
  }
  return table
}

function parserTable(parse: AnyOptions['parse'] = 'json'): (type: string) => PayloadParser {
  if (isParser(parse)) return () => parse
  const table = new Map<string, PayloadParser | undefined>(Object.entries(parse))
  for (const [type, parser] of table) {
    if (parser !== undefined && !isParser(parser)) {
      throw wrongArgument(CALLER, `parse[${JSON.stringify(type)}]`, "'json', 'text' or a function", parser)
    }
  }
  return (type) => table.get(type) ?? 'json'
}

function isParser(value: unknown): value is PayloadParser {
  return value === 'json' || value === 'text' || typeof value === 'function'
}
