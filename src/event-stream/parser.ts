import { advice } from '../messages/advice.js'
import { ParseError } from './parse-error.js'
import { checkOptions, DEFAULT_MAX_EVENT_SIZE, PARSER_OPTIONS, type ParserOptions } from './parser-options.js'
import { Utf8Decoder } from './utf8-decoder.js'

/** Turns the bytes or the text of an event stream into events. See {@link createParser}. */
export interface EventStreamParser {
  /**
   * Reads the next chunk, of any size and split anywhere. The callbacks are called before it returns.
   *
   * After {@link end}, and after an error has been reported, it does nothing until {@link reset}.
   *
   * @param chunk - bytes, or text that has been decoded; not kept, so its memory can be reused
   * @throws TypeError if the chunk is neither
   * @throws {@link ParseError} if an event exceeds `maxEventSize` and there is no `onError`
   * @throws what a callback throws; the rest of the chunk is lost
   * @throws Error if it is called inside a callback, or after a callback threw and without a {@link reset} since
   */
  push(chunk: Uint8Array | string): void
  /** Ends the stream: an unfinished event is discarded, and so is all that is pushed until {@link reset}. */
  end(): void
  /**
   * Prepares the parser for a new connection: everything unfinished is discarded. If called inside a callback, the rest
   * of the current chunk is not delivered.
   */
  reset(): void
}

const BYTE_ORDER_MARK = 0xfeff
const LINE_FEED = 0x0a
const CARRIAGE_RETURN = 0x0d
const SPACE = 0x20
const COLON = 0x3a
const D = 0x64
const E = 0x65
const I = 0x69
const R = 0x72
/** The most bytes that one UTF-16 code unit can have in UTF-8. */
const MAX_BYTES = 3
/** `& NOT_FOUND` maps indexOf's -1 to an index past any string's end, so that Math.min() finds the nearest match. */
const NOT_FOUND = 2 ** 30 - 1
/** The first characters of a line that show whether it is ignored: the longest field name and its colon. */
const DECIDED = 'event:'.length
/** Smaller pieces of data are joined up to this length, because V8 allocates an object for each concatenation. */
const PIECE = 512
/** Shorter texts are joined with the line that they end: copying them is cheaper than reading them in two parts. */
const SHORT = 2048
/** Placeholder for a partial line that is already known to be ignored, so that it is not buffered. */
const IGNORED = 'ignored'

/**
 * Creates a parser of event streams: bytes or strings in, events out, exactly as the standard interprets them, however
 * the stream is split into chunks. It does no I/O and sets no timers.
 *
 * @param options - the callbacks, of which `onEvent` is required, and the limits
 * @throws TypeError if an option has the wrong type or does not exist
 * @throws RangeError if `maxEventSize` is not more than 0
 * @example
 * const parser = createParser({ onEvent: ({ event, data }) => console.log(event, data) })
 * parser.push('event: price\ndata: 42\n\n') // price 42
 * @see https://html.spec.whatwg.org/multipage/server-sent-events.html#event-stream-interpretation
 */
export function createParser(options: ParserOptions): EventStreamParser {
  checkOptions('createParser', options, PARSER_OPTIONS)
  return parserOf(options)
}

/** The same for options that have been checked. */
export function parserOf(options: ParserOptions): EventStreamParser {
  return new Parser(options)
}

/** Not closures, which take more than twice the memory; not `#private` fields, which compilers turn into WeakMaps. */
class Parser implements EventStreamParser {
  /** `parsing` while a chunk is read, and `failed` after a callback threw. */
  declare private state: 'ready' | 'parsing' | 'failed' | 'closed'
  declare private decoder: Utf8Decoder | undefined
  /** Skipped if the next text starts with it: a BOM at the start of the stream, the LF of a split CRLF. */
  declare private skipped: number | undefined
  /** True while one UTF-16 code unit counts as one byte, so that sizes need no counting; always true for strings. */
  declare private isAscii: boolean

