import type { ConnectionFailure } from '../failure/connection-failure.js'
import { inWords } from '../failure/in-words.js'
import { unsupported } from '../failure/unsupported.js'
import { type BodyReader, openBody, toChunk, unreadable, withoutBody } from '../answer/body.js'
import { withBody } from '../answer/refused-body.js'
import { createParser } from '../event-stream/parser.js'
import { refusalOf } from '../answer/refusal.js'
import type { FetchLike } from '../standards/fetch-like.js'
import { networkFailure } from './network-failure.js'
import { isCrossOrigin } from '../platform/origin.js'
import { fetchFollowing } from './redirect.js'
import { checkFetchOptions, createInit, type FetchOptions, isRepeatable, type UndirectedInit } from './request.js'
import { whyNotFetchable } from './scheme.js'
import type { Transport, TransportRequest, TransportSession, TransportSink } from './transport.js'

/**
 * The event stream over `fetch`: for headers, other methods and bodies, for workers and runtimes without an `EventSource`,
 * and wherever the reason of a failure matters.
 *
 * @throws TypeError or RangeError for an option of the wrong kind.
 *
 * @example
 * ```ts
 * createEventSource<Events>(url, { transport: fetchTransport({ headers: async () => ({ authorization: await token() }) }) })
 * ```
 */
export function fetchTransport(options: FetchOptions = {}): Transport {
  checkFetchOptions('fetchTransport', options)
  return createFetchTransport(options)
}

/** For options that are checked already. */
export function createFetchTransport(options: FetchOptions): Transport {
  return { name: 'fetch', everyType: true, repeatable: isRepeatable(options), open: createFetchOpener(options) }
}

/**
 * Opens streams by `fetch`, and remembers between them which origins let the header of the last event ID through.
 *
 * @param strict - whether only a 200 opens the stream, as for the browser's `EventSource`
 */
export function createFetchOpener(
  options: FetchOptions,
  { strict = false }: { strict?: boolean } = {},
): Transport['open'] {
  const opener = { options: { ...options }, strict, acceptingIds: new Set<string>() }
  return (request, sink) => openFetch(opener, request, sink)
}

interface Opener {
  readonly options: FetchOptions
  readonly strict: boolean
  /** The origins that have answered a request with `Last-Event-ID`. */
  readonly acceptingIds: Set<string>
}

