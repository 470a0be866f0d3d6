import type { ConnectionFailure } from '../failure/connection-failure.js'
import { inWords } from '../failure/in-words.js'
import { unsupported } from '../failure/unsupported.js'
import { advice } from '../messages/advice.js'
import { whyNoRequest } from '../platform/why-no-request.js'
import type { FetchLike, FetchLikeInit, FetchLikeResponse } from '../standards/fetch-like.js'
import { networkFailure } from './network-failure.js'

/** A response and its URL, or why there is none. */
export type Arrival =
  | { readonly response: FetchLikeResponse; readonly url: string; readonly failure?: undefined }
  | { readonly failure: ConnectionFailure }

/** Makes one request. @throws TypeError if `fetch` does not resolve to a response */
export async function fetchOnce(fetch: FetchLike, url: string, init: FetchLikeInit): Promise<Arrival> {
  let response: FetchLikeResponse
  try {
    response = await fetch(url, init)
  } catch (cause) {
    const refusal = fetch === globalThis.fetch ? whyNoRequest(url, init) : undefined
    if (refusal !== undefined) {
      return { failure: unsupported(`has a fetch that cannot make the request (${inWords(refusal)})`, { cause }) }
    }
    return {
      failure: networkFailure(`The request to ${url} failed`, cause, advice('the network, the server, or CORS')),
    }
  }
  return { response, url: response.url || url }
}

/** A redirect that is not followed. @param how - completes the sentence "... redirects ..." */
export function refused(url: string, how: string, status?: number): { failure: ConnectionFailure } {
  const message = `${url} redirects ${how}${advice('.', 'transports')}`
  return { failure: { kind: 'redirect', fatal: true, message, ...(status && { status }), url } }
}

export const NOT_ALLOWED: string =
  "which redirect: 'error' does not allow" + advice('; use the URL of the stream itself')
