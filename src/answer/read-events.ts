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

/** What {@link readEvents} takes. */
export interface ReadEventsOptions extends Pick<ParserOptions, 'maxEventSize'> {
  /** Aborting it ends the loop with its reason, and releases the body at once. */
  readonly signal?: AbortSignal | undefined
  /**
   * How the end is recognised. The loop ends with that event, and the body is released. A stream that ends without its
   * mark is incomplete: the loop throws a {@link ConnectionError} of the kind `ended`. What the function throws, the
   * loop throws.
   *
   * @default the end of the stream is the end
   */
  readonly endOn?: EndOn | undefined
}

/**
 * Reads the events of one answer, and no more than that: nothing is sent, nothing is reestablished. The answer of a
 * language model to a POST is read like this.
 *
 * The loop ends with the stream; a 204 (No Content) has no events. An event without its blank line is discarded. However
 * the loop is left, the body is released at once.
 *
 * @param response - what `fetch` resolved to, its body not yet read
 * @param options - `signal`, `endOn`, and `maxEventSize` in bytes (default: 16 MiB)
 * @throws TypeError when an argument has the wrong type, an option does not exist, or the body is read already
 * @throws RangeError when `maxEventSize` is not more than 0
 * @throws {@link ConnectionError} in the loop: the status is not one of 2xx, the media type is not
 * `text/event-stream`, the body cannot be read while it arrives, the connection broke, or the stream ended without the
 * mark of `endOn`
 * @throws {@link ParseError} in the loop, after the events before it: an event is larger than `maxEventSize`
 * @throws the signal's reason, in the loop, once it is aborted
 * @example
 * for await (const { data } of readEvents(await fetch('/chat', { method: 'POST', body }))) console.log(data)
 * @see https://html.spec.whatwg.org/multipage/server-sent-events.html#event-stream-interpretation
 */
export function readEvents(
  response: FetchLikeResponse,
  options: ReadEventsOptions = {},
): AsyncGenerator<EventStreamMessage, void, undefined> {
  if (typeof response?.headers?.get !== 'function')
    throw new TypeError('response must be a Response, as fetch gives it')
  checkIsObject(options)
  checkNames('readEvents', options, ['signal', 'endOn', 'maxEventSize'])
  const { maxEventSize, signal, endOn } = options
  if (signal !== undefined && !SIGNAL_RULE.holds(signal)) {
    throw new TypeError('signal must be an AbortSignal')
  }
  if (endOn !== undefined && !isEndOn(endOn)) throw new TypeError(`endOn must be ${END_ON}`)
  const { body } = response
  if (body && 'locked' in body && body.locked)
    throw new TypeError('response.body is locked: somebody else reads it already')

  let batch: EventStreamMessage[] = []
  let taken = 0
  /** What the loop throws once it has taken the events before. */
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
    // Nothing more of this chunk is delivered.
    parser.reset()
  }

  const reader = openBody(body)
  /** Ends the wait for a chunk. */
  let letGo: (() => void) | undefined
  const release = (): void => {
    signal?.removeEventListener('abort', release)
    reader?.cancel()
    letGo?.()
  }
  signal?.addEventListener('abort', release)

  let state: 'unread' | 'reading' | 'ended' = 'unread'
  /** How many calls of next() wait, and what the last of them waits for: they are answered in their order. */
  let waiting = 0
  let last: Promise<Result> | undefined

  function end(): void {
    state = 'ended'
    batch = []
    taken = 0
    release()
  }

  /** Looks at the answer before its body is read. */
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

  /** The next chunk, or the end where the loop is left before: a body that is a stand-in may never answer. */
  function read(): Promise<Chunk> {
    return new Promise((resolve, reject) => {
      letGo = () => resolve({ done: true })
      reader!.read().then(resolve, reject)
    })
  }

  function push(chunk: unknown): void {
    try {
      parser.push(chunk instanceof Uint8Array ? chunk : toChunk(chunk))
    } catch (cause) {
      throw new ConnectionError(unreadable(cause, response.url))
    }
    // At once: the loop may take its time with the events before.
    if (isComplete || fault !== undefined) release()
  }

  /** Reads on until there is an event, or nothing more to read. */
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
          // The application's own doing, by the signal that it gave to `fetch`: that is no failure of the connection.
          throw isAbort(cause) ? cause : new ConnectionError(broken(response.url, cause))
        }
        throwIfAborted(signal)
        batch = []
        taken = 0
        // The loop may have been left with the chunk on its way: nobody waits for its events any more.
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

  // Written out: as a generator function, each event of a large chunk costs half as much again.
  return {
    next(): Promise<Result> {
      if (waiting === 0 && taken < batch.length && !signal?.aborted) {
        return Promise.resolve({ done: false, value: batch[taken++]! })
      }
      // Not behind a call that waits for a body that never answers.
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
    // Where the symbol does not exist, its key would be the string 'undefined'.
    ...(Symbol.asyncDispose && { [Symbol.asyncDispose]: async () => end() }),
  }
}

type Result = IteratorResult<EventStreamMessage, void>
type Chunk = Awaited<ReturnType<BodyReader['read']>>

/** By its name: errors and DOMExceptions may come from another realm. */
function isAbort(cause: unknown): boolean {
  return isObject(cause) && 'name' in cause && (cause.name === 'AbortError' || cause.name === 'TimeoutError')
}

function incomplete(url: string): ConnectionFailure {
  return {
    kind: 'ended',
    fatal: false,
    message:
      `${url || 'The server'}, or a proxy in between, ended the stream without the mark that endOn names: ` +
      'the answer is incomplete; ask again.',
    url,
  }
}

function broken(url: string, cause: unknown): ConnectionFailure {
  return {
    kind: 'network',
    fatal: false,
    message: `The connection to ${url || 'the server'} broke before the stream had ended; asking again may succeed.`,
    url,
    cause,
  }
}
