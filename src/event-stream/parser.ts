import { ParseError } from './parse-error.js'
import { checkOptions, DEFAULT_MAX_EVENT_SIZE, PARSER_OPTIONS, type ParserOptions } from './parser-options.js'
import { Utf8Decoder } from './utf8-decoder.js'

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
   * Makes the parser ready for a new connection: everything unfinished is forgotten. Called from inside a callback,
   * nothing more of the current chunk is delivered.
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
/** No UTF-16 code unit has more bytes in UTF-8. */
const MAX_BYTES = 3
/** `-1 & NOWHERE` is NOWHERE, and every other index stays: what is not found lies behind every string. */
const NOWHERE = 2 ** 30 - 1
/** So many characters of a line show whether it means anything: the longest field names, with their colon. */
const DECIDED = 'event:'.length
/** Data that comes in smaller pieces is joined up to so many characters: V8 takes 32 bytes for every string put behind another. */
const PIECE = 512
/** Texts below this are joined with the line that they end: to copy them costs less than to read them in two parts. */
const SHORT = 2048
/** Kept in place of the start of a line that means nothing: neither does it, however the line goes on. */
const IGNORED = 'ignored'

/**
 * Makes a parser of event streams: bytes or strings in, events out, exactly as the standard interprets them, however the
 * stream is cut into chunks. It does no I/O and sets no timer.
 *
 * @param options - the callbacks, of which `onEvent` is required, and the limits
 * @throws TypeError when an option has the wrong type, or does not exist
 * @throws RangeError when `maxEventSize` is not more than 0
 * @example
 * const parser = createParser({ onEvent: ({ event, data }) => console.log(event, data) })
 * parser.push('event: price\ndata: 42\n\n') // price 42
 * @see https://html.spec.whatwg.org/multipage/server-sent-events.html#event-stream-interpretation
 */
export function createParser(options: ParserOptions): EventStreamParser {
  checkOptions('createParser', options, PARSER_OPTIONS)
  return new Parser(options)
}

class Parser implements EventStreamParser {
  readonly #options: ParserOptions
  readonly #maxEventSize: number

  /** `parsing` from the first to the last callback of a chunk, and `failed` where one of them threw. */
  #state: 'ready' | 'parsing' | 'failed' | 'closed' = 'ready'
  #decoder: Utf8Decoder | undefined
  /** The character that the next text may begin with for nothing: a BOM at the very start, an LF after a CR. */
  #skipped: number | undefined = BYTE_ORDER_MARK
  /** The current text, and what is left of the one before, has as many bytes as UTF-16 code units; strings count as such. */
  #isAscii = true

  /** The line that has not ended. Engines join a string when it is read: the time for a line is linear in its length. */
  #rest = ''
  /** The data buffer: what it has from earlier texts (see {@link Parser.#settle}), and from the current one. */
  #earlierData = ''
  #data = ''
  #eventType = ''
  /** The last event ID buffer, if the block has set it. */
  #id: string | undefined
  /** The bytes of the block's lines so far; 0 while none of them means anything. */
  #size = 0

  constructor(options: ParserOptions) {
    this.#options = options
    this.#maxEventSize = options.maxEventSize ?? DEFAULT_MAX_EVENT_SIZE
  }

