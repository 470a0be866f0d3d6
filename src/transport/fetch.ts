import { advice } from '../messages/advice.js'
import type { ConnectionFailure } from '../failure/connection-failure.js'
import { checkOptions } from '../arguments/check-options.js'
import { inWords } from '../failure/in-words.js'
import { unsupported } from '../failure/unsupported.js'
import { type BodyReader, openBody, toChunk, unreadable, withoutBody } from '../answer/body.js'
import { withBody } from '../answer/refused-body.js'
import { type EventStreamParser, parserOf } from '../event-stream/parser.js'
import { refusalOf } from '../answer/refusal.js'
import type { FetchLike } from '../standards/fetch-like.js'
import { networkFailure } from './network-failure.js'
import { isCrossOrigin } from '../platform/origin.js'
import { fetchFollowing } from './redirect.js'
import { createInit, type InitWithoutRedirect } from './request.js'
import {
  FETCH_RULES,
  type FetchOptions,
  type FetchSettings,
  isRepeatable,
  resolveFetchOptions,
} from './fetch-options.js'
import { whyNotFetchable } from './scheme.js'
import type { Transport, TransportRequest, TransportSession, TransportSink } from './transport.js'

/**
 * The event stream over `fetch`: for headers, other methods and bodies, for runtimes without an `EventSource`, and if
 * you need to know why a connection failed.
 *
 * @throws TypeError or RangeError for an option of the wrong kind.
 *
 * @example
 * ```ts
 * const headers = async () => ({ authorization: await token() })
 * createEventSource<Events>(url, { transport: fetchTransport({ headers }) })
 * ```
 */
export function fetchTransport(options: FetchOptions = {}): Transport {
  const given = checkOptions('fetchTransport', options, FETCH_RULES)
  return createFetchTransport(resolveFetchOptions('fetchTransport', given))
}

/** The same for options that have been checked. */
export function createFetchTransport(settings: FetchSettings): Transport {
  return { name: 'fetch', everyType: true, repeatable: isRepeatable(settings), open: createFetchOpener(settings) }
}

/** Opens streams by `fetch`, and remembers which origins accept the `Last-Event-ID` header. */
export function createFetchOpener(settings: FetchSettings): Transport['open'] {
  const acceptingIds = new Set<string>()
  return (request, sink) => openFetch(settings, acceptingIds, request, sink)
}

