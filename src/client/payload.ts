import type { EventStreamMessage } from '../event-stream/message.js'
import { PayloadError } from './payload-error.js'
import type { StandardResult, StandardSchema } from '../standards/standard-schema.js'

/**
 * How to turn the data of an event into its payload: `'json'`, `'text'` (unchanged), or your own function, which may
 * return a promise. With `'json'`, an event with empty data, such as a ping, is not delivered; that is not an error.
 */
export type PayloadParser<Payload = unknown> = 'json' | 'text' | ParseFunction<Payload>

/**
 * Turns the data of an event into its payload. If it throws, `onPayloadError` gets a `PayloadError` with the code
 * `parse-failed`.
 */
export type ParseFunction<Payload = unknown> = (data: string, event: EventStreamMessage) => Payload | Promise<Payload>

/** Stands for the payload of an event that has none. */
export const NO_PAYLOAD: unique symbol = Symbol('no payload')

/**
 * Returns the payload of an event, or {@link NO_PAYLOAD}; a promise if the parser or the schema is asynchronous.
 *
 * @param isClosedForGood - asked after parsing, because a parser may close the source
 * @throws PayloadError; if the result is a promise, it rejects with it
 */
export type PayloadReader = (event: EventStreamMessage, isClosedForGood: () => boolean) => unknown

export function createPayloadReader(
  parserOf: (type: string) => PayloadParser,
  schemas: ReadonlyMap<string, StandardSchema> | undefined,
): PayloadReader {
  return (event, isClosedForGood) => {
    const parser = parserOf(event.event)
    if (parser === 'json' && event.data === '') return NO_PAYLOAD
    const parsed = parse(parser, event)
    const schema = schemas?.get(event.event)
    if (!isPromiseLike(parsed)) return finish(parsed, schema, event, isClosedForGood)
    return Promise.resolve(parsed)
      .catch((cause: unknown) => {
        throw new PayloadError('parse-failed', event, { cause })
      })
      .then((value) => finish(value, schema, event, isClosedForGood))
  }
}

function parse(parser: PayloadParser, event: EventStreamMessage): unknown {
  if (parser === 'text') return event.data
  try {
    return parser === 'json' ? JSON.parse(event.data) : parser(event.data, event)
  } catch (cause) {
    throw new PayloadError(parser === 'json' ? 'invalid-json' : 'parse-failed', event, { cause })
  }
}

function finish(
  value: unknown,
  schema: StandardSchema | undefined,
  event: EventStreamMessage,
  isClosedForGood: () => boolean,
): unknown {
  return schema === undefined || isClosedForGood() ? value : check(schema, value, event)
}

function check(schema: StandardSchema, value: unknown, event: EventStreamMessage): unknown {
  let result: StandardResult<unknown> | Promise<StandardResult<unknown>>
  try {
    result = schema['~standard'].validate(value)
  } catch (cause) {
    throw new PayloadError('schema-failed', event, { cause })
  }
  if (!isPromiseLike(result)) return accept(result, event)
  return Promise.resolve(result).then(
    (resolved) => accept(resolved, event),
    (cause: unknown) => {
      throw new PayloadError('schema-failed', event, { cause })
    },
  )
}

function accept(result: StandardResult<unknown>, event: EventStreamMessage): unknown {
  if (result.issues === undefined) return result.value
  throw new PayloadError('schema-mismatch', event, { issues: result.issues })
}

/** Not `instanceof`, because a promise may come from another realm. JSON has no functions, so no payload matches. */
export function isPromiseLike(value: unknown): value is PromiseLike<unknown> {
  return typeof value === 'object' && value !== null && 'then' in value && typeof value.then === 'function'
}