  /** The line that has not ended. Engines join strings when they are read, so a line takes linear time. */
  declare private rest: string
  /** The data buffer: from earlier texts (see keepCopies), and from the current one. */
  declare private earlierData: string
  declare private data: string
  declare private eventType: string
  /** The last event ID buffer, if the block has set it. */
  declare private id: string | undefined
  /** The size of the block's lines so far, in bytes; 0 while all of them are ignored. */
  declare private size: number
  declare private readonly maxEventSize: number
  declare private readonly options: ParserOptions

  constructor(options: ParserOptions) {
    this.options = options
    this.maxEventSize = options.maxEventSize ?? DEFAULT_MAX_EVENT_SIZE
    this.reset()
  }

  push(chunk: Uint8Array | string): void {
    const isText = typeof chunk === 'string'
    // By name: test environments and frames have their own Uint8Array.
    if (!isText && (chunk as Partial<Uint8Array> | null)?.[Symbol.toStringTag] !== 'Uint8Array') {
      throw new TypeError(`chunk must be a Uint8Array or a string${advice('', 'event-stream')}`)
    }
    if (this.state === 'closed' || chunk.length === 0) return
    if (this.state !== 'ready') {
      throw new Error(
        'push() was called inside a callback, or after one threw' + advice('; call reset() first', 'event-stream'),
      )
    }
    let text: string
    if (isText) text = this.decoder === undefined ? chunk : this.decoder.flush() + chunk
    else {
      this.decoder ??= new Utf8Decoder()
      text = this.decoder.decode(chunk)
      if (text === '') return
    }
    this.isAscii = (isText || this.decoder!.isAscii) && (this.isAscii || this.rest === '')
    this.state = 'parsing'
    try {
      if (this.rest === '') this.read(text, 0)
      else this.readOn(text)
    } catch (error) {
      // Also fails an outer push() whose callback called reset() and push(), even if it catches this error.
      if (this.state === 'parsing') this.state = 'failed'
      throw error
    }
    if (this.state !== 'parsing') return
    this.state = 'ready'
    if (this.size > 0) this.keepCopies()
  }

  end(): void {
    // "Once the end of the file is reached, any pending data must be discarded. (If the file ends in the middle of an
    // event, before the final empty line, the incomplete event is not dispatched.)"
    this.reset()
    this.state = 'closed'
  }

  reset(): void {
    this.state = 'ready'
    this.decoder = undefined
    this.isAscii = true
    // "The UTF-8 decode algorithm strips one leading UTF-8 Byte Order Mark (BOM), if any."
    this.skipped = BYTE_ORDER_MARK
    this.rest = ''
    this.endBlock()
  }

  /** Reads a text that starts within a line. */
  private readOn(text: string): void {
    const end = Math.min(text.indexOf('\n') & NOT_FOUND, text.indexOf('\r') & NOT_FOUND)
    if (end === NOT_FOUND) return this.keep(text, 0)
    // Not `+`: V8 optimises a call for at most four kinds of string, and concatenated ones are separate kinds that slow
    // down its string methods from then on.
    const joined = text.length < SHORT ? text.length : end + 1
    const line = [this.rest, text.slice(0, joined)].join('')
    this.rest = ''
    this.read(line, 0)
    if (this.state === 'parsing') this.read(text, joined)
  }

