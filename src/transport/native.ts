import { advice } from '../messages/advice.js'
import type { ConnectionFailure } from '../failure/connection-failure.js'
import { createFetchOpener } from './fetch.js'
import { FETCH_DEFAULTS } from './fetch-options.js'
import { isCrossOrigin } from '../platform/origin.js'
import type { Transport, TransportRequest, TransportSession, TransportSink } from './transport.js'

/**
 * The browser's own `EventSource`. It needs no preflight, and the developer tools show it as an event stream; but it
 * sends no headers, reports neither comments nor `retry:`, and delivers only event types that have a listener.
 *
 * A new `EventSource` cannot send a last event ID. If there is one and `lastEventIdParam` is not set, the browser's own
 * reconnection is used.
 *
 * When the browser gives up, it does not say why. One `fetch` request, which ends once the response head has arrived,
 * finds out: the status, `Retry-After`, or that the server asks clients not to reconnect.
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
      message: `This runtime has no EventSource${advice(": use transport 'auto' or 'fetch'.", 'transports')}`,
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
    // A new EventSource starts with an empty ID: until this stream sets one, ours is still valid.
    if (id !== '') idSeen = true
    const isNew = idSeen && id !== lastEventId
    if (isNew) lastEventId = id
    sink.onMessage({ event: type, data, id: isNew ? id : undefined }, origin)
  }

  // A server may send events of the type `open` or `error`: those are MessageEvents, unlike the connection's own.
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
    // The browser sends only IDs that it has received itself.
    const needsHeader = idSeen && lastEventId !== '' && !request.lastEventIdInUrl
    // On another origin, fetch might need a preflight that is refused. Otherwise we reconnect ourselves, with backoff.
    if (needsHeader && (!fetchMayTakeOver || isCrossOrigin(request.url))) {
      resumed = true
      sink.onInterrupted(failure)
    } else {
      source.close()
      sink.onEnd(failure)
    }
  }

  function inquire(): void {
    // Without the last event ID: it may need a preflight, and the reason does not depend on it.
    // Strict, so that a response that the browser refuses does not count as open.
    inquiry = createFetchOpener({ ...FETCH_DEFAULTS, strict: true })(
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

/** By shape: a polyfill may have its own event classes. */
function isMessage(event: Event): event is MessageEvent<string> {
  return 'data' in event
}

function interrupted(url: string): ConnectionFailure {
  return {
    kind: 'network',
    fatal: false,
    message:
      `The connection to ${url} failed or was lost` +
      advice("; the browser's EventSource does not say why.", 'failures'),
  }
}

function gaveUp(url: string): ConnectionFailure {
  return {
    kind: 'native',
    // Not fatal: a server that restarts (503 from a proxy) looks the same as a wrong URL (404).
    fatal: false,
    message:
      `The browser's EventSource gave up on ${url}` +
      advice(
        ' and does not say why: a status other than 200, a media type other than text/event-stream, or CORS; ' +
          "transport 'auto' or 'fetch' reports which.",
        'failures',
      ),
  }
}