  push(chunk: Uint8Array | string): void {
    const isText = typeof chunk === 'string'
    // By its name: test environments and frames have a Uint8Array of their own.
    if (!isText && (chunk as Partial<Uint8Array> | null)?.[Symbol.toStringTag] !== 'Uint8Array') {
      throw new TypeError('chunk must be a Uint8Array or a string')
    }
    if (this.#state === 'closed' || chunk.length === 0) return
    if (this.#state !== 'ready') {
      throw new Error('push() was called inside a callback, or after one threw; call reset() first')
    }
    let text: string
    if (isText) text = this.#decoder === undefined ? chunk : this.#decoder.flush() + chunk
    else {
      const decoder = (this.#decoder ??= new Utf8Decoder())
      text = decoder.decode(chunk)
      if (text === '') return
    }
    this.#isAscii = (isText || this.#decoder!.isAscii) && (this.#isAscii || this.#rest === '')
    this.#state = 'parsing'
    try {
      if (this.#rest === '') this.#read(text, 0)
      else this.#readOn(text)
    } catch (error) {
      // Noted for an outer push() too, whose callback began another stream with reset() and push(), and catches this.
      if (this.#state === 'parsing') this.#state = 'failed'
      throw error
    }
    if (this.#state !== 'parsing') return
    this.#state = 'ready'
    if (this.#size > 0) this.#settle()
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
    this.#isAscii = true
    // "The UTF-8 decode algorithm strips one leading UTF-8 Byte Order Mark (BOM), if any."
    this.#skipped = BYTE_ORDER_MARK
    this.#rest = ''
    this.#endBlock()
  }

  /** Reads a text that begins within a line. */
  #readOn(text: string): void {
    const end = Math.min(text.indexOf('\n') & NOWHERE, text.indexOf('\r') & NOWHERE)
    if (end === NOWHERE) return this.#keep(text, 0)
    // By join(), which writes the characters at once. V8 knows up to four kinds of string where a method is called, and looks
    // the method up each time where more have come; strings made with `+`, or cut out of others, are kinds of their own, for
    // one byte and for two. Streams of ASCII took 60 % longer after others.
    const joined = text.length < SHORT ? text.length : end + 1
    const line = [this.#rest, text.slice(0, joined)].join('')
    this.#rest = ''
    this.#read(line, 0)
    if (this.#state === 'parsing') this.#read(text, joined)
  }

  /** Reads the lines of the text from `start` on, where one begins. */
  #read(text: string, start: number): void {
    const { length } = text
    if (start === length) return
    if (this.#skipped !== undefined) {
      if (text.charCodeAt(start) === this.#skipped) start++
      this.#skipped = undefined
    }
    let lineFeed = -1
    let carriageReturn = -1
    let nul = -1
    // Two loops, of blocks and of their lines, where one would do. V8 in Node 20 may replace a loop in the middle of its run
    // (on-stack replacement) and then never optimise its function: every call begins unoptimised, up to the end of the loop.
    // It replaces the outer one, which a chunk of one block leaves before that: else twice the time, in every fourth process.
    // (The outer condition holds them apart: V8 makes one loop of two that begin at the same place.)
    while (start < length) {
      do {
        // "with a U+000D CARRIAGE RETURN U+000A LINE FEED (CRLF) character pair, a single U+000A LINE FEED (LF) character not
        // preceded by a U+000D CARRIAGE RETURN (CR) character, and a single U+000D CARRIAGE RETURN (CR) character not
        // followed by a U+000A LINE FEED (LF) character being the ways in which a line can end."
        // What is found far ahead is not looked for again before it is reached: else streams with one of them took forever.
        if (lineFeed < start) lineFeed = text.indexOf('\n', start) & NOWHERE
        if (carriageReturn < start) carriageReturn = text.indexOf('\r', start) & NOWHERE
        const end = Math.min(lineFeed, carriageReturn)
        if (end === NOWHERE) return this.#keep(text, start)
        let next = end + 1
        if (end === carriageReturn) {
          if (next === lineFeed) next++
          // An LF may follow in the next text. The line has ended all the same: nothing waits for a byte that may not come.
          else if (next === length) this.#skipped = LINE_FEED
        }

        if (start === end) {
          // "If the line is empty (a blank line): Dispatch the event, as defined below."
          if (this.#size > 0) {
            // "If the data buffer's last character is a U+000A LINE FEED (LF) character, then remove the last character"
            const data = this.#earlierData + this.#data
            this.#dispatch(data === '' ? undefined : data.slice(0, -1))
          }
        } else {
          const name = this.#nameOf(text, start, end)
          if (name !== undefined) {
            const colon = start + name.length
            // "If value starts with a U+0020 SPACE character, remove it from value."
            const from = colon === end ? end : text.charCodeAt(colon + 1) === SPACE ? colon + 2 : colon + 1
            if (
              name === 'data' &&
              this.#data === '' &&
              this.#earlierData === '' &&
              // V8 throws optimised code away for a character that is not there, and calls a function for each one after that.
              next < length &&
              isLineEnd(text.charCodeAt(next)) &&
              this.#size + MAX_BYTES * (end - start) <= this.#maxEventSize
            ) {
              // The only data line, and its blank line: most events are like this. That their data is never buffered saves a
              // fifth of the time with bytes, and two fifths with strings. (Should an LF follow, it is another blank line, and
              // those dispatch nothing.)
              next++
              this.#dispatch(text.slice(from, end))
            } else {
              const size = this.#size + (this.#isAscii ? end - start : sizeOf(text, start, end))
              if (!this.#isWithinLimit(size)) return
              // A comment takes no memory once it is told.
              if (name !== '') this.#size = size
              if (name === 'data') {
                // "Append the field value to the data buffer, then append a single U+000A LINE FEED (LF) character to the
                // data buffer." In one piece where the line ends with one: a sixth of the time where events have ten lines.
                this.#data += end === lineFeed ? text.slice(from, end + 1) : `${text.slice(from, end)}\n`
              } else if (name === 'id') {
                // "If the field value does not contain U+0000 NULL, then set the last event ID buffer to the field value."
                if (nul < from) nul = text.indexOf('\0', from) & NOWHERE
                // Detached at once: who is told of it keeps it for as long as the connection lives.
                if (nul >= end) this.#id = detach(text.slice(from, end), text)
              } else this.#process(name, text.slice(from, end))
            }
          }
        }
        if (this.#state !== 'parsing' || next === length) return
        start = next
      } while (this.#size > 0)
    }
  }

  /** The name of the field that a line sets; empty for a comment, undefined for a line that means nothing to anybody. */
  #nameOf(text: string, start: number, end: number): string | undefined {
    // "Field names must be compared literally, with no case folding performed." By their first letter, and the others in
    // threes, which V8 compares without a call: 10 % of the whole time.
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
    return isWhole && (name !== '' || this.#options.onComment !== undefined) ? name : undefined
  }

  /**
   * "The steps to process the field given a field name and a field value depend on the field name": those of all but `data`
   * and `id`.
   */
  #process(name: string, value: string): void {
    if (name === '') {
      // "If the line starts with a U+003A COLON character (:): Ignore the line."
      this.#options.onComment!(value)
    } else if (name === 'event') {
      // "Set the event type buffer to the field value."
      this.#eventType = value
    } else if (/^[0-9]+$/.test(value)) {
      // "If the field value consists of only ASCII digits, then interpret the field value as an integer in base ten"
      this.#options.onRetry?.(Math.min(Number(value), Number.MAX_SAFE_INTEGER))
    }
  }

  /** Keeps what the text has of a line that has not ended, unless the line means nothing however it goes on. */
  #keep(text: string, start: number): void {
    if (this.#rest === IGNORED) return
    const begun = this.#rest
    this.#rest += detach(text.slice(start), text)
    if (this.#rest.length < DECIDED) return
    // A string this short is written at once, too (see readOn).
    const isMeaningful =
      begun.length >= DECIDED || this.#nameOf(begun + text.slice(start, start + DECIDED), 0, NOWHERE) !== undefined
    // Until its end is known, a line counts as UTF-16 code units: it has at least as many bytes.
    if (isMeaningful) this.#isWithinLimit(this.#size + this.#rest.length)
    else this.#rest = IGNORED
  }

  /** Copies what stays out of the text that is done, lest ten characters of it keep all of it in memory. */
  #settle(): void {
    this.#eventType = copy(this.#eventType)
    this.#data = copy(this.#data)
    if (this.#data.length < PIECE) return
    this.#earlierData += this.#data
    this.#data = ''
  }

  /** Whether an event may have so many bytes; where not, the stream is not read on. */
  #isWithinLimit(size: number): boolean {
    if (size <= this.#maxEventSize) return true
    this.end()
    const error = new ParseError(this.#maxEventSize)
    if (this.#options.onError === undefined) throw error
    this.#options.onError(error)
    return false
  }

  /** @param data - without its last line feed; undefined where the data buffer is empty */
  #dispatch(data: string | undefined): void {
    const event = this.#eventType
    const id = this.#id
    this.#endBlock()
    // "If the data buffer is an empty string, set the data buffer and the event type buffer to the empty string and
    // return." The last event ID has been set before that.
    if (data === undefined) {
      if (id !== undefined) this.#options.onId?.(id)
      return
    }
    // "If the event type buffer has a value other than the empty string, change the type of the newly created event"
    this.#options.onEvent({ event: event || 'message', data, id })
  }

  #endBlock(): void {
    this.#id = undefined
    this.#eventType = this.#earlierData = this.#data = ''
    this.#size = 0
  }
}

function isLineEnd(character: number): boolean {
  return character === LINE_FEED || character === CARRIAGE_RETURN
}

/** The same string, in memory of its own where it would keep a much larger one alive. */
function detach(part: string, whole: string): string {
  return part.length * 8 < whole.length ? copy(part) : part
}

/**
 * The same string, in memory of its own. Engines cut a string out of another by pointing into it, V8 from 13 characters on;
 * put behind another character and cut off again, it is written anew.
 */
function copy(text: string): string {
  return text.length < 13 ? text : ` ${text}`.slice(1)
}

/** The bytes of a part of the text in UTF-8. */
function sizeOf(text: string, start: number, end: number): number {
  let size = end - start
  for (let i = start; i < end; i++) {
    const unit = text.charCodeAt(i)
    // A surrogate pair has four bytes, two for each half. U+FFFD stands for a byte that is none.
    if (unit >= 0x80 && unit !== 0xfffd) size += unit < 0x800 || (unit & 0xf800) === 0xd800 ? 1 : 2
  }
  return size
}
