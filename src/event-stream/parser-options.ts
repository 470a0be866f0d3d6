import { checkNames } from '../arguments/check-names.js'
import type { ParseError } from './parse-error.js'
import type { EventStreamMessage } from './message.js'

/** What {@link createParser} is given: who wants to hear what, and the limits. */
export interface ParserOptions {
  /** Called for every event, at its blank line. */
  readonly onEvent: (message: EventStreamMessage) => void
  /**
   * Called when a block without data sets the last event ID, at its blank line. The ID of a block with data is the `id`
   * of its message.
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
}

export const DEFAULT_MAX_EVENT_SIZE: number = 16 * 1024 * 1024

/** The names of options, and what `typeof` says of each. */
type OptionTypes = Readonly<Record<string, string>>

/** Those that the parser shares with the stream around it. */
export const SHARED_OPTIONS: OptionTypes = {
  onId: 'function',
  onRetry: 'function',
  onComment: 'function',
  maxEventSize: 'number',
}

export const PARSER_OPTIONS: OptionTypes = { onEvent: 'function', onError: 'function', ...SHARED_OPTIONS }

export function checkIsObject(options: object): void {
  if (typeof options !== 'object' || options === null) throw new TypeError('options must be an object')
}

/**
 * Refuses wrong and unknown options, with an error that names the option.
 *
 * @param caller - the public function that the options were given to
 * @param types - of all options that there are
 */
export function checkOptions(caller: string, options: Partial<ParserOptions>, types: OptionTypes): void {
  checkIsObject(options)
  checkNames(caller, options, Object.keys(types))
  for (const [name, type] of Object.entries(types)) {
    const value = options[name as keyof ParserOptions]
    if (typeof value !== type && (value !== undefined || name === 'onEvent')) {
      throw new TypeError(`${name} must be a ${type}`)
    }
  }
  const { maxEventSize = DEFAULT_MAX_EVENT_SIZE } = options
  if (!(maxEventSize > 0)) throw new RangeError(`maxEventSize must be more than 0 bytes, not ${maxEventSize}`)
}
