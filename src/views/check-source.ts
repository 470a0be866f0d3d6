import { isFunction, isObject, isString, wrongArgument } from '../arguments/check-options.js'

/**
 * Checks what every view is given. Whether a schema declares the types is checked once something listens.
 *
 * @throws TypeError if this is not a source, or if there is no event type
 */
export function checkSource(caller: string, source: unknown, types: string | readonly string[]): void {
  if (!isObject(source) || !('on' in source && isFunction(source.on) && 'status' in source)) {
    throw wrongArgument(caller, 'the source', 'what createEventSource returns', source)
  }
  const named = Array.isArray(types) ? types : [types]
  if (named.length === 0 || !named.every((type) => isString(type) && type !== '')) {
    throw wrongArgument(caller, 'the event types', 'a non-empty string or several', types)
  }
}
