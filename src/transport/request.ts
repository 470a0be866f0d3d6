import {
  checkOptions,
  isFunction,
  isObject,
  isString,
  numberRule,
  type OptionRule,
  wrongArgument,
} from '../arguments/check-options.js'
import { throwIfAborted } from '../platform/abort-reason.js'
import { inWords } from '../failure/in-words.js'
import type { ConnectionFailure } from '../failure/connection-failure.js'
import type { FetchLike, FetchLikeBody, FetchLikeInit } from '../standards/fetch-like.js'
import { encodeHeaderValue } from './header-value.js'
import { hasCacheMode } from '../platform/fetch-rules.js'
import type { TransportRequest } from './transport.js'

/** What a function that is asked on each attempt gets to know. */
export interface AttemptContext {
  /** 0 for the first connection, then the number of the reconnection since the connection was last healthy. */
  readonly attempt: number
  /** Why the last attempt came to an end; a 401 here is the moment to fetch a fresh token. */
  readonly failure: ConnectionFailure | undefined
  /** The last event ID; empty if there is none, or if this attempt begins again without it. */
  readonly lastEventId: string
}

export type MethodOption = string | ((context: AttemptContext) => MaybePromise<string | undefined>)
export type HeadersOption = HeadersLike | ((context: AttemptContext) => MaybePromise<HeadersLike>)
export type BodyOption = FetchLikeBody | ((context: AttemptContext) => MaybePromise<FetchLikeBody | undefined>)
type MaybePromise<Value> = Value | Promise<Value>

/** What `fetch` accepts as headers: an object, `Headers`, or pairs. A value that is undefined is left out. */
export type HeadersLike =
  | Readonly<Record<string, string | undefined>>
  | Iterable<readonly [name: string, value: string | undefined]>

/** All that is asked of fetch but what it does with redirects: that is set where they are followed. */
export type UndirectedInit = Omit<FetchLikeInit, 'redirect'>

export interface FetchOptions {
  /**
   * The request method, or a function that is asked for it on every attempt.
   *
   * @default `GET`, or `POST` with a body
   */
  method?: MethodOption | undefined
  /**
   * The request headers, as `fetch` accepts them, or a function that is asked for them on every attempt, so that an
   * expired token is replaced. A value that is undefined is left out. After a 401 the function is asked once more at
   * once. If it throws or rejects, the attempt has failed (`application`) and the reconnection policy decides.
   */
  headers?: HeadersOption | undefined
  /** The request body, or a function that is asked for it on every attempt; undefined from it means no body. */
  body?: BodyOption | undefined
  /** What to use in place of `globalThis.fetch`. */
  fetch?: FetchLike | undefined
  /**
   * Whether to go where the server redirects, or to fail with `redirect`. Of `headers` none goes along to another origin; a
   * browser follows by itself, and takes all but `Authorization` along where that origin's answer to its preflight allows
   * them. So does a `fetch` of your own without `headers` beside it, with what it adds. Default: `'follow'`.
   */
  redirect?: 'follow' | 'error' | undefined
  /** How much memory one event may take, in bytes, before the connection fails with `too-large`. Default: 16 MiB. */
  maxEventSize?: number | undefined
}

/** @throws what the application's functions throw, TypeError for what cannot be sent, and the signal's reason */
export async function createInit(
  { method, headers, body }: FetchOptions,
  { lastEventId, lastEventIdInUrl, withCredentials, attempt, failure }: TransportRequest,
  signal: AbortSignal,
): Promise<UndirectedInit> {
  const context: AttemptContext = { attempt, failure, lastEventId }
  const given = toHeaders(typeof headers === 'function' ? await headers(context) : headers)
  // Closed meanwhile: the application's other functions are not called any more.
  throwIfAborted(signal)
  const sent = typeof body === 'function' ? await body(context) : body
  throwIfAborted(signal)
  if (sent !== undefined && !isBody(sent)) throw wrongArgument('body', 'its result', BODY, sent)
  const asked = typeof method === 'function' ? await method(context) : method
  throwIfAborted(signal)
  if (asked !== undefined && !isMethod(asked)) throw wrongArgument('method', 'its result', METHOD, asked)
  checkBodyless('body', asked, sent)

  // "A user agent may set (`Accept`, `text/event-stream`) in request's header list": exactly so, as test servers compare it.
  if (!given.has('accept')) given.set('accept', 'text/event-stream')
  // "If the EventSource object's last event ID string is not the empty string, then: let lastEventIDValue be the EventSource
  // object's last event ID string, encoded as UTF-8; set (`Last-Event-ID`, lastEventIDValue) in request's header list."
  const lastEventIdValue = lastEventIdInUrl ? undefined : encodeHeaderValue(lastEventId)
  if (lastEventIdValue !== undefined) given.set('last-event-id', lastEventIdValue)

  return {
    method: asked ?? (sent === undefined ? 'GET' : 'POST'),
    headers: Object.fromEntries(given),
    ...(sent !== undefined && { body: sent }),
    // "Let corsAttributeState be Anonymous. If eventSourceInitDict's withCredentials member is true, then set
    // corsAttributeState to Use Credentials": to fetch, these are `same-origin` and `include`.
    credentials: withCredentials ? 'include' : 'same-origin',
    // "Set request's cache mode to 'no-store'."
    ...(hasCacheMode() && { cache: 'no-store' }),
    signal,
  }
}

