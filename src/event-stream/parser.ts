import { ParseError } from '../errors/parse-error.js'
import type { EventStreamMessage } from './message.js'
import { Utf8Decoder } from './utf8-decoder.js'

/** What {@link createParser} is given: who wants to hear what, and the limits. */
export interface ParserOptions {
  /** Called for every event, at its blank line. */
  readonly onEvent: (message: EventStreamMessage) => void
  /**
   * Called when a block sets the last event ID: at its blank line, before its `onEvent`, and for a block without data
   * too. A connection that is reestablished sends the latest one.
   */
  readonly onId?: ((id: string) => void) | undefined
  /**
   * Called with the reconnection time in ms, as soon as its line has ended: a whole number from zero on, at most
   * `Number.MAX_SAFE_INTEGER`. Larger than a timer takes it may well be: clamp it before waiting.
   */
  readonly onRetry?: ((reconnectionTime: number) => void) | undefined
  /** Called with the text of every comment, without its colon and the space that may follow it. */
  readonly onComment?: ((text: string) => void) | undefined
  /** Called once when the stream cannot be read on. Without it, `push` throws the error. */
  readonly onError?: ((error: ParseError) => void) | undefined
  /**
   * How large one event may become, in bytes of UTF-8: its lines of known fields, names and colons included, line ends
   * not. Default: 16 MiB (16,777,216). `Infinity` sets no limit. A comment counts only where `onComment` is given, and
   * together with the event around it.
   */
  readonly maxEventSize?: number | undefined
  /** The last event ID of an earlier connection, which the events have until the server sets another. Default: `''`. */
  readonly lastEventId?: string | undefined
}

/** Turns the bytes or the text of an event stream into events. See {@link createParser}. */
export interface EventStreamParser {
  /**
   * Reads the next chunk, of any size and cut anywhere. The callbacks are called before it returns.
   *
   * After {@link end}, and after an error was reported, it does nothing until {@link reset}.
   *
   * @param chunk - bytes, or text that is decoded already; not kept, so its memory may be used again afterwards
   * @throws TypeError when the chunk is neither
   * @throws {@link ParseError} when an event passes `maxEventSize` and there is no `onError`
   * @throws what a callback throws: at once; the rest of the chunk is lost
   * @throws Error when it is called from inside a callback, or after a callback threw, without a {@link reset} in between
   */
  push(chunk: Uint8Array | string): void
  /** The stream has ended: an event without its blank line is discarded. Whatever is pushed until {@link reset}, too. */
  end(): void
  /**
   * Makes the parser ready for a new connection: everything unfinished is forgotten, the last event ID is kept. Called
   * from inside a callback, nothing more of the current chunk is delivered.
   */
  reset(): void
}

const DEFAULT_MAX_EVENT_SIZE = 16 * 1024 * 1024
const FIELDS: readonly string[] = ['data', 'event', 'id', 'retry']

/**
 * Makes a parser of event streams: bytes or strings in, events out, exactly as the standard interprets them, however the
 * stream is cut into chunks. It does no I/O and sets no timer.
 *
 * @param options - the callbacks, of which `onEvent` is required, and the limits
 * @throws TypeError when an option has the wrong type
 * @throws RangeError when `maxEventSize` is not more than 0
 * @example
 * const parser = createParser({ onEvent: ({ event, data }) => console.log(event, data) })
 * parser.push('event: price\ndata: 42\n\n') // price 42
 * @see https://html.spec.whatwg.org/multipage/server-sent-events.html#event-stream-interpretation
 */
export function createParser(options: ParserOptions): EventStreamParser {
  checkOptions(options)
  return new Parser(options)
}

function checkOptions(options: ParserOptions): void {
  if (typeof options !== 'object' || options === null) throw new TypeError('options must be an object')
  if (typeof options.onEvent !== 'function') throw new TypeError('onEvent must be a function')
  for (const name of ['onId', 'onRetry', 'onComment', 'onError'] as const) {
    const callback = options[name]
    if (callback !== undefined && typeof callback !== 'function') throw new TypeError(`${name} must be a function`)
  }
  const { maxEventSize = DEFAULT_MAX_EVENT_SIZE, lastEventId = '' } = options
  if (typeof maxEventSize !== 'number') throw new TypeError('maxEventSize must be a number of bytes')
  if (!(maxEventSize > 0)) throw new RangeError(`maxEventSize must be more than 0 bytes, not ${maxEventSize}`)
  if (typeof lastEventId !== 'string') throw new TypeError('lastEventId must be a string')
}

