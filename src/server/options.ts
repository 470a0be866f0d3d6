import {
  checkOptions,
  isFunction,
  isObject,
  isString,
  numberRule,
  type OptionRule,
  SIGNAL_RULE,
  wrongArgument,
} from '../arguments/check-options.js'
import type { SchemaMap } from '../standards/standard-schema.js'
import type { Topics } from './audience.js'

/** How much of what was published a client can come back for. The oldest events go first. */
export interface HistoryOptions {
  /**
   * How many events; 0 for none.
   *
   * @default 1000
   */
  maxEvents?: number | undefined
  /**
   * How many bytes of encoded events.
   *
   * @default 4 MiB
   */
  maxBytes?: number | undefined
  /**
   * How long after it was published, in ms.
   *
   * @default 300000, five minutes
   */
  maxAge?: number | undefined
}

/** The options of `createChannel` without schemas. */
export interface ChannelOptions {
  /** Schemas declare the event types themselves: to pass them, leave out the type argument. */
  schemas?: never
  /** How much of what was published a client can come back for. */
  history?: HistoryOptions | undefined
  /**
   * How long a client is left without a sign of life, in ms.
   *
   * @default 15000
   */
  keepAlive?: number | undefined
  /**
   * How long clients wait before they reconnect, in ms: a whole number.
   *
   * @default what the client uses
   */
  retry?: number | undefined
  /**
   * How many bytes of events a client may be behind, if that is more than the history. A client that is further behind
   * is closed as `slow`; when it comes back, it is told what it has lost.
   *
   * @default 1 MiB
   */
  maxLag?: number | undefined
  /**
   * How many clients may be connected at once. Others get the status 503.
   *
   * @default no limit
   */
  maxClients?: number | undefined
  /**
   * How many clients with the same `key` in their subscription may be connected at once. Others get the status 429.
   *
   * @default no limit
   */
  maxClientsPerKey?: number | undefined
}

/** The options of `createChannel` if schemas declare the events. */
export interface SchemaChannelOptions<Schemas extends SchemaMap> extends Omit<ChannelOptions, 'schemas'> {
  /** A schema for each event type: the same object as for `createEventSource`. It checks what is published. */
  schemas: Schemas
}

/** What one client may have. Decide it after you have authenticated the request. */
export interface Subscription {
  /**
   * The topics that the client may read, live and when it comes back, in addition to events without a topic. `'all'` is
   * for what you trust, such as a projection in the same process.
   *
   * @default none: only events without a topic
   */
  topics?: Topics | undefined
  /** When the permission ends: at a time, or when a signal aborts. The stream then ends as `expired`. */
  expires?: Date | AbortSignal | undefined
  /**
   * Where a client without a last event ID begins: with what is published next, with the oldest event of the history,
   * or after the event of this ID. Pass the query parameter here if the client sends its last event ID in one.
   *
   * @default 'now'
   */
  from?: 'now' | 'oldest' | (string & {}) | undefined
  /** Counts against `maxClientsPerKey`: a user ID, or an address. */
  key?: string | undefined
  /** Anything that `onConnect`, `onClose` and `clients` show with the client. */
  context?: unknown
  /** Further headers of the response. They override those of the channel. */
  headers?: Readonly<Record<string, string>> | undefined
}

/** The options of `close` and `rotate`. */
export interface RotateOptions {
  /**
   * How much time the clients have to leave, in ms. They are asked one after the other, evenly over this time, so that
   * they do not all come back at once.
   *
   * @default 5000
   */
  within?: number | undefined
}

/** The options of `close`. */
export interface CloseOptions extends RotateOptions {
  /**
   * Whether clients come back: `'spread'` if only this process ends, and another one takes them; `'never'` if there is
   * nothing more to come, so that every later request gets the status 204.
   *
   * @default 'spread'
   */
  return?: 'spread' | 'never' | undefined
}

export interface ChannelSettings {
  readonly history: { readonly maxEvents: number; readonly maxBytes: number; readonly maxAge: number }
  readonly keepAlive: number
  readonly retry: number | undefined
  readonly maxLag: number
  readonly maxClients: number
  readonly maxClientsPerKey: number
  readonly schemas: SchemaMap | undefined
}

