import { isObject, isString, wrongArgument } from '../arguments/check-options.js'
import type { AnyOptions } from '../client/settings.js'

/** The options of a shared source: those of its URL, or the key of its factory. */
export type SharedOptions = Omit<AnyOptions, 'connect'> & { readonly key?: string }

/**
 * What components must have in common to share a source: the URL and its options, or the given key. Of functions, the
 * transport and the signal it counts only that they are given; of schemas, for which event types.
 *
 * @throws TypeError if there is a factory without a key, because a new function is made on each render
 */
export function keyOf(caller: string, from: unknown, options: SharedOptions): string {
  if (typeof from === 'function') {
    const { key } = options
    if (!isString(key) || key === '') throw wrongArgument(caller, 'the key of a factory', 'a non-empty string', key)
    return `factory ${key}`
  }
  const { schemas, signal, transport, ...others } = options
  const compared = {
    ...others,
    transport: isObject(transport) ? 'own' : transport,
    signal: signal && 'given',
    schemas: schemas && Object.keys(schemas),
  }
  const given = Object.entries(compared).filter(([, value]) => value !== undefined)
  given.sort(([one], [other]) => (one < other ? -1 : 1))
  return JSON.stringify([String(from), ...given], inJson)
}

/** `Headers`, forms and bytes show nothing in JSON, but can be iterated. */
function inJson(_name: string, value: unknown): unknown {
  if (typeof value === 'function') return 'function'
  return isObject(value) && Symbol.iterator in value ? Array.from(value as Iterable<unknown>) : value
}
