import { checkOptions, isBoolean, isString, type OptionRule } from '../arguments/check-options.js'
import { headerOf, type RequestLike } from './request.js'

/** Who may read a stream from another origin. */
export interface CorsOptions {
  /** The origins, such as `https://app.example`; `'*'` for every origin, without credentials. */
  origins: readonly string[] | '*'
  /**
   * Whether requests may carry cookies.
   *
   * @default false
   */
  credentials?: boolean | undefined
  /**
   * Further headers that requests may have, besides `Last-Event-ID`, `Cache-Control`, `Content-Type` and
   * `Authorization`.
   *
   * @default none
   */
  headers?: readonly string[] | undefined
}

const RULES: readonly OptionRule[] = [
  {
    name: 'origins',
    expected: "an array of origins, or '*'",
    holds: (value) => value === '*' || (Array.isArray(value) && value.every(isString)),
  },
  { name: 'credentials', expected: 'a boolean', holds: isBoolean },
  {
    name: 'headers',
    expected: 'an array of strings',
    holds: (value) => Array.isArray(value) && value.every(isString),
  },
]

const ALLOWED = ['Last-Event-ID', 'Cache-Control', 'Content-Type', 'Authorization']

/** How long a browser may remember the answer, in seconds. */
const MAX_AGE = '600'

/**
 * Returns the headers that let other origins read a stream: for the stream itself, and for the preflight (`OPTIONS`)
 * that browsers send before a `fetch` with `Last-Event-ID`. Without it, a stream works until its first reconnection.
 *
 * @throws TypeError for wrong options, or for `credentials` with the origins `'*'`, which browsers refuse
 *
 * @example
 * ```ts
 * const headers = corsHeaders(request, { origins: ['https://app.example'] })
 * if (request.method === 'OPTIONS') return new Response(null, { status: 204, headers })
 * return channel.response(request, { headers })
 * ```
 */
export function corsHeaders(request: RequestLike, options: CorsOptions): Record<string, string> {
  checkOptions('corsHeaders', options, RULES)
  const { origins, credentials = false, headers = [] } = options
  if (origins === undefined) throw new TypeError("corsHeaders: origins must be an array of origins, or '*'.")
  if (credentials && origins === '*')
    throw new TypeError("corsHeaders: browsers refuse credentials with the origins '*'; name the origins.")

  const origin = headerOf(request, 'origin')
  const answer: Record<string, string> = origins === '*' ? {} : { vary: 'Origin' }
  if (origin === undefined || (origins !== '*' && !origins.includes(origin))) return answer
  answer['access-control-allow-origin'] = origins === '*' ? '*' : origin
  if (credentials) answer['access-control-allow-credentials'] = 'true'
  if (request.method === 'OPTIONS' && headerOf(request, 'access-control-request-method') !== undefined) {
    answer['access-control-allow-methods'] = 'GET, HEAD, POST'
    answer['access-control-allow-headers'] = [...ALLOWED, ...headers].join(', ')
    answer['access-control-max-age'] = MAX_AGE
  }
  return answer
}