function openFetch(
  { options, strict, acceptingIds }: Opener,
  request: TransportRequest,
  sink: TransportSink,
): TransportSession {
  const futile = whyFutile(options, request.url)
  if (futile !== undefined) {
    sink.onEnd(futile)
    return { close() {} }
  }
  const controller = new AbortController()
  const { signal } = controller
  void run()
    .catch(answerFailure)
    .then((outcome) => {
      if (outcome !== 'no-content') readStack(outcome.cause)
      if (!signal.aborted) sink.onEnd(outcome)
      // Whichever way it ended: no socket stays open behind it.
      controller.abort()
    })
  return { close: () => controller.abort() }

  async function run(): Promise<ConnectionFailure | 'no-content'> {
    let answer = await ask(request)
    // A token may have expired between two attempts: the function that makes the headers is asked once more.
    if (answer.failure?.status === 401 && typeof options.headers === 'function' && !signal.aborted) {
      answer = await ask({ ...request, failure: answer.failure })
    }
    if (answer.failure?.kind === 'network' && mayBePreflight() && !signal.aborted) {
      answer = await ask({ ...request, lastEventId: '' })
    }
    if (answer.failure !== undefined) return answer.failure
    const { status, url, body, reader, resumed } = answer
    // "Clients can be told to stop reconnecting using the HTTP 204 No Content response code."
    // And where we were closed meanwhile, no outcome is heard.
    if (status === 204 || signal.aborted) return 'no-content'
    if (reader === undefined) return withoutBody(body, url)
    sink.onOpen({ transport: 'fetch', resumed })
    return read(reader, url)
  }

  /**
   * Whether the failure may be a refused preflight, which looks like a network error. Without the header there is no
   * preflight: better to begin again, as `resumed` says, than never to come back. An ID that got through is kept.
   */
  function mayBePreflight(): boolean {
    const { url, lastEventId, lastEventIdInUrl } = request
    const carriesId = lastEventId !== '' && !lastEventIdInUrl
    return carriesId && isRepeatable(options) && isCrossOrigin(url) && !acceptingIds.has(new URL(url).origin)
  }

  async function ask(asked: TransportRequest): Promise<Answer> {
    const fetch: FetchLike = options.fetch ?? globalThis.fetch
    let init: UndirectedInit
    try {
      init = await createInit(options, asked, signal)
    } catch (cause) {
      return { failure: applicationFailure(cause) }
    }
    // What a fetch of the application's own adds by itself (a token) is to reach another origin no more than the platform lets it.
    const byPlatform = options.fetch !== undefined && options.headers === undefined
    const arrival = await fetchFollowing(fetch, asked.url, init, options.redirect ?? 'follow', byPlatform)
    if (arrival.failure !== undefined) return arrival
    const carriesId = 'last-event-id' in init.headers
    if (carriesId) acceptingIds.add(new URL(asked.url).origin)
    const { response, url } = arrival
    const { status, body } = response
    const reader = openBody(body)
    // Beside the abort of the fetch, which a stand-in for it may not pass on to the body: no read is left waiting.
    const release = (): void => reader?.cancel()
    signal.addEventListener('abort', release)
    if (signal.aborted) release()
    const failure = status === 204 ? undefined : refusalOf(response, { url, strict })
    if (failure !== undefined) return { failure: await withBody(failure, reader) }
    const { lastEventId, lastEventIdInUrl } = asked
    const resumed = lastEventId !== '' && (lastEventIdInUrl || carriesId)
    return { status, url, body, reader, resumed }
  }

  /** Reads the stream to its end, and says why it came to it. */
  async function read(reader: BodyReader, url: string): Promise<ConnectionFailure> {
    const { origin } = new URL(url)
    let tooLarge: ConnectionFailure | undefined
    // The signal itself, asked for each chunk, takes Node a fifth of the time for a chunk of one event.
    let isClosed = signal.aborted
    const parser = createParser({
      onEvent: (message) => sink.onMessage(message, origin),
      onId: (id) => sink.onLastEventId(id),
      onRetry: (ms) => sink.onReconnectionTime(ms),
      onError: (cause) => {
        tooLarge = { kind: 'too-large', fatal: true, message: cause.message, url, cause }
      },
      maxEventSize: options.maxEventSize,
    })
    // Where a listener closes in the midst of a chunk, the rest of it is not delivered.
    signal.addEventListener('abort', () => {
      isClosed = true
      parser.reset()
    })
    while (tooLarge === undefined) {
      let chunk: Awaited<ReturnType<BodyReader['read']>>
      try {
        // oxlint-disable-next-line no-await-in-loop -- a stream is read one chunk after the other
        chunk = await reader.read()
      } catch (cause) {
        return { ...networkFailure(`The stream from ${url} broke off`, cause, 'the network, or the server'), url }
      }
      if (chunk.done || isClosed) break
      sink.onActivity()
      try {
        parser.push(chunk.value instanceof Uint8Array ? chunk.value : toChunk(chunk.value))
      } catch (cause) {
        return unreadable(cause, url)
      }
    }
    return (
      tooLarge ?? { kind: 'ended', fatal: false, message: 'The server, or a proxy in between, ended the stream.', url }
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
      readonly reader: BodyReader | undefined
      readonly resumed: boolean
    }

/**
 * Until an error's stack is read, V8 keeps the functions that it passed through, and those keep what they know: the failure of
 * the attempt before, with its error. A server that is down for long would fill the memory with that chain.
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
      `The application's method, headers or body could not be made (${inWords(cause)}); ` +
      'its function threw, or returned what cannot be sent.',
    cause,
  }
}

/** Not fatal: a `fetch` that catches the network's errors resolves to nothing. */
function answerFailure(cause: unknown): ConnectionFailure {
  return {
    kind: 'application',
    fatal: false,
    message: `What fetch resolved to could not be read as a Response (${inWords(cause)}): check the option fetch.`,
    cause,
  }
}

/** Why no request can ever be made here: a global is missing, or the platform's `fetch` cannot use the URL. */
function whyFutile({ fetch = globalThis.fetch }: FetchOptions, url: string): ConnectionFailure | undefined {
  if (typeof fetch !== 'function') return unsupported('has no fetch: pass one as the option `fetch`')
  const missing = ['AbortController', 'TextDecoder', 'URL'].find(
    (name) => typeof Reflect.get(globalThis, name) !== 'function',
  )
  if (missing !== undefined) return unsupported(`has no ${missing}: put a polyfill in place`)
  const why = fetch === globalThis.fetch ? whyNotFetchable(new URL(url)) : undefined
  return why === undefined
    ? undefined
    : { kind: 'unsupported', fatal: true, message: `Nothing was requested: ${why}`, url }
}