/** `setTimeout` takes no longer delay. */
export const MAX_DELAY: number = 2 ** 31 - 1

const HISTORY_RULES: readonly OptionRule[] = [
  numberRule('maxEvents', '', 0, Infinity),
  numberRule('maxBytes', ' of bytes', 0, Infinity),
  numberRule('maxAge', ' of ms', 0, Infinity),
]

export const RETRY_RULE: OptionRule = {
  name: 'retry',
  expected: 'a whole number of ms, at least 0',
  holds: (value) => Number.isSafeInteger(value) && (value as number) >= 0,
  isNumber: true,
}

export const KEEP_ALIVE_RULE: OptionRule = numberRule('keepAlive', ' of ms', 1, MAX_DELAY)

export const SCHEMAS_RULE: OptionRule = {
  name: 'schemas',
  expected: 'an object with a Standard Schema for each event type',
  holds: (value) => isObject(value) && Object.values(value).every(isSchema),
}

export const HEADERS_RULE: OptionRule = {
  name: 'headers',
  expected: 'an object with the values of headers by name',
  holds: (value) => isObject(value) && Object.values(value).every(isString),
}

const CHANNEL_RULES: readonly OptionRule[] = [
  SCHEMAS_RULE,
  { name: 'history', expected: 'an object', holds: isObject },
  KEEP_ALIVE_RULE,
  RETRY_RULE,
  numberRule('maxLag', ' of bytes', 0, Infinity),
  numberRule('maxClients', '', 0, Infinity),
  numberRule('maxClientsPerKey', '', 0, Infinity),
]

const SUBSCRIPTION_RULES: readonly OptionRule[] = [
  {
    name: 'topics',
    expected: "an array of strings, or 'all'",
    holds: (value) => value === 'all' || (Array.isArray(value) && value.every(isString)),
  },
  {
    name: 'expires',
    expected: 'a valid Date or an AbortSignal',
    holds: (value) => SIGNAL_RULE.holds(value) || (value instanceof Date && !Number.isNaN(value.getTime())),
  },
  { name: 'from', expected: "'now', 'oldest' or an event ID", holds: isString },
  { name: 'key', expected: 'a string', holds: isString },
  { name: 'context', expected: 'anything', holds: () => true },
  HEADERS_RULE,
]

const WITHIN_RULE: OptionRule = numberRule('within', ' of ms', 0, MAX_DELAY)
const ROTATE_RULES: readonly OptionRule[] = [WITHIN_RULE]
const CLOSE_RULES: readonly OptionRule[] = [
  WITHIN_RULE,
  { name: 'return', expected: "'spread' or 'never'", holds: (value) => value === 'spread' || value === 'never' },
]

export function resolveChannel(options: ChannelOptions | SchemaChannelOptions<SchemaMap>): ChannelSettings {
  checkOptions('createChannel', options, CHANNEL_RULES)
  const { history = {}, keepAlive = 15_000, retry, maxLag = 2 ** 20, schemas } = options
  const { maxClients = Infinity, maxClientsPerKey = Infinity } = options
  checkOptions('createChannel: history', history, HISTORY_RULES)
  const { maxEvents = 1000, maxBytes = 2 ** 22, maxAge = 300_000 } = history
  return {
    history: { maxEvents, maxBytes, maxAge },
    keepAlive,
    retry,
    maxLag,
    maxClients,
    maxClientsPerKey,
    schemas,
  }
}

export function checkSubscription(caller: string, subscription: Subscription): void {
  checkOptions(caller, subscription, SUBSCRIPTION_RULES)
}

export function checkRotation(options: RotateOptions): void {
  checkOptions('rotate', options, ROTATE_RULES)
}

export function checkClosing(options: CloseOptions): void {
  checkOptions('close', options, CLOSE_RULES)
}

export function checkListener(caller: string, listener: unknown): void {
  if (!isFunction(listener)) throw wrongArgument(caller, 'the listener', 'a function', listener)
}

function isSchema(value: unknown): boolean {
  // ArkType's schemas are functions.
  if (!isObject(value) && typeof value !== 'function') return false
  const { '~standard': standard } = value as { '~standard'?: unknown }
  return isObject(standard) && 'validate' in standard && isFunction(standard.validate)
}