  /** Reads the lines of the text from `start`, which is the start of a line. */
  private read(text: string, start: number): void {
    const { length } = text
    if (start === length) return
    if (this.skipped !== undefined) {
      if (text.charCodeAt(start) === this.skipped) start++
      this.skipped = undefined
    }
    let lineFeed = -1
    let carriageReturn = -1
    let nul = -1
    const withComments = this.options.onComment !== undefined
    while (start < length) {
      // "a [...] (CRLF) character pair, a single [...] (LF) character not preceded by a [...] (CR) character, and a
      // single [...] (CR) character not followed by a [...] (LF) character being the ways in which a line can end."
      // A match is kept until it is reached: a new search per line would take quadratic time.
      if (lineFeed < start) lineFeed = text.indexOf('\n', start) & NOT_FOUND
      if (carriageReturn < start) carriageReturn = text.indexOf('\r', start) & NOT_FOUND
      const end = Math.min(lineFeed, carriageReturn)
      if (end === NOT_FOUND) return this.keep(text, start)
      let next = end + 1
      if (end === carriageReturn) {
        if (next === lineFeed) next++
        // An LF may follow in the next text, but the line has ended: do not wait for a byte that may not come.
        else if (next === length) this.skipped = LINE_FEED
      }

      const name = start === end ? undefined : nameOf(text, start, end, withComments)
      if (name !== undefined) {
        const colon = start + name.length
        // "If value starts with a U+0020 SPACE character, remove it from value."
        const from = colon === end ? end : text.charCodeAt(colon + 1) === SPACE ? colon + 2 : colon + 1
        if (
          name === 'data' &&
          this.data === '' &&
          this.earlierData === '' &&
          // Checked first: charCodeAt() past the end makes V8 discard its optimised code.
          next < length &&
          isLineEnd(text.charCodeAt(next)) &&
          this.size + MAX_BYTES * (end - start) <= this.maxEventSize
        ) {
          // Fast path for the usual event, a single data line: its data is never buffered. (If the LF of a CRLF
          // follows, it is read as another blank line, which dispatches nothing.)
          next++
          this.dispatch(text.slice(from, end))
        } else {
          const sizeWithLine = this.size + (this.isAscii ? end - start : sizeOf(text, start, end))
          if (!this.isWithinLimit(sizeWithLine)) return
          // A comment takes no memory after its callback.
          if (name !== '') this.size = sizeWithLine
          if (name === 'data') {
            // "Append the field value to the data buffer, then append a single U+000A LINE FEED (LF) character to
            // the data buffer." If the line ends with an LF, slicing with it is cheaper than appending one.
            this.data += end === lineFeed ? text.slice(from, end + 1) : `${text.slice(from, end)}\n`
          } else if (name === 'id') {
            // "If the field value does not contain U+0000 NULL, then set the last event ID buffer to [it]."
            if (nul < from) nul = text.indexOf('\0', from) & NOT_FOUND
            // Copied now, because a connection keeps its last event ID for long.
            if (nul >= end) this.id = detach(text.slice(from, end), text)
          } else this.process(name, text.slice(from, end))
        }
      } else if (start === end && this.size > 0) {
        // "If the line is empty (a blank line): Dispatch the event, as defined below."
        const whole = this.earlierData + this.data
        // "If the data buffer's last character is a U+000A LINE FEED (LF) character, then remove [it]"
        this.dispatch(whole === '' ? undefined : whole.slice(0, -1))
      }
      if (this.state !== 'parsing') return
      start = next
    }
  }

  /**
   * "The steps to process the field given a field name and a field value depend on the field name": here, all but
   * `data` and `id`.
   */
  private process(name: string, value: string): void {
    if (name === '') {
      // "If the line starts with a U+003A COLON character (:): Ignore the line."
      this.options.onComment!(value)
    } else if (name === 'event') {
      // "Set the event type buffer to the field value."
      this.eventType = value
    } else if (/^[0-9]+$/.test(value)) {
      // "If the field value consists of only ASCII digits, then interpret the field value as an integer in base ten"
      this.options.onRetry?.(Math.min(Number(value), Number.MAX_SAFE_INTEGER))
    }
  }

