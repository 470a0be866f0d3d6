import { advice } from '../messages/advice.js'
import { checkNames } from '../arguments/check-names.js'
import { throwIfAborted } from '../platform/abort-reason.js'
import { isObject, SIGNAL_RULE } from '../arguments/check-options.js'
import { ConnectionError } from '../failure/connection-error.js'
import type { ConnectionFailure } from '../failure/connection-failure.js'
import type { FetchLikeResponse } from '../standards/fetch-like.js'
import { type BodyReader, openBody, toChunk, unreadable, withoutBody } from './body.js'
import { END_ON, type EndOn, isEndOn, readEndMark } from '../event-stream/end-mark.js'
import { withBody } from './refused-body.js'
import type { EventStreamMessage } from '../event-stream/message.js'
import { checkIsObject, type ParserOptions } from '../event-stream/parser-options.js'
import { createParser } from '../event-stream/parser.js'
import { refusalOf } from './refusal.js'

/** The options of {@link readEvents}. */
export interface ReadEventsOptions extends Pick<ParserOptions, 'maxEventSize'> {
  /** When it aborts, the loop throws its reason, and the body is released at once. */
  readonly signal?: AbortSignal | undefined
  /**
   * How to recognise the last event, after which the loop ends and the body is released. If the stream ends without it,
   * the loop throws a {@link ConnectionError} of the kind `ended`. If the function throws, the loop throws that error.
   *
   * @default the loop ends when the stream ends
   */
  readonly endOn?: EndOn | undefined
}

/**
 * Iterates over the events of one response, such as that of a language model to a POST. It does not send requests and
 * does not reconnect.
 *
 * The loop ends when the stream ends; a 204 (No Content) has no events. An incomplete last event is discarded. When you
 * leave the loop, the body is released at once.
 *
 * A message has only its own `id`. To know where to resume, keep the latest: `if (id !== undefined) lastEventId = id`.
 *
 * @param response - the result of `fetch`, with an unread body
 * @throws TypeError if an argument has the wrong type, an option does not exist, or the body is locked
 * @throws RangeError if `maxEventSize` is not greater than 0
 * @throws {@link ConnectionError} in the loop: the status is not 2xx, the media type is not `text/event-stream`, the
 * body cannot be streamed, the connection broke, or the stream ended without the event that `endOn` recognises
 * @throws {@link ParseError} in the loop, after the events before it: an event is larger than `maxEventSize`
 * @throws the signal's reason, in the loop, when it aborts
 *
 * @example
 * ```ts
 * const response = await fetch('/chat', { method: 'POST', body })
 * for await (const { data } of readEvents(response)) console.log(data)
 * ```
 * @see https://html.spec.whatwg.org/multipage/server-sent-events.html#event-stream-interpretation
 */
