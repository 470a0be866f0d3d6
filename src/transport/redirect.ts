import { throwIfAborted } from '../platform/abort-reason.js'
import { discardBody } from '../answer/body.js'
import type { FetchLike, FetchLikeInit } from '../standards/fetch-like.js'
import { keepsBrowserRules } from '../platform/fetch-rules.js'
import { type Arrival, fetchOnce, NOT_ALLOWED, refused } from './fetch-once.js'
import type { InitWithoutRedirect } from './request.js'

/** "If request's redirect count is 20, then return a network error." */
const MAX_REDIRECTS = 20

/**
 * Follows redirects itself if the platform shows them: `fetch` would send all headers but `Authorization` to another
 * origin. The rules and the quotes are those of the Fetch standard.
 *
 * @param byPlatform - whether to let the platform follow redirects
 * @throws the signal's reason, and TypeError if `fetch` does not resolve to a response
 * @see https://fetch.spec.whatwg.org/#http-redirect-fetch
 */
export async function fetchFollowing(
  fetch: FetchLike,
  firstUrl: string,
  firstInit: InitWithoutRedirect,
  redirect: 'follow' | 'error',
  byPlatform: boolean,
): Promise<Arrival> {
  let url = firstUrl
  let init = firstInit
  // Not fetch's own mode 'error', whose failure looks like a network error.
  let mode: FetchLikeInit['redirect'] =
    redirect === 'error' || (!byPlatform && !keepsBrowserRules()) ? 'manual' : 'follow'
  for (let count = 0; count <= MAX_REDIRECTS; count += 1) {
    // oxlint-disable-next-line no-await-in-loop -- each response determines the next request
    const arrival = await fetchOnce(fetch, url, { ...init, redirect: mode })
    if (arrival.failure !== undefined) return arrival
    const { response, url: answered } = arrival
    if (response.type === 'opaqueredirect') {
      if (redirect === 'error') return refused(answered, `elsewhere, ${NOT_ALLOWED}`)
      // The platform hides the target, so only the platform can follow.
      mode = 'follow'
      continue
    }
    // "If internalResponse's status is a redirect status", and "if locationURL is null, then return response".
    const location = [301, 302, 303, 307, 308].includes(response.status) ? response.headers.get('location') : null
    if (typeof location !== 'string') return arrival

    discardBody(response.body)
    throwIfAborted(init.signal)
    const target = parseLocation(location, url)
    if (typeof target === 'string') return refused(answered, target, response.status)
    if (redirect === 'error') return refused(answered, `to ${target.href}, ${NOT_ALLOWED}`, response.status)
    init = redirected(init, response.status, target.origin === new URL(url).origin)
    url = target.href
  }
  return refused(firstUrl, `more than ${MAX_REDIRECTS} times, probably in a loop`)
}

/** The URL to request next, or why the redirect is refused. */
function parseLocation(location: string, base: string): URL | string {
  let url: URL
  try {
    url = new URL(decode(location), base)
  } catch {
    return `to ${JSON.stringify(location)}, which is not a valid URL`
  }
  // "If locationURL's scheme is not an HTTP(S) scheme, then return a network error."
  if (!/^https?:$/.test(url.protocol)) return `to a URL with the scheme ${url.protocol} instead of http(s)`
  // "If [...] locationURL includes credentials, and request's origin is not same origin with locationURL's origin, then
  // return a network error." fetch refuses such URLs; the credentials are kept out of the message.
  if (url.username !== '' || url.password !== '') return `to a URL with credentials on ${url.host}, which fetch refuses`
  // "If location is a URL whose fragment is null, then set location's fragment to requestFragment."
  url.hash ||= new URL(base).hash
  return url
}

/** Decodes UTF-8 that the platform returned as one character per byte; some platforms have decoded it already. */
function decode(location: string): string {
  if (/[\u0100-\uffff]/.test(location)) return location
  try {
    const bytes = Uint8Array.from(location, (character) => character.charCodeAt(0))
    return new TextDecoder('utf-8', { fatal: true }).decode(bytes)
  } catch {
    return location
  }
}

/** The request to the next URL. The application's headers are not sent to another origin. */
function redirected({ body, ...init }: InitWithoutRedirect, status: number, sameOrigin: boolean): InitWithoutRedirect {
  const method = init.method.toUpperCase()
  // "[...] status is 301 or 302 and request's method is `POST`; status is 303 and request's method is not `GET` or
  // `HEAD`: set request's method to `GET` and request's body to null", and delete each "request-body-header name".
  const becomesGet = status === 303 ? method !== 'GET' && method !== 'HEAD' : status < 303 && method === 'POST'
  const sent = becomesGet ? undefined : body
  const headers = Object.entries(init.headers).filter(([name]) => {
    if (becomesGet && /^content-(encoding|language|location|type)$/.test(name)) return false
    // Another origin gets only what the event stream needs, and the type of a body that is sent again.
    return sameOrigin || /^(accept|last-event-id)$/.test(name) || (name === 'content-type' && sent !== undefined)
  })
  return {
    ...init,
    ...(becomesGet && { method: 'GET' }),
    ...(sent !== undefined && { body: sent }),
    headers: Object.fromEntries(headers),
  }
}
