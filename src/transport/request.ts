import { advice } from '../messages/advice.js'
import { wrongArgument } from '../arguments/check-options.js'
import { throwIfAborted } from '../platform/abort-reason.js'
import type { FetchLikeInit } from '../standards/fetch-like.js'
import type { AttemptContext } from './attempt-context.js'
import type { FetchSettings } from './fetch-options.js'
import { encodeHeaderValue } from './header-value.js'
import { BODY, checkBodyless, isBody, isMethod, METHOD, toHeaders } from './sendable.js'
import { hasCacheMode } from '../platform/fetch-rules.js'
import type { TransportRequest } from './transport.js'

/** The init without `redirect`, which `fetchFollowing()` sets. */
export type InitWithoutRedirect = Omit<FetchLikeInit, 'redirect'>

/** @throws what the application's functions throw, TypeError if a value cannot be sent, and the signal's reason */
export async function createInit(
  { method, headers, body }: FetchSettings,
  { lastEventId, lastEventIdInUrl, withCredentials, attempt, failure }: TransportRequest,
  signal: AbortSignal,
): Promise<InitWithoutRedirect> {
  const context: AttemptContext = { attempt, failure, lastEventId }
  const given = toHeaders(typeof headers === 'function' ? await headers(context) : headers)
  // If the session was closed meanwhile, the application's other functions are not called.
  throwIfAborted(signal)
  const sent = typeof body === 'function' ? await body(context) : body
  throwIfAborted(signal)
  if (sent !== undefined && !isBody(sent)) throw wrongArgument('body', 'its result', advice(BODY), sent)
  const asked = typeof method === 'function' ? await method(context) : method
  throwIfAborted(signal)
  if (asked !== undefined && !isMethod(asked)) throw wrongArgument('method', 'its result', advice(METHOD), asked)
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