  /** Keeps the part of an unfinished line that is in this text, unless the line is ignored however it continues. */
  private keep(text: string, start: number): void {
    if (this.rest === IGNORED) return
    const begun = this.rest
    this.rest += detach(text.slice(start), text)
    if (this.rest.length < DECIDED) return
    // For strings this short, `+` copies the characters as join() does (see readOn).
    const isMeaningful =
      begun.length >= DECIDED ||
      nameOf(begun + text.slice(start, start + DECIDED), 0, NOT_FOUND, this.options.onComment !== undefined) !==
        undefined
    // Until its end is known, a line counts in UTF-16 code units: it has at least as many bytes.
    if (isMeaningful) this.isWithinLimit(this.size + this.rest.length)
    else this.rest = IGNORED
  }

  /** Copies what outlives this chunk: a short slice would keep the whole chunk in memory. */
  private keepCopies(): void {
    this.eventType = copy(this.eventType)
    this.data = copy(this.data)
    if (this.data.length < PIECE) return
    this.earlierData += this.data
    this.data = ''
  }

  /** Whether an event may have this many bytes. If not, the stream is ended and the error reported. */
  private isWithinLimit(bytes: number): boolean {
    if (bytes <= this.maxEventSize) return true
    this.end()
    const error = new ParseError(this.maxEventSize)
    if (this.options.onError === undefined) throw error
    this.options.onError(error)
    return false
  }

  /** @param whole - the data without its last line feed; undefined if the data buffer is empty */
  private dispatch(whole: string | undefined): void {
    const message = { event: this.eventType || 'message', data: whole as string, id: this.id }
    this.endBlock()
    // "If the event type buffer has a value other than the empty string, change the type of the newly created event"
    if (whole !== undefined) this.options.onEvent(message)
    // "If the data buffer is an empty string, set the data buffer and the event type buffer to the empty string and
    // return." The last event ID has been set before that.
    else if (message.id !== undefined) this.options.onId?.(message.id)
  }

  private endBlock(): void {
    this.id = undefined
    this.eventType = this.earlierData = this.data = ''
    this.size = 0
  }
}

/**
 * The name of the field that a line sets; empty for a comment, undefined for a line that is ignored.
 *
 * @param withComments - whether comments are not ignored
 */
function nameOf(text: string, start: number, end: number, withComments: boolean): string | undefined {
  // "Field names must be compared literally, with no case folding performed." By first letter, then in threes,
  // which V8 compares inline.
  const first = text.charCodeAt(start)
  const name =
    first === D && text.startsWith('ata', start + 1)
      ? 'data'
      : first === I && text.startsWith('d', start + 1)
        ? 'id'
        : first === E && text.startsWith('ven', start + 1) && text.startsWith('t', start + 4)
          ? 'event'
          : first === R && text.startsWith('etry', start + 1)
            ? 'retry'
            : ''
  const colon = start + name.length
  // Without a colon: "using the whole line as the field name, and the empty string as the field value."
  const isWhole = colon === end || text.charCodeAt(colon) === COLON
  return isWhole && (name !== '' || withComments) ? name : undefined
}

function isLineEnd(character: number): boolean {
  return character === LINE_FEED || character === CARRIAGE_RETURN
}

/** The same string, copied if it would keep a much larger one in memory. */
function detach(part: string, whole: string): string {
  return part.length * 8 < whole.length ? copy(part) : part
}

/**
 * The same string, in its own memory. A slice points into its source string (in V8 from 13 characters); adding a
 * character and slicing it off again makes a copy.
 */
function copy(text: string): string {
  return text.length < 13 ? text : ` ${text}`.slice(1)
}

/** The size in UTF-8 of a part of the text, in bytes. */
function sizeOf(text: string, start: number, end: number): number {
  let size = end - start
  for (let i = start; i < end; i++) {
    const unit = text.charCodeAt(i)
    // A surrogate pair has four bytes, two for each half. U+FFFD counts as the one invalid byte that it replaces.
    if (unit >= 0x80 && unit !== 0xfffd) size += unit < 0x800 || (unit & 0xf800) === 0xd800 ? 1 : 2
  }
  return size
}
