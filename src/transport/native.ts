import type { ConnectionFailure } from '../failure/connection-failure.js'
import { leaveToBrowser } from './choose.js'
import { createFetchOpener } from './fetch.js'
import { isCrossOrigin } from '../platform/origin.js'
import type { Transport, TransportRequest, TransportSession, TransportSink } from './transport.js'

/**
 * The browser's own `EventSource`. It needs no preflight and is what the developer tools show as an event stream; but it
 * sends no headers, sees neither comments nor `retry:`, does not say why it failed, and delivers only event types that are
 * listened for by name.
 *
 * A new `EventSource` cannot carry a last event ID. So where one is known and `lastEventIdParam` is not set, a broken
 * connection is left to the browser's own reconnection.
 *
 * When the browser gives up, it does not say why. One request by `fetch`, which ends as soon as the answer's head is there,
 * finds it out: the status, `Retry-After`, that the server asks not to come back.
 */
export function nativeTransport(): Transport {
  return {
    name: 'native',
    everyType: false,
    open: (request, sink) => openNative(request, sink, { fetchMayTakeOver: false }),
  }
}

export function openNative(
  request: TransportRequest,
  sink: TransportSink,
  { fetchMayTakeOver }: { fetchMayTakeOver: boolean },
): TransportSession {
  if (typeof globalThis.EventSource !== 'function') {
    sink.onEnd({
      kind: 'unsupported',
      fatal: true,
      message: "There is no EventSource in this runtime: use transport 'auto' or 'fetch'.",
    })
    return { close() {} }
  }

  const source = new globalThis.EventSource(request.url, { withCredentials: request.withCredentials })
  const types = new Set<string>()
  let { lastEventId } = request
  let idSeen = false
  let inquiry: TransportSession | undefined
  let resumed = lastEventId !== '' && request.lastEventIdInUrl

  function onMessage({ type, data, lastEventId: id, origin }: MessageEvent<string>): void {
    // A new EventSource starts with an empty ID. Until this stream has set one, ours is still the last.
    if (id !== '') idSeen = true
    const isNew = idSeen && id !== lastEventId
    if (isNew) lastEventId = id
    sink.onMessage({ event: type, data, id: isNew ? id : undefined }, origin)
  }

  // A server may name its events `open` or `error`: those are MessageEvents, the connection's own are not.
  source.addEventListener('open', (event) => {
    if (isMessage(event)) {
      if (types.has('open')) onMessage(event)
    } else sink.onOpen({ transport: 'native', resumed })
  })
  source.addEventListener('error', (event) => {
    if (isMessage(event)) {
      if (types.has('error')) onMessage(event)
    } else onError()
  })

  function onError(): void {
    if (source.readyState === source.CLOSED) return fetchMayTakeOver ? sink.onEnd(gaveUp(request.url)) : inquire()
    const failure = interrupted(request.url)
    // An EventSource that has seen no ID sends none: there is nothing to leave to it.
    const lastEventIdNeedsHeader = idSeen && lastEventId !== '' && !request.lastEventIdInUrl
    const sameOrigin = !isCrossOrigin(request.url)
    if (leaveToBrowser({ lastEventIdNeedsHeader, fetchMayTakeOver, sameOrigin })) {
      resumed = true
      sink.onInterrupted(failure)
    } else {
      source.close()
      sink.onEnd(failure)
    }
  }

  function inquire(): void {
    // Without the last event ID, which another origin would have to allow in a preflight, and which no reason depends on.
    // And strict: what the browser refuses must not look open.
    inquiry = createFetchOpener({}, { strict: true })(
      { ...request, lastEventId: '' },
      {
        ...sink,
        onOpen() {
          inquiry?.close()
          sink.onEnd(gaveUp(request.url))
        },
      },
    )
  }

  function listen(type: string): void {
    if (types.has(type)) return
    types.add(type)
    if (type !== 'open' && type !== 'error') source.addEventListener(type, onMessage)
  }

  if (request.types !== 'every') for (const type of request.types) listen(type)
  return {
    close() {
      source.close()
      inquiry?.close()
    },
    listen,
  }
}

/** By shape: a polyfill has events of its own. */
function isMessage(event: Event): event is MessageEvent<string> {
  return 'data' in event
}

function interrupted(url: string): ConnectionFailure {
  return {
    kind: 'network',
    fatal: false,
    message: `The connection to ${url} broke, or could not be made; the browser's EventSource does not say why.`,
  }
}

function gaveUp(url: string): ConnectionFailure {
  return {
    kind: 'native',
    // Not fatal: a server's restart (a 503 from a proxy) looks the same as a wrong URL (404).
    fatal: false,
    message:
      `The browser's EventSource gave up on ${url} and does not say why: a status other than 200, a media type other ` +
      "than text/event-stream, or CORS; a request by fetch ('auto') would tell which.",
  }
}