class Parser implements EventStreamParser {
  readonly #options: ParserOptions
  readonly #maxEventSize: number
  readonly #decoder = new Utf8Decoder()

  /** `parsing` from the first to the last callback of a chunk: it stays so when one of them throws. */
  #state: 'ready' | 'parsing' | 'closed' = 'ready'
  #atStart = true
  #afterCarriageReturn = false

  /** The pieces of a line whose end has not come yet. */
  #line: string[] = []
  #lineSize = 0
  /** The line is one that is kept and counted, as its start has shown. */
  #lineMatters = false
  /** The line is one that means nothing, as its start has shown: what is still to come of it is not kept. */
  #lineIgnored = false

  /** The data buffer, as the values of its lines. */
  #data: string[] = []
  #eventType = ''
  /** The last event ID buffer, where the block has set it. */
  #id: string | undefined
  #lastEventId: string
  /** Bytes of the finished lines of the block. */
  #size = 0

  constructor(options: ParserOptions) {
    this.#options = options
    this.#maxEventSize = options.maxEventSize ?? DEFAULT_MAX_EVENT_SIZE
    this.#lastEventId = options.lastEventId ?? ''
  }

  push(chunk: Uint8Array | string): void {
    const isText = typeof chunk === 'string'
    if (!isText && !isBytes(chunk)) throw new TypeError('chunk must be a Uint8Array or a string')
    if (this.#state === 'closed' || chunk.length === 0) return
    if (this.#state === 'parsing') {
      throw new Error('push() was called from inside a callback, or after a callback threw; call reset() first')
    }
    this.#state = 'parsing'
    this.#parse(isText ? this.#decoder.flush() + chunk : this.#decoder.decode(chunk))
    if (this.#state === 'parsing') this.#state = 'ready'
  }

  end(): void {
    // "Once the end of the file is reached, any pending data must be discarded. (If the file ends in the middle of an
    // event, before the final empty line, the incomplete event is not dispatched.)"
    this.reset()
    this.#state = 'closed'
  }

  reset(): void {
    this.#state = 'ready'
    this.#decoder.reset()
    this.#atStart = true
    this.#afterCarriageReturn = false
    this.#endLine()
    this.#endBlock()
  }

  #parse(text: string): void {
    if (text === '') return // every byte of the chunk is still held by the decoder
    let start = 0
    if (this.#atStart) {
      this.#atStart = false
      // "The UTF-8 decode algorithm strips one leading UTF-8 Byte Order Mark (BOM), if any."
      if (text.charCodeAt(0) === 0xfeff) start = 1
    }
    if (this.#afterCarriageReturn && start < text.length) {
      this.#afterCarriageReturn = false
      if (text.charCodeAt(start) === 0x0a) start++
    }
    // "with a U+000D CARRIAGE RETURN U+000A LINE FEED (CRLF) character pair, a single U+000A LINE FEED (LF) character not
    // preceded by a U+000D CARRIAGE RETURN (CR) character, and a single U+000D CARRIAGE RETURN (CR) character not
    // followed by a U+000A LINE FEED (LF) character being the ways in which a line can end."
    const lineEnd = /\r\n?|\n/g
    lineEnd.lastIndex = start
    for (let match = lineEnd.exec(text); match !== null; match = lineEnd.exec(text)) {
      this.#afterCarriageReturn = match[0] === '\r' && lineEnd.lastIndex === text.length
      if (!this.#keep(text.slice(start, match.index), true)) return
      this.#processLine()
      if (this.#state !== 'parsing') return
      start = lineEnd.lastIndex
    }
    this.#keep(text.slice(start), false)
  }

  /**
   * Adds a piece to the line, which ends with it or goes on; of a line that means nothing, nothing is kept. False when
   * the event became too large.
   */
  #keep(piece: string, isLast: boolean): boolean {
    if (this.#lineIgnored || (piece === '' && this.#line.length === 0)) return true
    this.#line.push(piece)
    this.#lineSize += utf8Length(piece)
    if (!this.#lineMatters) {
      const use = useOf(this.#line.join(''), isLast, this.#options.onComment !== undefined)
      if (use === 'undecided') return true
      if (use === 'none') {
        this.#endLine()
        this.#lineIgnored = true
        return true
      }
      this.#lineMatters = true
    }
    if (this.#size + this.#lineSize <= this.#maxEventSize) return true
    this.end()
    const error = new ParseError(this.#maxEventSize)
    if (this.#options.onError === undefined) throw error
    this.#options.onError(error)
    return false
  }

  #processLine(): void {
    const line = this.#line.join('')
    const size = this.#lineSize
    const ignored = this.#lineIgnored
    this.#endLine()
    if (ignored) return

    // "If the line is empty (a blank line): Dispatch the event"
    if (line === '') return this.#dispatch()

    const colon = line.indexOf(':')
    const field = colon === -1 ? line : line.slice(0, colon)
    // "If value starts with a U+0020 SPACE character, remove it from value."
    const value = colon === -1 ? '' : line.slice(colon + (line[colon + 1] === ' ' ? 2 : 1))
    // "If the line starts with a U+003A COLON character (:): Ignore the line."
    if (colon === 0) return this.#options.onComment?.(value)
    this.#size += size
    // "Field names must be compared literally, with no case folding performed."
    switch (field) {
      case 'event':
        // "Set the event type buffer to the field value."
        this.#eventType = value
        break
      case 'data':
        // "Append the field value to the data buffer, then append a single U+000A LINE FEED (LF) character"
        this.#data.push(value)
        break
      case 'id':
        // "If the field value does not contain U+0000 NULL, then set the last event ID buffer to the field value."
        if (!value.includes('\0')) this.#id = value
        break
      case 'retry':
        // "If the field value consists of only ASCII digits, then interpret the field value as an integer in base ten"
        if (/^[0-9]+$/.test(value)) this.#options.onRetry?.(Math.min(Number(value), Number.MAX_SAFE_INTEGER))
        break
    }
  }

  #dispatch(): void {
    const event = this.#eventType
    const data = this.#data
    const id = this.#id
    this.#endBlock()
    // "Set the last event ID string of the event source to the value of the last event ID buffer." Also without data.
    if (id !== undefined) {
      this.#lastEventId = id
      this.#options.onId?.(id)
      if (this.#state !== 'parsing') return
    }
    // "If the data buffer is an empty string, set the data buffer and the event type buffer to the empty string and
    // return." One data line without a value left a line feed there: that is not empty.
    if (data.length === 0) return
    // "If the event type buffer has a value other than the empty string, change the type of the newly created event"
    this.#options.onEvent({ event: event || 'message', data: data.join('\n'), id: this.#lastEventId })
  }

  #endLine(): void {
    this.#line = []
    this.#lineSize = 0
    this.#lineMatters = false
    this.#lineIgnored = false
  }

  #endBlock(): void {
    this.#data = []
    this.#eventType = ''
    this.#id = undefined
    this.#size = 0
  }
}

/** Also a Uint8Array of another realm, as test environments and frames have them. */
function isBytes(chunk: unknown): chunk is Uint8Array {
  return chunk instanceof Uint8Array || Object.prototype.toString.call(chunk) === '[object Uint8Array]'
}

/** Whether a line that starts like this, or is this, can mean anything. "Otherwise: The field is ignored." */
function useOf(start: string, isWhole: boolean, commentsAreHeard: boolean): 'some' | 'none' | 'undecided' {
  const colon = start.indexOf(':')
  if (colon === 0) return commentsAreHeard ? 'some' : 'none'
  if (colon === -1 && !isWhole) return FIELDS.some((name) => name.startsWith(start)) ? 'undecided' : 'none'
  return FIELDS.includes(colon === -1 ? start : start.slice(0, colon)) ? 'some' : 'none'
}

function utf8Length(text: string): number {
  let length = text.length
  for (let i = 0; i < text.length; i++) {
    const unit = text.charCodeAt(i)
    if (unit >= 0x80) length += unit >= 0x800 ? 2 : 1
    // A surrogate pair has four bytes, two for each half.
    if (unit >= 0xd800 && unit <= 0xdfff) length--
  }
  return length
}
