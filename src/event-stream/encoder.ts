import { advice } from '../messages/advice.js'
import { EncodeError } from './encode-error.js'
import type { EventStreamMessageInit } from './message.js'

const LINE_END = /\r\n|\n|\r/
/** With the `u` flag, this matches only surrogates without a partner. */
const LONE_SURROGATE = /\p{Surrogate}/u

/**
 * Encodes one message as a block of an event stream, including its blank line. A client reads the same message; values
 * for which that is impossible are rejected.
 *
 * The one thing that does not survive is the kind of line end in `data`: the format has no way to say it, so CRLF, CR
 * and LF all arrive as LF.
 *
 * @param message - at least one of `data`, `id` and `retry`
 * @returns text to send as UTF-8
 * @throws {@link EncodeError} (a TypeError) that names the field and the rule that it breaks: a line end in `event` or
 * `id`, a NUL in `id`, an empty `event`, an `event` without `data`, a `retry` that is not a whole number, a value that
 * is not a string, or a lone surrogate
 *
 * @example
 * ```ts
 * encodeMessage({ event: 'price', id: '7', data: '{"ACME":42}' }) // 'event: price\nid: 7\ndata: {"ACME":42}\n\n'
 * ```
 * @see https://html.spec.whatwg.org/multipage/server-sent-events.html#parsing-an-event-stream
 */
export function encodeMessage(message: EventStreamMessageInit): string {
  if (typeof message !== 'object' || message === null) throw new EncodeError('message', 'must be an object')
  const { event, data, id, retry } = message
  let block = ''
  if (event !== undefined) {
    checkLine('event', event)
    if (event === '')
      throw new EncodeError('event', `must not be empty${advice(': it would arrive as "message"; omit it instead')}`)
    if (data === undefined)
      throw new EncodeError('event', `needs data${advice(': a message without data is never dispatched')}`)
    block += `event: ${event}\n`
  }
  if (id !== undefined) {
    checkLine('id', id)
    // "If the field value does not contain U+0000 NULL, [...] Otherwise, ignore the field."
    if (id.includes('\0')) throw new EncodeError('id', `must not contain NUL${advice(': the client would ignore it')}`)
    block += `id: ${id}\n`
  }
  if (retry !== undefined) {
    // "If the field value consists of only ASCII digits": no sign, no fraction, no exponent.
    if (!Number.isSafeInteger(retry) || retry < 0)
      throw new EncodeError('retry', 'must be a whole number of ms, from 0 to 2^53 - 1')
    block += `retry: ${retry}\n`
  }
  if (data !== undefined) {
    checkText('data', data)
    for (const line of data.split(LINE_END)) block += `data: ${line}\n`
  }
  if (block === '') throw new EncodeError('message', 'must have data, an id or a retry')
  return `${block}\n`
}

/**
 * Encodes a comment, which clients ignore. Send one at intervals to keep proxies from closing a silent connection. Text
 * with several lines becomes several comments. It may be sent between or inside messages.
 *
 * @param text - any text; the empty string is the shortest keep-alive
 * @returns text to send as UTF-8
 * @throws {@link EncodeError} (a TypeError) if the text is not a string, or has a lone surrogate
 *
 * @example
 * ```ts
 * setInterval(() => response.write(encodeComment('keep-alive')), 15_000) // ': keep-alive\n'
 * ```
 * @see https://html.spec.whatwg.org/multipage/server-sent-events.html#authoring-notes
 */
export function encodeComment(text: string): string {
  checkText('comment', text)
  return text
    .split(LINE_END)
    .map((line) => `: ${line}\n`)
    .join('')
}

function checkLine(field: 'event' | 'id', value: string): void {
  checkText(field, value)
  if (LINE_END.test(value))
    throw new EncodeError(
      field,
      `must not contain a line end${advice(': the text after it would become another field')}`,
    )
}

function checkText(field: EncodeError['field'], value: string): void {
  if (typeof value !== 'string') throw new EncodeError(field, 'must be a string')
  // "Event streams in this format must always be encoded as UTF-8", which has no bytes for half a character.
  if (LONE_SURROGATE.test(value))
    throw new EncodeError(field, `must not contain a lone surrogate${advice(': it would arrive as U+FFFD')}`)
}
