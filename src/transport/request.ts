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

/** The argument of functions that are called on each attempt. */
export interface AttemptContext {
  /** 0 for the first connection, then the number of the reconnection since the connection was last healthy. */
  readonly attempt: number
  /** Why the last attempt ended; if its `status` is 401, fetch a new token. */
  readonly failure: ConnectionFailure | undefined
  /** The last event ID; empty if there is none, or if this attempt starts over without it. */
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

/** The init without `redirect`, which `fetchFollowing()` sets. */
export type InitWithoutRedirect = Omit<FetchLikeInit, 'redirect'>

export interface FetchOptions {
  /**
   * The request method, or a function that returns it, called on every attempt.
   *
   * @default `GET`, or `POST` with a body
   */
  method?: MethodOption | undefined
  /**
   * The request headers, as `fetch` accepts them, or a function that returns them, called on every attempt and again
   * after a 401, so that an expired token is replaced. A value that is undefined is left out. If the function throws or
   * rejects, the attempt fails with `application` and the reconnection policy decides.
   */
  headers?: HeadersOption | undefined
  /** The request body, or a function that returns it or undefined, called on every attempt. */
  body?: BodyOption | undefined
  /**
   * The function that makes the requests.
   *
   * @default `globalThis.fetch`
   */
  fetch?: FetchLike | undefined
  /**
   * Whether to follow redirects, or to fail with `redirect`. Your `headers` are not sent to another origin. Exception:
   * a browser follows redirects itself and sends all headers but `Authorization`, if the other origin's preflight
   * response allows them. So does a `fetch` of your own, with the headers it adds, if you set no `headers`.
   *
   * @default 'follow'
   */
  redirect?: 'follow' | 'error' | undefined
  /**
   * How large one event may be, in bytes, before the connection fails with `too-large`.
   *
   * @default 16 MiB (16,777,216)
   */
  maxEventSize?: number | undefined
}

/** @throws what the application's functions throw, TypeError if a value cannot be sent, and the signal's reason */
export async function createInit(
  { method, headers, body }: FetchOptions,
  { lastEventId, lastEventIdInUrl, withCredentials, attempt, failure }: TransportRequest,
  signal: AbortSignal,
): Promise<InitWithoutRedirect> {
  const context: AttemptContext = { attempt, failure, lastEventId }
  const given = toHeaders(typeof headers === 'function' ? await headers(context) : headers)
  // If the session was closed meanwhile, the application's other functions are not called.
  throwIfAborted(signal)
  const sent = typeof body === 'function' ? await body(context) : body
  throwIfAborted(signal)
  if (sent !== undefined && !isBody(sent)) throw wrongArgument('body', 'its result', BODY, sent)
  const asked = typeof method === 'function' ? await method(context) : method
  throwIfAborted(signal)
  if (asked !== undefined && !isMethod(asked)) throw wrongArgument('method', 'its result', METHOD, asked)
  checkBodyless('body', asked, sent)

  // "A user agent may set (`Accept`, `text/event-stream`) in request's header list": exactly, as servers compare it.
  if (!given.has('accept')) given.set('accept', 'text/event-stream')
  // "If the EventSource object's last event ID string is not the empty string, then: let lastEventIDValue be [it],
  // encoded as UTF-8; set (`Last-Event-ID`, lastEventIDValue) in request's header list."
  const lastEventIdValue = lastEventIdInUrl ? undefined : encodeHeaderValue(lastEventId)
  if (lastEventIdValue !== undefined) given.set('last-event-id', lastEventIdValue)

  return {
    method: asked ?? (sent === undefined ? 'GET' : 'POST'),
    headers: Object.fromEntries(given),
    ...(sent !== undefined && { body: sent }),
    // "Let corsAttributeState be Anonymous. If eventSourceInitDict's withCredentials member is true, then set
    // corsAttributeState to Use Credentials": fetch calls these `same-origin` and `include`.
    credentials: withCredentials ? 'include' : 'same-origin',
    // "Set request's cache mode to 'no-store'."
    ...(hasCacheMode() && { cache: 'no-store' }),
    signal,
  }
}

/**
 * Keyed by lower-case names. Not the platform's `Headers`, which some test environments lack.
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
    // oxlint-disable-next-line no-control-regex -- it looks for control characters
    if (/[\0\r\n\u0100-\uffff]/.test(text)) throw new TypeError(`headers: the value of "${name}" cannot be sent.`)
    const key = name.toLowerCase()
    const before = headers.get(key)
    headers.set(key, before === undefined ? text : `${before}, ${text}`)
  }
  return headers
}

const HEADERS = 'an object of names and values, Headers, or pairs'
const BODY = 'a string, bytes, a Blob, FormData or URLSearchParams, which can be sent again on the next attempt'

/** By shape: the value may come from another realm, or from a test environment whose classes have no name. */
function isBody(value: unknown): boolean {
  return (
    isString(value) ||
    ArrayBuffer.isView(value) ||
    Object.prototype.toString.call(value) === '[object ArrayBuffer]' ||
    // A Blob, FormData or URLSearchParams.
    (isObject(value) && ('arrayBuffer' in value || 'append' in value))
  )
}

const METHOD = 'a method that fetch can send'

/** "token = 1*tchar": RFC 9110, 5.6.2. */
function isToken(value: unknown): value is string {
  return isString(value) && /^[\w!#$%&'*+.^`|~-]+$/.test(value)
}

/** "A method is a byte sequence that matches the method token production"; some are forbidden (Fetch, 2.2.1). */
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
 * Rejects options that would fail on every attempt.
 *
 * @param caller - the public function that was given the options, for the message
 * @param others - the rules for further options of that function
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

/** Whether the request may be sent again automatically: a POST may have its effect twice. */
export function isRepeatable({ method = 'GET', body }: FetchOptions): boolean {
  return body === undefined && typeof method === 'string' && isBodyless(method)
}
