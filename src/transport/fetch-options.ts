import { advice } from '../messages/advice.js'
import { type Given, isFunction, isObject, numberRule, type OptionRule, wordRule } from '../arguments/check-options.js'
import { inWords } from '../failure/in-words.js'
import type { FetchLike, FetchLikeBody } from '../standards/fetch-like.js'
import type { AttemptContext } from './attempt-context.js'
import {
  BODY,
  checkBodyless,
  HEADERS,
  type HeadersLike,
  isBody,
  isBodyless,
  isMethod,
  METHOD,
  toHeaders,
} from './sendable.js'

export type MethodOption = string | ((context: AttemptContext) => MaybePromise<string | undefined>)
export type HeadersOption = HeadersLike | ((context: AttemptContext) => MaybePromise<HeadersLike>)
export type BodyOption = FetchLikeBody | ((context: AttemptContext) => MaybePromise<FetchLikeBody | undefined>)
type MaybePromise<Value> = Value | Promise<Value>

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

export const FETCH_RULES: readonly OptionRule[] = [
  {
    name: 'method',
    expected: advice(`${METHOD}, or a function that returns one`),
    holds: (value) => isFunction(value) || isMethod(value),
  },
  {
    name: 'body',
    expected: advice(`${BODY}, or a function that returns one`),
    holds: (value) => isFunction(value) || isBody(value),
  },
  {
    name: 'headers',
    expected: advice(`${HEADERS}, or a function that returns one`),
    holds: (value) => isFunction(value) || isObject(value),
  },
  { name: 'fetch', expected: advice('a function'), holds: isFunction },
  /*@__PURE__*/ wordRule('redirect', 'follow', 'error'),
  /*@__PURE__*/ numberRule('maxEventSize', ' of bytes', 1, Infinity),
]

/** The options after checking: copies, so that nothing can change unchecked. */
export interface FetchSettings extends Given<Omit<FetchOptions, 'headers'>> {
  readonly headers?: ReadonlyMap<string, string> | Extract<HeadersOption, Function>
  readonly redirect: 'follow' | 'error'
  /** Whether only status 200 opens the stream, as with the browser's `EventSource`. */
  readonly strict: boolean
}

export const FETCH_DEFAULTS: FetchSettings = { redirect: 'follow', strict: false }

/**
 * Rejects options that would fail on every attempt.
 *
 * @param caller - the public function that was given the options, for the message
 * @param given - what `checkOptions` returned for `FETCH_RULES`
 * @throws TypeError
 */
export function resolveFetchOptions(caller: string, given: Given<FetchOptions>): FetchSettings {
  const { headers, ...others } = given
  const { method, body } = given
  if (typeof method !== 'function' && typeof body !== 'function') checkBodyless(caller, method, body)
  return {
    ...FETCH_DEFAULTS,
    ...others,
    ...(headers !== undefined && { headers: typeof headers === 'function' ? headers : namedHeaders(caller, headers) }),
  }
}

function namedHeaders(caller: string, headers: HeadersLike): ReadonlyMap<string, string> {
  try {
    return toHeaders(headers)
  } catch (cause) {
    throw new TypeError(`${caller}: ${cause instanceof Error ? cause.message : inWords(cause)}`, { cause })
  }
}

/** Whether the request may be sent again automatically: a POST may have its effect twice. */
export function isRepeatable({ method = 'GET', body }: FetchSettings): boolean {
  return body === undefined && typeof method === 'string' && isBodyless(method)
}
