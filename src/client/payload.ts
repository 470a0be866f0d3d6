import { PayloadError, type RawEvent } from './payload-error.js'
import type { StandardResult, StandardSchema } from '../standards/standard-schema.js'

/**
 * How the data of an event becomes its payload: `'json'`, `'text'` (as it is), or a function of your own, which may return a
 * promise. As `'json'`, empty data is no payload, as in a ping: the event is not delivered, and is not an error.
 */
export type PayloadParser<Payload = unknown> = 'json' | 'text' | ParseFunction<Payload>

/** Makes the payload of the data of an event. */
export type ParseFunction<Payload = unknown> = (data: string, event: RawEvent) => Payload | Promise<Payload>

/** What an event without a payload has, in place of it. */
export const NO_PAYLOAD: unique symbol = Symbol('no payload')

/**
 * Makes the payload of an event, or {@link NO_PAYLOAD}. A promise where a parser or a schema is asynchronous.
 *
 * @param isOver - whether nobody wants the payload any more: a parser may have closed the source
 * @throws PayloadError, at once or as the promise's rejection
 */
export type PayloadReader = (event: RawEvent, isOver: () => boolean) => unknown

export function createPayloadReader(
  parserOf: (type: string) => PayloadParser,
  schemas: ReadonlyMap<string, StandardSchema> | undefined,
): PayloadReader {
  return (event, isOver) => {
    const parser = parserOf(event.event)
    if (parser === 'json' && event.data === '') return NO_PAYLOAD
    const parsed = parse(parser, event)
    const schema = schemas?.get(event.event)
    if (!isPromiseLike(parsed)) return finish(parsed, schema, event, isOver)
    return Promise.resolve(parsed)
      .catch((cause: unknown) => {
        throw new PayloadError('parse-failed', event, { cause })
      })
      .then((value) => finish(value, schema, event, isOver))
  }
}

function parse(parser: PayloadParser, event: RawEvent): unknown {
  if (parser === 'text') return event.data
  try {
    return parser === 'json' ? JSON.parse(event.data) : parser(event.data, event)
  } catch (cause) {
    throw new PayloadError(parser === 'json' ? 'invalid-json' : 'parse-failed', event, { cause })
  }
}

function finish(value: unknown, schema: StandardSchema | undefined, event: RawEvent, isOver: () => boolean): unknown {
  return schema === undefined || isOver() ? value : check(schema, value, event)
}

function check(schema: StandardSchema, value: unknown, event: RawEvent): unknown {
  let result: StandardResult<unknown> | Promise<StandardResult<unknown>>
  try {
    result = schema['~standard'].validate(value)
  } catch (cause) {
    throw new PayloadError('schema-failed', event, { cause })
  }
  if (!isPromiseLike(result)) return accept(result, event)
  return Promise.resolve(result).then(
    (settled) => accept(settled, event),
    (cause: unknown) => {
      throw new PayloadError('schema-failed', event, { cause })
    },
  )
}

function accept(result: StandardResult<unknown>, event: RawEvent): unknown {
  if (result.issues === undefined) return result.value
  throw new PayloadError('schema-mismatch', event, { issues: result.issues })
}

/** Not `instanceof Promise`: a promise may come from another realm. JSON holds no functions, so no payload looks like one. */
export function isPromiseLike(value: unknown): value is PromiseLike<unknown> {
  return typeof value === 'object' && value !== null && 'then' in value && typeof value.then === 'function'
}
