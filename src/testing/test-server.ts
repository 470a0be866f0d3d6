import {
  checkOptions,
  isObject,
  isString,
  numberRule,
  type OptionRule,
  wrongArgument,
} from '../arguments/check-options.js'
import type { SchemaMap, UndeclaredEvents } from '../client/events.js'
import { encodeMessage } from '../event-stream/encoder.js'
import type { FailureKind } from '../failure/connection-failure.js'
import type { InferInput } from '../standards/standard-schema.js'
import type { Transport } from '../transport/transport.js'
import type { Exchange, Exchanges, TestRequest } from './exchange.js'
import { answerFetch, type FetchInput } from './fake-fetch.js'
import { createFakeTransport } from './fake-transport.js'
import { checkFailure, type FailureDetails, failureOf, isAnswer } from './failures.js'

/** The options of {@link createTestServer}. */
export interface TestServerOptions<Schemas extends SchemaMap> {
  /** The schemas of the source: they declare the event types, and what the payloads are before they are checked. */
  schemas?: Schemas | undefined
}

/** The fields of an event besides its type and data. */
export interface EmitOptions {
  /** The event's own ID. */
  id?: string | undefined
  /** The reconnection time that the event sets, in ms. */
  retry?: number | undefined
}

/**
 * A server that does what a test says. It serves any number of sources: what it sends goes to all of them that are
 * connected. Each method that answers a request waits until there is one.
 */
export interface TestServer<Events> {
  /** Connects sources to the server: `createEventSource(url, { transport: server.transport })`. */
  readonly transport: Transport
  /**
   * A `fetch` that the server answers, for code that cannot be given a transport. Pass it as the option `fetch`, or
   * install it as `globalThis.fetch`. Its events arrive a moment after they are sent, as those of a real server.
   *
   * @example
   * ```ts
   * vi.stubGlobal('fetch', server.fetch)
   * ```
   */
  readonly fetch: (input: FetchInput, init?: RequestInit) => Promise<Response>
  /**
   * The same for the handlers of msw, which want a network error as `Response.error()`.
   *
   * @example
   * ```ts
   * http.post('/chat', ({ request }) => server.respond(request))
   * ```
   */
  readonly respond: (request: Request) => Promise<Response>
  /** The requests so far, oldest first. */
  readonly requests: readonly TestRequest[]
  /** How many requests wait for an answer or have an open stream: 0 once all sources are closed. */
  readonly connections: number
  /** Answers the waiting requests with an event stream. If there is none, waits for the next one. */
  open(): Promise<void>
  /**
   * Refuses the waiting requests and breaks the open streams. If there are none, waits for the next request. An open
   * stream stays open if the failure can only be an answer: `http`, `content-type` and `redirect`.
   *
   * @param details - what differs from the defaults, such as `{ status: 401 }`
   * @throws TypeError (as a rejection) for a wrong kind or detail, and for a kind that `fetch` cannot cause: over
   * {@link transport}, all kinds are possible
   *
   * @example
   * ```ts
   * await server.fail('http', { status: 503, retryAfter: 5000 })
   * ```
   */
  fail(kind: FailureKind, details?: FailureDetails): Promise<void>
  /** Answers the waiting requests with 204 (No Content), which closes sources for good. If there is none, waits. */
  noContent(): Promise<void>
  /**
   * Sends an event with a JSON payload to the open streams.
   *
   * @throws Error if no stream is open, TypeError for wrong arguments
   *
   * @example
   * ```ts
   * server.emit('price', { symbol: 'ACME', value: 42 }, { id: '7' })
   * ```
   */
  emit<Type extends keyof Events & string>(type: Type, data: Events[Type], options?: EmitOptions): void
  /**
   * Sends the first half of an event, and then breaks the open streams: the event must not be delivered.
   *
   * @throws as {@link emit}
   */
  cut<Type extends keyof Events & string>(type: Type, data: Events[Type], options?: EmitOptions): void
  /**
   * Sends text of the event stream as it is: comments, data that is not JSON, broken JSON.
   *
   * @throws Error if no stream is open, TypeError if the text is not a string
   *
   * @example
   * ```ts
   * server.write(': keep-alive\n\n')
   * server.write('data: [DONE]\n\n')
   * ```
   */
  write(text: string): void
  /**
   * Ends the open streams regularly.
   *
   * @throws Error if no stream is open
   */
  end(): void
}

/**
 * Creates a server for the test of code that uses an event source. It needs no network and no timers.
 *
 * @throws TypeError for wrong options
 *
 * @example
 * ```ts
 * const server = createTestServer<Prices>()
 * const prices = createEventSource<Prices>('/prices', { transport: server.transport })
 * await server.open()
 * server.emit('price', { symbol: 'ACME', value: 42 })
 * ```
 */
export function createTestServer<Events extends object = UndeclaredEvents>(options?: {
  schemas?: never
}): TestServer<Events>
/**
 * Creates a server whose event types are those of the schemas.
 *
 * @throws TypeError for wrong options
 *
 * @example
 * ```ts
 * const server = createTestServer({ schemas })
 * const prices = createEventSource('/prices', { schemas, transport: server.transport })
 * ```
 */
