import {
  checkOptions,
  isFunction,
  isObject,
  type OptionRule,
  SIGNAL_RULE,
  wrongArgument,
} from '../arguments/check-options.js'
import { encodeComment, encodeMessage } from '../event-stream/encoder.js'
import type { EventStreamMessageInit } from '../event-stream/message.js'
import type { InferInput, SchemaMap } from '../standards/standard-schema.js'
import { encodeText } from './frame.js'
import { HEADERS_RULE, KEEP_ALIVE_RULE, RETRY_RULE, SCHEMAS_RULE } from './options.js'
import { createPayloadWriter } from './payload.js'
import { acceptsEventStream, headerOf, lastEventIdOf, type RequestLike } from './request.js'
import { refuse, streamHeaders } from './response-headers.js'

/** Where the events of one response come from: a `ReadableStream`, a generator, or anything else that is iterable. */
export type EventIterable<Event> = AsyncIterable<Event> | Iterable<Event> | ReadableStream<Event>

/** What a function that makes a source is given. */
export interface SourceContext {
  /** Aborts when the client has left. */
  readonly signal: AbortSignal
  /** The last event ID of the request; empty if it has none. */
  readonly lastEventId: string
}

/** A source, or a function that makes one when a client is there. */
export type EventSourceOf<Event> =
  | EventIterable<Event>
  | ((context: SourceContext) => EventIterable<Event> | Promise<EventIterable<Event>>)

/** The events of a source whose event types are declared by schemas. */
export type SchemaEvent<Schemas extends SchemaMap> = {
  [Type in keyof Schemas & string]: {
    readonly type: Type
    readonly data: InferInput<Schemas[Type]>
    readonly id?: string | undefined
  }
}[keyof Schemas & string]

/** The options of `createEventStreamResponse`. */
export interface EventStreamResponseOptions {
  /** Schemas declare the event types; without them, events are messages of the wire, whose data is text. */
  schemas?: never
  /** The request: for its last event ID, its `Accept` header and its signal. */
  request?: (RequestLike & { readonly signal?: AbortSignal | undefined }) | undefined
  /** Ends the stream when it aborts. */
  signal?: AbortSignal | undefined
  /**
   * A comment is sent so often while the source has nothing, in ms.
   *
   * @default 15000
   */
  keepAlive?: number | undefined
  /**
   * How long the client waits before it reconnects, in ms: a whole number.
   *
   * @default what the client uses
   */
  retry?: number | undefined
  /** Further headers of the response. They override those of the event stream. */
  headers?: Readonly<Record<string, string>> | undefined
}

/** The options of `createEventStreamResponse` with schemas. */
export interface SchemaResponseOptions<Schemas extends SchemaMap> extends Omit<EventStreamResponseOptions, 'schemas'> {
  /** A schema for each event type: the same object as for `createEventSource`. It checks what is sent. */
  schemas: Schemas
}

const NO_REQUEST: NonNullable<EventStreamResponseOptions['request']> = { headers: {} }

type AnyOptions = EventStreamResponseOptions | SchemaResponseOptions<SchemaMap>
type AnyEvent = EventStreamMessageInit | { readonly type: string; readonly data: unknown; readonly id?: string }

const RULES: readonly OptionRule[] = [
  SCHEMAS_RULE,
  { name: 'request', expected: 'a request', holds: (value) => isObject(value) && 'headers' in value },
  SIGNAL_RULE,
  KEEP_ALIVE_RULE,
  RETRY_RULE,
  HEADERS_RULE,
]

/**
 * Answers one request with the events of one source. Events are taken from the source as fast as the client reads them.
 * When the client leaves, the source is ended: its `return()` or `cancel()` is called, and the signal aborts.
 *
 * If the source throws, the response breaks off, so that the client sees a failure and not a clean end. The error goes
 * to the framework, which reads the body.
 *
 * @param source - events as `readEvents` yields them and `encodeMessage` takes them, such as `{ event, data: 'text' }`;
 * with `schemas`, `{ type, data }`, whose data is sent as JSON
 * @returns a response with the status 200; 406 if the request does not accept event streams
 * @throws TypeError or RangeError for wrong arguments
 *
 * @example
 * ```ts
 * export const POST = (request: Request) =>
 *   createEventStreamResponse(async function* () {
 *     for await (const text of answer(request)) yield { data: JSON.stringify({ text }) }
 *     yield { data: '[DONE]' }
 *   }, { request })
 * ```
 */
export function createEventStreamResponse(
  source: EventSourceOf<EventStreamMessageInit>,
  options?: EventStreamResponseOptions,
): Response
/**
 * Answers one request with the events of one source, whose event types are declared by schemas.
 *
 * @param source - events such as `{ type: 'price', data: { value: 42 } }`; their data is sent as JSON
 * @throws TypeError or RangeError for wrong arguments
 *
 * @example
 * ```ts
 * createEventStreamResponse(prices(), { schemas, request })
 * ```
 */
