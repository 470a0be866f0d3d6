import { isString, wrongArgument } from '../arguments/check-options.js'
import type { SchemaMap, StandardResult } from '../standards/standard-schema.js'
import { CONTROL_TYPE } from '../event-stream/control-type.js'
import { PublishError } from './publish-error.js'

/**
 * Checks an event, and returns its data as JSON: a promise if the schema is asynchronous. The data goes over the wire
 * as it was given, so that the client's schema sees what the server's saw.
 *
 * @throws TypeError if the type is none, PublishError if the data is refused
 */
export type PayloadWriter = (type: string, data: unknown) => string | Promise<string>

export function createPayloadWriter(caller: string, schemas: SchemaMap | undefined): PayloadWriter {
  const byType = schemas && new Map(Object.entries(schemas))

  return (type, data) => {
    if (!isString(type) || type === '') throw wrongArgument(caller, 'the type', 'a non-empty string', type)
    if (type === CONTROL_TYPE) throw new TypeError(`${caller}: the type "${CONTROL_TYPE}" is the server's own.`)
    if (byType === undefined) return toJson(type, data)
    const schema = byType.get(type)
    if (schema === undefined)
      throw new TypeError(
        `${caller}: the type "${type}" has no schema; the types are ${[...byType.keys()].join(', ')}.`,
      )
    let result: StandardResult<unknown> | Promise<StandardResult<unknown>>
    try {
      result = schema['~standard'].validate(data)
    } catch (cause) {
      throw new PublishError('schema-failed', type, { cause })
    }
    if (!('then' in result)) return accept(type, data, result)
    return result.then(
      (checked) => accept(type, data, checked),
      (cause: unknown) => {
        throw new PublishError('schema-failed', type, { cause })
      },
    )
  }
}

function accept(type: string, data: unknown, result: StandardResult<unknown>): string {
  if (result.issues !== undefined) throw new PublishError('schema-mismatch', type, { issues: result.issues })
  return toJson(type, data)
}

function toJson(type: string, data: unknown): string {
  let json: string | undefined
  try {
    json = JSON.stringify(data)
  } catch (cause) {
    throw new PublishError('not-json', type, { cause })
  }
  if (json === undefined) throw new PublishError('not-json', type)
  return json
}