/** @param acceptingIds - the origins that have answered a request with a `Last-Event-ID` header */
function openFetch(
  settings: FetchSettings,
  acceptingIds: Set<string>,
  request: TransportRequest,
  sink: TransportSink,
): TransportSession {
  const futile = whyFutile(settings, request.url)
  if (futile !== undefined) {
    sink.onEnd(futile)
    return { close() {} }
  }
  const controller = new AbortController()
  const { signal } = controller
  // Closed by a call and not by listeners of the signal, which are slow to add in Node, as `aborted` is to read.
  let isClosed = false
  let body: BodyReader | undefined
  let parser: EventStreamParser | undefined
  void run()
    .catch(answerFailure)
    .then((outcome) => {
      if (outcome !== 'no-content') readStack(outcome.cause)
      if (!isClosed) sink.onEnd(outcome)
      // However it ended, no socket may stay open.
      close()
    })
  return { close }

  function close(): void {
    isClosed = true
    controller.abort()
    // Cancels the body too: a custom fetch may not forward the signal to it, and the pending read would hang.
    body?.cancel()
    // If a listener closes the session, the rest of the current chunk is not delivered.
    parser?.reset()
  }

  async function run(): Promise<ConnectionFailure | 'no-content'> {
    let answer = await ask(request)
    // A token may have expired since the last attempt, so the headers function is called once more.
    if (answer.failure?.status === 401 && typeof settings.headers === 'function' && !isClosed) {
      answer = await ask({ ...request, failure: answer.failure })
    }
    if (answer.failure?.kind === 'network' && mayBePreflight() && !isClosed) {
      answer = await ask({ ...request, lastEventId: '' })
    }
    if (answer.failure !== undefined) return answer.failure
    const { status, url, resumed } = answer
    // "Clients can be told to stop reconnecting using the HTTP 204 No Content response code."
    // If the session was closed meanwhile, the outcome is ignored.
    if (status === 204 || isClosed) return 'no-content'
    if (body === undefined) return withoutBody(answer.body, url)
    sink.onOpen({ transport: 'fetch', resumed })
    return read(body, url)
  }

  /**
   * Whether the failure may be a refused preflight, which looks like a network error. Without the header there is none:
   * better to start over (`resumed: false`) than to fail forever. Not if the origin has accepted an ID before.
   */
  function mayBePreflight(): boolean {
    const { url, lastEventId, lastEventIdInUrl } = request
    const carriesId = lastEventId !== '' && !lastEventIdInUrl
    return carriesId && isRepeatable(settings) && isCrossOrigin(url) && !acceptingIds.has(new URL(url).origin)
  }

  async function ask(asked: TransportRequest): Promise<Answer> {
    const fetch: FetchLike = settings.fetch ?? globalThis.fetch
    let init: InitWithoutRedirect
    try {
      init = await createInit(settings, asked, signal)
    } catch (cause) {
      return { failure: applicationFailure(cause) }
    }
    // A custom fetch may add secrets, so the platform follows redirects: it drops `Authorization` on another origin.
    const byPlatform = settings.fetch !== undefined && settings.headers === undefined
    const arrival = await fetchFollowing(fetch, asked.url, init, settings.redirect, byPlatform)
    if (arrival.failure !== undefined) return arrival
    const carriesId = 'last-event-id' in init.headers
    if (carriesId) acceptingIds.add(new URL(asked.url).origin)
    const { response, url } = arrival
    body = openBody(response.body)
    const { status } = response
    const failure = status === 204 ? undefined : refusalOf(response, { url, strict: settings.strict })
    if (failure !== undefined) return { failure: await withBody(failure, body) }
    const { lastEventId, lastEventIdInUrl } = asked
    const resumed = lastEventId !== '' && (lastEventIdInUrl || carriesId)
    return { status, url, body: response.body, resumed }
  }

  /** Reads the stream to its end, and returns why it ended. */
  async function read(reader: BodyReader, url: string): Promise<ConnectionFailure> {
    const { origin } = new URL(url)
    let tooLarge: ConnectionFailure | undefined
    const reading = parserOf({
      onEvent: (message) => sink.onMessage(message, origin),
      onId: (id) => sink.onLastEventId(id),
      onRetry: (ms) => sink.onReconnectionTime(ms),
      onError: (cause) => {
        tooLarge = { kind: 'too-large', fatal: true, message: cause.message, url, cause }
      },
      maxEventSize: settings.maxEventSize,
    })
    parser = reading
    while (tooLarge === undefined) {
      let chunk: Awaited<ReturnType<BodyReader['read']>>
      try {
        // oxlint-disable-next-line no-await-in-loop -- chunks are read one after the other
        chunk = await reader.read()
      } catch (cause) {
        return {
          ...networkFailure(`The stream from ${url} was interrupted`, cause, advice('the network, or the server')),
          url,
        }
      }
      if (chunk.done || isClosed) break
      sink.onActivity()
      try {
        reading.push(chunk.value instanceof Uint8Array ? chunk.value : toChunk(chunk.value))
      } catch (cause) {
        return unreadable(cause, url)
      }
    }
    return (
      tooLarge ?? {
        kind: 'ended',
        fatal: false,
        message: `The server or a proxy ended the stream${advice('.', 'failures')}`,
        url,
      }
    )
  }
}

type Answer =
  | { readonly failure: ConnectionFailure }
  | {
      readonly failure?: undefined
      readonly status: number
      readonly url: string
      readonly body: unknown
      readonly resumed: boolean
    }

/**
 * Reading `stack` frees the closures that V8 keeps for it; otherwise each failure retains the one before, and memory
 * grows while a server is down.
 */
function readStack(cause: unknown): void {
  if (!(cause instanceof Error)) return
  void cause.stack
  if (cause.cause instanceof Error) void cause.cause.stack
}

function applicationFailure(cause: unknown): ConnectionFailure {
  return {
    kind: 'application',
    fatal: false,
    message:
      `The method, headers or body function of the application failed (${inWords(cause)})` +
      advice(': it threw, or returned a value that cannot be sent.', 'failures'),
    cause,
  }
}

/** Not fatal: a custom `fetch` that catches network errors may resolve to undefined. */
function answerFailure(cause: unknown): ConnectionFailure {
  return {
    kind: 'application',
    fatal: false,
    message:
      `fetch did not resolve to a Response that can be read (${inWords(cause)})` +
      advice(': check the option fetch.', 'failures'),
    cause,
  }
}

/** Why no request can be made here: a global is missing, or the platform's `fetch` cannot use the URL. */
function whyFutile({ fetch = globalThis.fetch }: FetchSettings, url: string): ConnectionFailure | undefined {
  if (typeof fetch !== 'function') return unsupported(`has no fetch${advice(': pass one as the option `fetch`')}`)
  const missing = ['AbortController', 'TextDecoder', 'URL'].find(
    (name) => typeof Reflect.get(globalThis, name) !== 'function',
  )
  if (missing !== undefined) return unsupported(`has no ${missing}${advice(': install a polyfill')}`)
  const why = fetch === globalThis.fetch ? whyNotFetchable(new URL(url)) : undefined
  return why === undefined
    ? undefined
    : { kind: 'unsupported', fatal: true, message: `No request was made: ${why}`, url }
}