export function createTestServer<const Schemas extends SchemaMap>(
  options: TestServerOptions<Schemas>,
): TestServer<{ [Type in keyof Schemas]: InferInput<Schemas[Type]> }>
export function createTestServer(options: TestServerOptions<SchemaMap> = {}): TestServer<UndeclaredEvents> {
  checkOptions('createTestServer', options, RULES)
  const { schemas } = options
  const requests: TestRequest[] = []
  const waiting = new Set<Exchange>()
  const open = new Set<Exchange>()
  /** Those who wait for a request, in turn. */
  const arrivals: (() => void)[] = []

  const exchanges: Exchanges = {
    begin(exchange) {
      requests.push(exchange.request)
      waiting.add(exchange)
      arrivals.shift()?.()
    },
    remove(exchange) {
      waiting.delete(exchange)
      open.delete(exchange)
    },
  }

  async function until(isReady: () => boolean): Promise<void> {
    // In a loop, because the request may have gone before this continues.
    while (!isReady()) await new Promise<void>((resolve) => arrivals.push(resolve))
  }

  function isAsked(): boolean {
    return waiting.size > 0
  }

  function openWaiting(): void {
    answerAll(waiting, (exchange) => {
      open.add(exchange)
      exchange.open()
    })
  }

  function failAll(kind: FailureKind, details: FailureDetails): void {
    for (const set of isAnswer(kind) ? [waiting] : [waiting, open]) {
      answerAll(set, (exchange) => exchange.fail(failureOf(kind, details, exchange.request.url)))
    }
  }

  function encode(caller: string, type: string, data: unknown, fields: EmitOptions): string {
    checkOpen(caller)
    if (typeof type !== 'string') throw wrongArgument(caller, 'the event type', 'a string', type)
    if (schemas !== undefined && !Object.hasOwn(schemas, type)) {
      const declared = Object.keys(schemas).join(', ')
      throw new TypeError(`${caller}: the event type "${type}" has no schema; the declared types are: ${declared}.`)
    }
    checkOptions(caller, fields, EMIT_RULES)
    const json = JSON.stringify(data) as string | undefined
    if (json === undefined) throw wrongArgument(caller, 'data', 'a value that JSON can express', data)
    return encodeMessage({ event: type, data: json, ...fields })
  }

  function send(text: string): void {
    for (const exchange of Array.from(open)) exchange.write(text)
  }

  function checkOpen(caller: string): void {
    if (open.size > 0) return
    const [why, remedy] =
      waiting.size > 0
        ? ['a request is waiting for an answer', 'call await server.open() first']
        : requests.length === 0
          ? ['no source has connected yet', 'give this server to the source, and call await server.open() first']
          : ['every stream has ended', 'let the backoff of the source pass, and call await server.open()']
    throw new Error(`${caller}: no stream is open: ${why}; ${remedy}.`)
  }

  return {
    transport: createFakeTransport(exchanges),
    fetch: (input, init) => answerFetch(exchanges, input, init),
    respond: (request) => answerFetch(exchanges, request).catch(() => Response.error()),
    requests,
    get connections() {
      return waiting.size + open.size
    },
    async open() {
      if (!isAsked()) await until(isAsked)
      openWaiting()
    },
    async fail(kind, details = {}) {
      checkFailure(kind, details)
      const isConcerned = (): boolean => isAsked() || (open.size > 0 && !isAnswer(kind))
      if (!isConcerned()) await until(isConcerned)
      failAll(kind, details)
    },
    async noContent() {
      if (!isAsked()) await until(isAsked)
      answerAll(waiting, (exchange) => exchange.noContent())
    },
    emit(type, data, fields = {}) {
      send(encode('emit', type, data, fields))
    },
    cut(type, data, fields = {}) {
      const text = encode('cut', type, data, fields)
      send(text.slice(0, text.length / 2))
      failAll('network', { message: 'The test server cut the connection in the middle of an event.' })
    },
    write(text) {
      if (!isString(text)) throw wrongArgument('write', 'the text', 'a string', text)
      checkOpen('write')
      send(text)
    },
    end() {
      checkOpen('end')
      answerAll(open, (exchange) => exchange.end())
    },
  }
}

const RULES: readonly OptionRule[] = [
  { name: 'schemas', expected: 'an object of schemas by event type', holds: isObject },
]

const EMIT_RULES: readonly OptionRule[] = [
  { name: 'id', expected: 'a string', holds: isString },
  numberRule('retry', ' of ms', 0, Number.MAX_SAFE_INTEGER),
]

/** Empties the set. Those whose action throws stay in it. */
function answerAll(set: Set<Exchange>, act: (exchange: Exchange) => void): void {
  for (const exchange of Array.from(set)) {
    // The source of another may have been closed meanwhile.
    if (!set.has(exchange)) continue
    act(exchange)
    set.delete(exchange)
  }
}
