import { advice } from '../messages/advice.js'
import { CONNECTION_DEFAULTS, type ConnectionMaker, type ConnectionSettings } from '../connection/connection.js'
import { type ClientAddress, createAddress, type UrlOption } from './address.js'
import { parseUrl } from '../platform/parse-url.js'
import {
  checkOptions,
  type Given,
  isBoolean,
  isFunction,
  isObject,
  countRule,
  isString,
  numberRule,
  type OptionRule,
  SIGNAL_RULE,
  wordRule,
  wrongArgument,
} from '../arguments/check-options.js'
import type { PayloadError } from './payload-error.js'
import { END_ON, type EndOn, isEndOn } from '../event-stream/end-mark.js'
import { createBackoff } from '../reconnection/backoff.js'
import { MAX_TIMER_DELAY } from '../reconnection/policy.js'
import type { StandardSchema } from '../standards/standard-schema.js'
import { autoTransport } from '../transport/auto.js'
import { createFetchTransport } from '../transport/fetch.js'
import { nativeTransport } from '../transport/native.js'
import { FETCH_RULES, resolveFetchOptions } from '../transport/fetch-options.js'
import { whyNotFetchable } from '../transport/scheme.js'
import type { Transport } from '../transport/transport.js'
import type { SchemaMap, UndeclaredEvents } from './events.js'
import { createPayloadErrorLog } from './log-payload-error.js'
import type { EventSourceOptions, SchemaOptions } from './options.js'
import { createPayloadReader, type PayloadParser, type PayloadReader } from './payload.js'

const CALLER = 'createEventSource'

const RULES: readonly OptionRule[] = [
  /*@__PURE__*/ wordRule('connect', 'immediately', 'while-listening'),
  SIGNAL_RULE,
  { name: 'withCredentials', expected: advice('a boolean'), holds: isBoolean },
  /*@__PURE__*/ numberRule('idleTimeout', ' of ms', 1, MAX_TIMER_DELAY),
  { name: 'lastEventId', expected: advice('a string'), holds: isString },
  {
    name: 'lastEventIdParam',
    expected: advice('the name of a query parameter'),
    holds: (value) => isString(value) && value !== '',
  },
  {
    name: 'reconnection',
    expected: advice('a policy such as exponentialBackoff(), or false'),
    holds: (value) => value === false || isFunction(value),
  },
  /*@__PURE__*/ wordRule('whenHidden', 'continue', 'pause'),
  { name: 'endOn', expected: advice(END_ON), holds: isEndOn },
  /*@__PURE__*/ countRule('duplicateWindow'),
  { name: 'onPayloadError', expected: advice('a function'), holds: isFunction },
  {
    name: 'transport',
    expected: advice("'auto', 'fetch', 'native' or a Transport"),
    holds: (value) =>
      value === 'auto' || value === 'fetch' || value === 'native' || (isObject(value) && 'open' in value),
  },
  { name: 'schemas', expected: advice('an object of schemas by event type'), holds: isObject },
  {
    name: 'parse',
    expected: advice("'json', 'text', a function, or an object of these by event type"),
    holds: (value) => isParser(value) || isObject(value),
  },
]

/** The options after checking, with their defaults. */
export interface Settings extends ConnectionSettings {
  readonly makeConnection?: ConnectionMaker['sharing']['makeConnection']
  readonly address: ClientAddress
  readonly connect: 'immediately' | 'while-listening'
  readonly signal?: AbortSignal
  readonly endOn?: EndOn
  readonly onPayloadError: (error: PayloadError) => void
  readonly readPayload: PayloadReader
  /** The event types that schemas declare; undefined if there are no schemas. */
  readonly declared: ReadonlySet<string> | undefined
}

export type AnyOptions = EventSourceOptions<UndeclaredEvents> | SchemaOptions<SchemaMap>

/** @throws what `createEventSource` throws */
export function resolveSettings(url: UrlOption, options: AnyOptions): Settings {
  const checked = checkOptions(CALLER, options, [...RULES, ...FETCH_RULES])
  const given = { ...checked, ...(checked.transport as Partial<ConnectionMaker> | undefined)?.sharing }
  const schemas = given.schemas && schemaTable(given.schemas)
  const transport = resolveTransport(given)
  const { repeatable = true } = transport
  if (isFunction(given.endOn) && !transport.everyType) {
    throw new TypeError(
      `${CALLER}: endOn must be an event type on the transport "${transport.name}"` +
        advice(", which delivers only types that are named; or use 'auto' or 'fetch'.", 'transports'),
    )
  }
  if (typeof url !== 'function') checkUrl(url)
  const byPlatform = given.fetch === undefined && !isObject(given.transport)
  const address = createAddress(url, (asked) => toAbsolute(asked, byPlatform))
  const settings: Settings = {
    ...CONNECTION_DEFAULTS,
    connect: 'immediately',
    reconnection: repeatable && createBackoff({}),
    onPayloadError: createPayloadErrorLog(),
    ...given,
    transport,
    address,
    readPayload: createPayloadReader(parserTable(given.parse), schemas),
    declared: schemas && new Set(schemas.keys()),
  }
  if (settings.connect === 'immediately') address.prepare()
  return settings
}

function checkUrl(url: string | URL): void {
  // Not `instanceof`: a URL may come from another realm.
  if (typeof url !== 'string' && typeof (url as Partial<URL> | null)?.href !== 'string') {
    throw wrongArgument(CALLER, 'url', advice('a string, a URL, or a function that returns one'), url)
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

function resolveTransport(given: Given<AnyOptions>): Transport {
  const { transport = 'auto', duplicateWindow, idleTimeout, reconnection } = given
  const fetchOption = FETCH_RULES.find(({ name }) => name in given)?.name
  if (transport === 'fetch') return createFetchTransport(resolveFetchOptions(CALLER, given))
  if (transport === 'auto') {
    const fetchAsked =
      fetchOption !== undefined || idleTimeout !== undefined || duplicateWindow !== undefined || reconnection === false
    return autoTransport(resolveFetchOptions(CALLER, given), { fetchAsked })
  }
  if (transport === 'native' && duplicateWindow !== undefined) {
    throw new TypeError(
      `${CALLER}: duplicateWindow needs 'auto' or 'fetch'` +
        advice('; the native one cannot tell whether an event has its own ID.', 'transports'),
    )
  }
  if (fetchOption !== undefined) {
    const remedy = advice(
      transport === 'native'
        ? "; use 'auto' or 'fetch'."
        : '; pass it to the transport itself, as to fetchTransport({ ... }).',
      'transports',
    )
    throw new TypeError(`${CALLER}: the option ${fetchOption} has no effect on this transport${remedy}`)
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
        advice('a Standard Schema (Zod, Valibot, ArkType, ...)'),
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
      throw wrongArgument(CALLER, `parse[${JSON.stringify(type)}]`, advice("'json', 'text' or a function"), parser)
    }
  }
  return (type) => table.get(type) ?? 'json'
}

function isParser(value: unknown): value is PayloadParser {
  return value === 'json' || value === 'text' || typeof value === 'function'
}