/**
 * By lower-case names. Without the platform's `Headers`, which some test environments lack.
 *
 * @throws TypeError
 */
function toHeaders(given: HeadersLike | undefined): Map<string, string> {
  const headers = new Map<string, string>()
  if (given === undefined) return headers
  if (!isObject(given)) throw new TypeError(`headers must be ${HEADERS}.`)
  // By shape: `Headers` may come from another realm.
  const pairs = Symbol.iterator in given ? given : Object.entries(given)
  for (const pair of pairs) {
    if (!Array.isArray(pair) || pair.length !== 2) throw new TypeError(`headers must be ${HEADERS}.`)
    const [name, value]: readonly unknown[] = pair
    if (value === undefined) continue
    if (!isToken(name)) throw new TypeError(`headers: the name ${JSON.stringify(name)} cannot be sent.`)
    if (!isString(value)) throw new TypeError(`headers: the value of "${name}" must be a string.`)
    // Fetch standard, 2.2.2: "To normalize a byte sequence potentialValue, remove any leading and trailing HTTP
    // whitespace bytes"; then it "contains no 0x00 (NUL) or HTTP newline bytes".
    const text = value.replace(/^[\t\n\r ]+|[\t\n\r ]+$/g, '')
    // oxlint-disable-next-line no-control-regex -- control characters are what is looked for
    if (/[\0\r\n\u0100-\uffff]/.test(text)) throw new TypeError(`headers: the value of "${name}" cannot be sent.`)
    const key = name.toLowerCase()
    const before = headers.get(key)
    headers.set(key, before === undefined ? text : `${before}, ${text}`)
  }
  return headers
}

const HEADERS = 'an object of names and values, Headers, or pairs'
const BODY = 'a string, bytes, a Blob, FormData or URLSearchParams, which can be sent again on the next attempt'

/** By shape: they may come from another realm, or from a test environment whose classes have no name. */
function isBody(value: unknown): boolean {
  return (
    isString(value) ||
    ArrayBuffer.isView(value) ||
    Object.prototype.toString.call(value) === '[object ArrayBuffer]' ||
    // A Blob, or FormData or URLSearchParams.
    (isObject(value) && ('arrayBuffer' in value || 'append' in value))
  )
}

const METHOD = 'a method that fetch can send'

/** "token = 1*tchar": RFC 9110, 5.6.2. */
function isToken(value: unknown): value is string {
  return isString(value) && /^[\w!#$%&'*+.^`|~-]+$/.test(value)
}

/** "A method is a byte sequence that matches the method token production"; some are forbidden. Fetch standard, 2.2.1. */
function isMethod(value: unknown): boolean {
  return isToken(value) && !/^(?:connect|trace|track)$/i.test(value)
}

const RULES: readonly OptionRule[] = [
  {
    name: 'method',
    expected: `${METHOD}, or a function that returns one`,
    holds: (value) => isFunction(value) || isMethod(value),
  },
  {
    name: 'body',
    expected: `${BODY}, or a function that returns one`,
    holds: (value) => isFunction(value) || isBody(value),
  },
  {
    name: 'headers',
    expected: `${HEADERS}, or a function that returns one`,
    holds: (value) => isFunction(value) || isObject(value),
  },
  { name: 'fetch', expected: 'a function', holds: isFunction },
  {
    name: 'redirect',
    expected: "'follow' or 'error'",
    holds: (value) => value === 'follow' || value === 'error',
  },
  numberRule('maxEventSize', ' of bytes', 1, Infinity),
]

/**
 * Refuses what would fail on every attempt.
 *
 * @param caller - the public function that the options were given to, for the message
 * @param others - the rules for the options that this function has besides
 * @throws TypeError or RangeError
 */
export function checkFetchOptions(caller: string, options: FetchOptions, others: readonly OptionRule[] = []): void {
  checkOptions(caller, options, [...others, ...RULES])
  const { method, headers, body } = options
  if (typeof headers !== 'function') {
    try {
      toHeaders(headers)
    } catch (cause) {
      throw new TypeError(`${caller}: ${cause instanceof Error ? cause.message : inWords(cause)}`, { cause })
    }
  }
  if (typeof method !== 'function' && typeof body !== 'function') checkBodyless(caller, method, body)
}

function isBodyless(method: string): boolean {
  return /^(?:get|head)$/i.test(method)
}

/** @throws TypeError */
function checkBodyless(caller: string, method: string | undefined, body: FetchLikeBody | undefined): void {
  if (body !== undefined && method !== undefined && isBodyless(method)) {
    throw new TypeError(`${caller}: a body cannot be sent with the method ${method}.`)
  }
}

/** Whether the request may be sent again without being asked to: a POST may do again what it did. */
export function isRepeatable({ method = 'GET', body }: FetchOptions): boolean {
  return body === undefined && typeof method === 'string' && isBodyless(method)
}
