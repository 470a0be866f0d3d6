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
   * How large one event may become, in bytes: its `data`, `event`, `id` and `retry` lines, names and colons included, line
   * ends not. Where text is pushed, whose bytes nobody knows, its UTF-16 code units count. Default: 16 MiB (16,777,216);
   * `Infinity` sets no limit. A comment counts only where `onComment` is given, together with the event around it; lines
   * that mean nothing are not even kept.
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

const BYTE_ORDER_MARK = 0xfeff
const LINE_FEED = 0x0a
const CARRIAGE_RETURN = 0x0d
const SPACE = 0x20
const COLON = 0x3a
const A = 0x61
const D = 0x64
const E = 0x65
const I = 0x69
const N = 0x6e
const T = 0x74
const V = 0x76

/** What is searched for and not found is behind every string: the nearer of two line ends is then the smaller number. */
const NOWHERE = 2 ** 30 - 1
/** So many characters of a line show whether it means anything: no field has a longer name, colon included. */
const DECIDED = 6
const KNOWN = /^(?:data|event|id|retry):/

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
  readonly #onEvent: ParserOptions['onEvent']
  readonly #onId: ParserOptions['onId']
  readonly #onRetry: ParserOptions['onRetry']
  readonly #onComment: ParserOptions['onComment']
  readonly #onError: ParserOptions['onError']
  readonly #maxEventSize: number

  /** `parsing` from the first to the last callback of a chunk: it stays so when one of them throws. */
  #state: 'ready' | 'parsing' | 'closed' = 'ready'
  #decoder: Utf8Decoder | undefined
  #isAtStart = true
  #isAfterCarriageReturn = false

  /** The pieces of a line that has not ended, joined when it has: the time for a line is linear in its length. */
  #line: string[] = []
  #lineSize = 0
  #isLineAscii = true

  /** The data buffer, as the values of its lines; undefined is the empty string. */
  #data: string[] | undefined
  #eventType = ''
  /** The last event ID buffer, where the block has set it. */
  #id: string | undefined
  #lastEventId: string
  /** The bytes that the block's lines have so far. */
  #size = 0

  constructor(options: ParserOptions) {
    this.#onEvent = options.onEvent
    this.#onId = options.onId
    this.#onRetry = options.onRetry
    this.#onComment = options.onComment
    this.#onError = options.onError
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
    if (isText) {
      this.#decoder?.flush()
      this.#read(chunk, true)
    } else {
      this.#decoder ??= new Utf8Decoder((text, isAscii) => this.#read(text, isAscii))
      this.#decoder.push(chunk)
    }
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
    this.#decoder = undefined
    this.#isAtStart = true
    this.#isAfterCarriageReturn = false
    this.#line = []
    this.#endBlock()
  }

  #read(text: string, isAscii: boolean): void {
    const start = this.#line[0]
    if (start === undefined) return this.#parse(text, 0, isAscii)
    const end = Math.min(find(text, '\n', 0), find(text, '\r', 0))
    this.#line.push(text.slice(0, end + 1))
    this.#isLineAscii &&= isAscii
    if (end === NOWHERE && start.length >= DECIDED) {
      this.#lineSize += sizeOf(text, 0, text.length, isAscii)
      return this.#limit(this.#size + this.#lineSize)
    }
    const line = this.#line.join('')
    this.#line = []
    this.#parse(line, 0, this.#isLineAscii)
    if (end < text.length) this.#parse(text, end + 1, isAscii)
  }

  #parse(text: string, from: number, isAscii: boolean): void {
    const { length } = text
    let start = from
    if (this.#state !== 'parsing' || start === length) return
    if (this.#isAtStart) {
      this.#isAtStart = false
      // "The UTF-8 decode algorithm strips one leading UTF-8 Byte Order Mark (BOM), if any."
      if (text.charCodeAt(0) === BYTE_ORDER_MARK) start = 1
    }
    if (this.#isAfterCarriageReturn) {
      this.#isAfterCarriageReturn = false
      if (text.charCodeAt(start) === LINE_FEED) start++
    }
    let lineFeed = -1
    let carriageReturn = -1
    while (start < length) {
      // "with a U+000D CARRIAGE RETURN U+000A LINE FEED (CRLF) character pair, a single U+000A LINE FEED (LF) character not
      // preceded by a U+000D CARRIAGE RETURN (CR) character, and a single U+000D CARRIAGE RETURN (CR) character not
      // followed by a U+000A LINE FEED (LF) character being the ways in which a line can end."
      if (lineFeed < start) lineFeed = find(text, '\n', start)
      if (carriageReturn < start) carriageReturn = find(text, '\r', start)
      let end = lineFeed
      let next = end + 1
      if (carriageReturn < lineFeed) {
        end = carriageReturn
        next = end + 1
        if (next === lineFeed) next++
        // An LF may follow in the next chunk. The line has ended all the same: nothing waits for a byte that may not come.
        else if (next === length) this.#isAfterCarriageReturn = true
      }
      if (end === NOWHERE) return this.#keep(text.slice(start), isAscii)

      if (
        text.charCodeAt(start) === D &&
        text.charCodeAt(start + 1) === A &&
        text.charCodeAt(start + 2) === T &&
        text.charCodeAt(start + 3) === A &&
        text.charCodeAt(start + 4) === COLON
      ) {
        const value = text.slice(text.charCodeAt(start + 5) === SPACE ? start + 6 : start + 5, end)
        const blank = text.charCodeAt(next) === CARRIAGE_RETURN ? next + 1 : next
        if (
          this.#data === undefined &&
          text.charCodeAt(blank) === LINE_FEED &&
          this.#size + 3 * (end - start) <= this.#maxEventSize
        ) {
          next = blank + 1
          this.#dispatch(value)
        } else {
          this.#size += sizeOf(text, start, end, isAscii)
          if (this.#data === undefined) this.#data = [value]
          else this.#data.push(value)
        }
      } else if (start === end) {
        if (this.#size > 0) this.#dispatch(this.#data?.join('\n'))
      } else if (
        text.charCodeAt(start) === E &&
        text.charCodeAt(start + 1) === V &&
        text.charCodeAt(start + 2) === E &&
        text.charCodeAt(start + 3) === N &&
        text.charCodeAt(start + 4) === T &&
        text.charCodeAt(start + 5) === COLON
      ) {
        this.#size += sizeOf(text, start, end, isAscii)
        this.#eventType = text.slice(text.charCodeAt(start + 6) === SPACE ? start + 7 : start + 6, end)
      } else if (
        text.charCodeAt(start) === I &&
        text.charCodeAt(start + 1) === D &&
        text.charCodeAt(start + 2) === COLON
      ) {
        this.#size += sizeOf(text, start, end, isAscii)
        const value = text.slice(text.charCodeAt(start + 3) === SPACE ? start + 4 : start + 3, end)
        if (!value.includes('\0')) this.#id = value
      } else if (text.charCodeAt(start) !== COLON || this.#onComment !== undefined) {
        this.#processRareLine(text.slice(start, end), isAscii)
      }
      if (this.#size > this.#maxEventSize) this.#limit(this.#size)
      if (this.#state !== 'parsing') return
      start = next
    }
  }

  /** Comments that somebody hears, `retry`, lines without a colon, and all that means nothing. */
  #processRareLine(line: string, isAscii: boolean): void {
    const value = line.slice(line.indexOf(':') + 1).replace(/^ /, '')
    if (line.startsWith(':')) {
      this.#limit(this.#size + sizeOf(line, 0, line.length, isAscii))
      if (this.#state === 'parsing') this.#onComment?.(value)
      return
    }
    const isRetry = line.startsWith('retry:')
    if (line === 'data') (this.#data ??= []).push('')
    else if (line === 'event') this.#eventType = ''
    else if (line === 'id') this.#id = ''
    else if (!isRetry) return
    this.#size += sizeOf(line, 0, line.length, isAscii)
    this.#limit(this.#size)
    // "If the field value consists of only ASCII digits, then interpret the field value as an integer in base ten"
    if (isRetry && this.#state === 'parsing' && /^[0-9]+$/.test(value)) {
      this.#onRetry?.(Math.min(Number(value), Number.MAX_SAFE_INTEGER))
    }
  }

  #keep(rest: string, isAscii: boolean): void {
    const isUseful = KNOWN.test(rest) || (rest.startsWith(':') && this.#onComment !== undefined)
    this.#line = [rest.length < DECIDED || isUseful ? rest : 'x']
    this.#isLineAscii = isAscii
    this.#lineSize = 0
    if (isUseful && rest.length >= DECIDED) {
      this.#lineSize = sizeOf(rest, 0, rest.length, isAscii)
      this.#limit(this.#size + this.#lineSize)
    }
  }

  #limit(size: number): void {
    if (size <= this.#maxEventSize) return
    this.end()
    const error = new ParseError(this.#maxEventSize)
    if (this.#onError === undefined) throw error
    this.#onError(error)
  }

  #dispatch(data: string | undefined): void {
    const event = this.#eventType
    const id = this.#id
    this.#endBlock()
    // "Set the last event ID string of the event source to the value of the last event ID buffer." Also without data.
    if (id !== undefined) {
      this.#lastEventId = id
      this.#onId?.(id)
      if (this.#state !== 'parsing') return
    }
    // "If the data buffer is an empty string, set the data buffer and the event type buffer to the empty string and
    // return." One data line without a value left a line feed there: that is not empty.
    if (data === undefined) return
    // "If the event type buffer has a value other than the empty string, change the type of the newly created event"
    this.#onEvent({ event: event || 'message', data, id: this.#lastEventId })
  }

  #endBlock(): void {
    this.#data = this.#id = undefined
    this.#eventType = ''
    this.#size = 0
  }
}

function find(text: string, character: string, start: number): number {
  const index = text.indexOf(character, start)
  return index === -1 ? NOWHERE : index
}

/** Also a Uint8Array of another realm, as test environments and frames have them. */
function isBytes(chunk: unknown): chunk is Uint8Array {
  return chunk instanceof Uint8Array || Object.prototype.toString.call(chunk) === '[object Uint8Array]'
}

/** The bytes of a part of the text in UTF-8. */
function sizeOf(text: string, start: number, end: number, isAscii: boolean): number {
  let size = end - start
  if (isAscii) return size
  for (let i = start; i < end; i++) {
    const unit = text.charCodeAt(i)
    // A surrogate pair has four bytes, two for each half. U+FFFD stands for a byte that is none.
    if (unit >= 0x80 && unit !== 0xfffd) size += unit < 0x800 || (unit & 0xf800) === 0xd800 ? 1 : 2
  }
  return size
}