export function readEvents(
  response: FetchLikeResponse,
  options: ReadEventsOptions = {},
): AsyncGenerator<EventStreamMessage, void, undefined> {
  if (typeof response?.headers?.get !== 'function')
    throw new TypeError(`response must be a Response${advice(', such as fetch returns', 'event-stream')}`)
  checkIsObject(options)
  checkNames('readEvents', options, ['signal', 'endOn', 'maxEventSize'])
  const { maxEventSize, signal, endOn } = options
  if (signal !== undefined && !SIGNAL_RULE.holds(signal)) {
    throw new TypeError(`signal must be an AbortSignal${advice('', 'event-stream')}`)
  }
  if (endOn !== undefined && !isEndOn(endOn))
    throw new TypeError(`endOn${advice(` must be ${END_ON}`, 'event-stream')}`)
  const { body } = response
  if (body && 'locked' in body && body.locked)
    throw new TypeError(`response.body is locked${advice(': other code is already reading it', 'event-stream')}`)

  let batch: EventStreamMessage[] = []
  let taken = 0
  /** What the loop throws after the events before it. */
  let fault: { readonly error: unknown } | undefined
  let isComplete = false
  const parser = createParser({
    maxEventSize,
    onEvent: endOn === undefined ? (message) => batch.push(message) : takeUntilMark,
    onError: (error) => {
      fault = { error }
    },
  })

  function takeUntilMark(message: EventStreamMessage): void {
    let mark: ReturnType<typeof readEndMark>
    try {
      mark = readEndMark(endOn, message)
    } catch (error) {
      fault = { error }
      return parser.reset()
    }
    if (mark !== 'withhold') batch.push(message)
    if (mark === false) return
    isComplete = true
    // The rest of this chunk is ignored.
    parser.reset()
  }

  const reader = openBody(body)
  /** Resolves the pending read. */
  let stopReading: (() => void) | undefined
  const release = (): void => {
    signal?.removeEventListener('abort', release)
    reader?.cancel()
    stopReading?.()
  }
  signal?.addEventListener('abort', release)

  let state: 'unread' | 'reading' | 'ended' = 'unread'
  /** The number of pending calls of next(), and the result of the last one: they are answered in order. */
  let waiting = 0
  let last: Promise<Result> | undefined

  function end(): void {
    state = 'ended'
    batch = []
    taken = 0
    release()
  }

  /** Checks the response before its body is read. */
  async function begin(): Promise<void> {
    state = 'reading'
    throwIfAborted(signal)
    if (response.status === 204) return end()
    const refusal = refusalOf(response)
    if (refusal !== undefined) {
      const explained = await withBody(refusal, reader)
      throwIfAborted(signal)
      throw new ConnectionError(explained)
    }
    if (reader === undefined) throw new ConnectionError(withoutBody(body, response.url))
  }

  /** Reads the next chunk. Resolves when the loop is left, because the body of a custom fetch may never respond. */
  function read(): Promise<Chunk> {
    return new Promise((resolve, reject) => {
      stopReading = () => resolve({ done: true })
      reader!.read().then(resolve, reject)
    })
  }

  function push(chunk: unknown): void {
    try {
      parser.push(chunk instanceof Uint8Array ? chunk : toChunk(chunk))
    } catch (cause) {
      throw new ConnectionError(unreadable(cause, response.url))
    }
    // Released now, because the loop may be slow to take the remaining events.
    if (isComplete || fault !== undefined) release()
  }

  /** Reads until there is an event or the stream has ended. */
  async function advance(): Promise<Result> {
    try {
      if (state === 'unread') await begin()
      while (state === 'reading') {
        throwIfAborted(signal)
        if (taken < batch.length) return { done: false, value: batch[taken++]! }
        if (fault !== undefined) throw fault.error
        if (isComplete) {
          end()
          break
        }
        let chunk: Chunk
        try {
          // oxlint-disable-next-line no-await-in-loop -- a stream is read one chunk after the other
          chunk = await read()
        } catch (cause) {
          throwIfAborted(signal)
          // Aborted by a signal that the application passed to `fetch`: not a failure of the connection.
          throw isAbort(cause) ? cause : new ConnectionError(broken(response.url, cause))
        }
        throwIfAborted(signal)
        batch = []
        taken = 0
        // If the loop was left while the chunk arrived, nobody waits for its events.
        if (state !== 'reading') end()
        else if (!chunk.done) push(chunk.value)
        else if (endOn === undefined) end()
        else throw new ConnectionError(incomplete(response.url))
      }
      return { done: true, value: undefined }
    } catch (error) {
      end()
      throw error
    } finally {
      waiting -= 1
    }
  }

  // Written by hand: an async generator costs more per event.
  return {
    next(): Promise<Result> {
      if (waiting === 0 && taken < batch.length && !signal?.aborted) {
        return Promise.resolve({ done: false, value: batch[taken++]! })
      }
      // Does not queue behind a pending call, because the body may never respond.
      if (state === 'ended') return Promise.resolve({ done: true, value: undefined })
      waiting += 1
      return (last = waiting === 1 ? advance() : last!.then(advance, advance))
    },
    return(): Promise<Result> {
      end()
      return Promise.resolve({ done: true, value: undefined })
    },
    throw(error: unknown): Promise<Result> {
      end()
      return Promise.reject(error)
    },
    [Symbol.asyncIterator]() {
      return this
    },
    // If the symbol does not exist, its key would be the string 'undefined'.
    ...(Symbol.asyncDispose && { [Symbol.asyncDispose]: async () => end() }),
  }
}

type Result = IteratorResult<EventStreamMessage, void>
type Chunk = Awaited<ReturnType<BodyReader['read']>>

/** Checks the name, because errors and DOMExceptions may come from another realm. */
function isAbort(cause: unknown): boolean {
  return isObject(cause) && 'name' in cause && (cause.name === 'AbortError' || cause.name === 'TimeoutError')
}

function incomplete(url: string): ConnectionFailure {
  return {
    kind: 'ended',
    fatal: false,
    message:
      `${url || 'The server'}${advice(', or a proxy in between,')} ended the stream ` +
      'without the event that endOn recognises' +
      advice(', so the response is incomplete; send the request again.', 'failures'),
    url,
  }
}

function broken(url: string, cause: unknown): ConnectionFailure {
  return {
    kind: 'network',
    fatal: false,
    message:
      `The connection to ${url || 'the server'} broke before the stream ended` +
      advice('; another request may succeed.', 'failures'),
    url,
    cause,
  }
}
