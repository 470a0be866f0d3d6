import { advice } from '../messages/advice.js'
import { checkNames } from '../arguments/check-names.js'
import type { ParseError } from './parse-error.js'
import type { EventStreamMessage } from './message.js'

/** The options of {@link createParser}: the callbacks and the limits. */
export interface ParserOptions {
  /** Called for every event, at its blank line. */
  readonly onEvent: (message: EventStreamMessage) => void
  /**
   * Called when a block without data sets the last event ID, at its blank line. The ID of a block with data is the `id`
   * of its message.
   */
  readonly onId?: ((id: string) => void) | undefined
  /**
   * Called with the reconnection time in ms, as soon as its line has ended: a whole number from 0 to
   * `Number.MAX_SAFE_INTEGER`. Clamp it before waiting: it may be longer than a timer can wait.
   */
  readonly onRetry?: ((reconnectionTime: number) => void) | undefined
  /** Called with the text of every comment, without the colon and one space after it. */
  readonly onComment?: ((text: string) => void) | undefined
  /** Called once if the rest of the stream cannot be read. Without it, `push` throws the error. */
  readonly onError?: ((error: ParseError) => void) | undefined
  /**
   * How large one event may be, in bytes, or in UTF-16 code units if you push strings. Its `data`, `event`, `id` and
   * `retry` lines count, without line ends; a comment counts only if `onComment` is given, with the event around it.
   * `Infinity` sets no limit.
   *
   * @default 16 MiB (16,777,216)
   */
  readonly maxEventSize?: number | undefined
}

export const DEFAULT_MAX_EVENT_SIZE: number = 16 * 1024 * 1024

/** The names of the options that the parser shares with `EventStreamDecoderStream`. */
export const SHARED_OPTIONS: readonly (keyof ParserOptions)[] = ['onId', 'onRetry', 'onComment', 'maxEventSize']

export const PARSER_OPTIONS: readonly (keyof ParserOptions)[] = ['onEvent', 'onError', ...SHARED_OPTIONS]

export function checkIsObject(options: object): void {
  if (typeof options !== 'object' || options === null)
    throw new TypeError(`options must be an object${advice('', 'event-stream')}`)
}

/**
 * Rejects wrong and unknown options, with an error that names the option.
 *
 * @param caller - the public function that was given the options
 * @param names - the names of all existing options
 */
export function checkOptions(
  caller: string,
  options: Partial<ParserOptions>,
  names: readonly (keyof ParserOptions)[],
): void {
  checkIsObject(options)
  checkNames(caller, options, names)
  for (const name of names) {
    const value = options[name]
    const type = name === 'maxEventSize' ? 'number' : 'function'
    if (typeof value !== type && (value !== undefined || name === 'onEvent')) {
      throw new TypeError(`${name} must be a ${type}${advice('', 'event-stream')}`)
    }
  }
  const { maxEventSize = DEFAULT_MAX_EVENT_SIZE } = options
  if (!(maxEventSize > 0))
    throw new RangeError(`maxEventSize must be more than 0 bytes, not ${maxEventSize}${advice('', 'event-stream')}`)
}