export function createEventStreamResponse<const Schemas extends SchemaMap>(
  source: EventSourceOf<SchemaEvent<Schemas>>,
  options: SchemaResponseOptions<Schemas>,
): Response
export function createEventStreamResponse(given: unknown, options: AnyOptions = {}): Response {
  checkOptions('createEventStreamResponse', options, RULES)
  if (!isFunction(given) && !isIterable(given)) {
    const expected = 'an async iterable, a ReadableStream, or a function that returns one'
    throw wrongArgument('createEventStreamResponse', 'the source', expected, given)
  }
  const source = given as EventSourceOf<AnyEvent>
  const { schemas, request = NO_REQUEST, signal, keepAlive = 15_000, retry, headers } = options
  if (!acceptsEventStream(headerOf(request, 'accept'))) {
    const refused = refuse(406, 'This is an event stream. Accept text/event-stream.')
    return new Response(refused.body, refused)
  }
  if (request.method === 'HEAD') return new Response(null, { headers: streamHeaders(headers) })

  const encode = schemas === undefined ? encodeWire : encodeTyped(schemas)
  const abort = new AbortController()
  const signals = [signal, request.signal].filter((each) => each !== undefined)
  let iterator: AsyncIterator<AnyEvent> | Iterator<AnyEvent> | undefined
  let timer: ReturnType<typeof setInterval> | undefined
  let output: ReadableStreamDefaultController<Uint8Array>

  function stop(): void {
    clearInterval(timer)
    for (const each of signals) each.removeEventListener('abort', onAbort)
    abort.abort()
    // Not awaited: a generator that waits for something else answers only after that.
    Promise.resolve(iterator?.return?.()).catch(() => {})
    iterator = undefined
  }

  function onAbort(): void {
    stop()
    output.close()
  }

  async function open(): Promise<AsyncIterator<AnyEvent> | Iterator<AnyEvent>> {
    const opened =
      typeof source === 'function'
        ? await source({ signal: abort.signal, lastEventId: lastEventIdOf(request) })
        : source
    return iterate(opened)
  }

  async function pull(): Promise<void> {
    iterator ??= await open()
    if (abort.signal.aborted) return stop()
    const { done, value } = await iterator.next()
    if (abort.signal.aborted) return
    if (done === true) {
      iterator = undefined
      stop()
      return output.close()
    }
    const text = await encode(value)
    if (!abort.signal.aborted) output.enqueue(encodeText(text))
  }

  const body = new ReadableStream<Uint8Array>({
    start(controller) {
      output = controller
      output.enqueue(encodeText(encodeComment('') + (retry === undefined ? '' : encodeMessage({ retry }))))
      if (signals.some(({ aborted }) => aborted)) return onAbort()
      for (const each of signals) each.addEventListener('abort', onAbort)
      timer = setInterval(() => {
        // A client that does not read needs no sign of life.
        if (output.desiredSize! > 0) output.enqueue(encodeText(encodeComment('')))
      }, keepAlive)
    },
    async pull() {
      try {
        await pull()
      } catch (error) {
        stop()
        throw error
      }
    },
    cancel: stop,
  })
  return new Response(body, { headers: streamHeaders(headers) })
}

function encodeWire(message: AnyEvent): string {
  return encodeMessage(message as EventStreamMessageInit)
}

function encodeTyped(schemas: SchemaMap): (event: AnyEvent) => Promise<string> {
  const writePayload = createPayloadWriter('createEventStreamResponse', schemas)
  return async (event) => {
    const { type, data, id } = event as { type: string; data: unknown; id?: string }
    return encodeMessage({ event: type, id, data: await writePayload(type, data) })
  }
}

function isIterable(value: unknown): boolean {
  return isObject(value) && (Symbol.asyncIterator in value || Symbol.iterator in value || 'getReader' in value)
}

function iterate(source: EventIterable<AnyEvent>): AsyncIterator<AnyEvent> | Iterator<AnyEvent> {
  if (!isIterable(source)) {
    const expected = 'an async iterable or a ReadableStream'
    throw wrongArgument('createEventStreamResponse', 'what the source function returns', expected, source)
  }
  if (Symbol.asyncIterator in source) return source[Symbol.asyncIterator]()
  if (Symbol.iterator in source) return source[Symbol.iterator]()
  return iterateReader(source)
}

/** Safari's streams are not iterable. */
function iterateReader(stream: ReadableStream<AnyEvent>): AsyncIterator<AnyEvent> {
  const reader = stream.getReader()
  return {
    next: async () => (await reader.read()) as IteratorResult<AnyEvent>,
    async return() {
      await reader.cancel()
      return { done: true, value: undefined }
    },
  }
}
