import { advice } from '../messages/advice.js'
import { isObject, isString } from '../arguments/check-options.js'
import type { FetchLikeBody } from '../standards/fetch-like.js'

/** What `fetch` accepts as headers: an object, `Headers`, or pairs. A value that is undefined is left out. */
export type HeadersLike =
  | Readonly<Record<string, string | undefined>>
  | Iterable<readonly [name: string, value: string | undefined]>

/**
 * Keyed by lower-case names. Not the platform's `Headers`, which some test environments lack.
 *
 * @throws TypeError
 */
export function toHeaders(given: HeadersLike | undefined): Map<string, string> {
  const headers = new Map<string, string>()
  if (given === undefined) return headers
  if (!isObject(given)) throw new TypeError(`headers${advice(` must be ${HEADERS}.`, 'reference')}`)
  // By shape: `Headers` may come from another realm.
  const pairs = Symbol.iterator in given ? given : Object.entries(given)
  for (const pair of pairs) {
    if (!Array.isArray(pair) || pair.length !== 2)
      throw new TypeError(`headers${advice(` must be ${HEADERS}.`, 'reference')}`)
    const [name, value]: readonly unknown[] = pair
    if (value === undefined) continue
    if (!isToken(name))
      throw new TypeError(`headers: the name ${JSON.stringify(name)} cannot be sent${advice('.', 'reference')}`)
    if (!isString(value))
      throw new TypeError(`headers: the value of "${name}" must be a string${advice('.', 'reference')}`)
    // Fetch standard, 2.2.2: "To normalize a byte sequence potentialValue, remove any leading and trailing HTTP
    // whitespace bytes"; then it "contains no 0x00 (NUL) or HTTP newline bytes".
    const text = value.replace(/^[\t\n\r ]+|[\t\n\r ]+$/g, '')
    // oxlint-disable-next-line no-control-regex -- it looks for control characters
    if (/[\0\r\n\u0100-\uffff]/.test(text))
      throw new TypeError(`headers: the value of "${name}" cannot be sent${advice('.', 'reference')}`)
    const key = name.toLowerCase()
    const before = headers.get(key)
    headers.set(key, before === undefined ? text : `${before}, ${text}`)
  }
  return headers
}

export const HEADERS = 'an object of names and values, Headers, or pairs'
export const BODY = 'a string, bytes, a Blob, FormData or URLSearchParams, which can be sent again on the next attempt'

/** By shape: the value may come from another realm, or from a test environment whose classes have no name. */
export function isBody(value: unknown): boolean {
  return (
    isString(value) ||
    ArrayBuffer.isView(value) ||
    Object.prototype.toString.call(value) === '[object ArrayBuffer]' ||
    // A Blob, FormData or URLSearchParams.
    (isObject(value) && ('arrayBuffer' in value || 'append' in value))
  )
}

export const METHOD = 'a method that fetch can send'

/** "token = 1*tchar": RFC 9110, 5.6.2. */
function isToken(value: unknown): value is string {
  return isString(value) && /^[\w!#$%&'*+.^`|~-]+$/.test(value)
}

/** "A method is a byte sequence that matches the method token production"; some are forbidden (Fetch, 2.2.1). */
export function isMethod(value: unknown): boolean {
  return isToken(value) && !/^(?:connect|trace|track)$/i.test(value)
}

export function isBodyless(method: string): boolean {
  return /^(?:get|head)$/i.test(method)
}

/** @throws TypeError */
export function checkBodyless(caller: string, method: string | undefined, body: FetchLikeBody | undefined): void {
  if (body !== undefined && method !== undefined && isBodyless(method)) {
    throw new TypeError(`${caller}: a body cannot be sent with the method ${method}${advice('.', 'reference')}`)
  }
}
