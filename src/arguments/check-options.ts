import { advice } from '../messages/advice.js'
import { checkNames } from './check-names.js'

/** What the value of an option must be: in words, and as a check. */
export interface OptionRule {
  readonly name: string
  readonly expected: string
  readonly holds: (value: unknown) => boolean
  /** Whether it is a number, which can be out of bounds. */
  readonly isNumber?: true
}

/** Options that have been checked: a copy without those that are undefined. */
export type Given<Options> = { readonly [Name in keyof Options]?: Exclude<Options[Name], undefined> }

/**
 * Rejects wrong and unknown options, with an error that names the option and what was expected. `undefined` counts as
 * not given.
 *
 * @param caller - the public function that received the options
 * @param rules - one for each option
 * @returns a copy of the given options: each one is read once, so that what was checked is what is used
 * @throws RangeError for a number that is out of bounds, TypeError for everything else
 */
export function checkOptions<Options extends object>(
  caller: string,
  options: Options,
  rules: readonly OptionRule[],
): Given<Options> {
  if (!isObject(options)) throw wrongArgument(caller, 'options', advice('an object'), options)
  checkNames(
    caller,
    options,
    rules.map(({ name }) => name),
  )
  const given: Record<string, unknown> = {}
  for (const { name, expected, holds, isNumber } of rules) {
    // Looked up by name, because the options may be inherited from a class.
    const value = (options as Readonly<Record<string, unknown>>)[name]
    if (value === undefined) continue
    if (!holds(value)) throw wrongArgument(caller, name, expected, value, isNumber)
    given[name] = value
  }
  return given as Given<Options>
}

/** @returns a RangeError if a number was expected and this is another one, otherwise a TypeError */
export function wrongArgument(
  caller: string,
  name: string,
  expected: string,
  value: unknown,
  isNumber = false,
): TypeError | RangeError {
  const actual =
    typeof value === 'string' ? JSON.stringify(value) : isPlain(value) ? String(value) : `of type ${typeof value}`
  const message = `${caller}: ${name} ${advice(`must be ${expected}, but `)}is ${actual}${advice('.', 'reference')}`
  return isNumber && typeof value === 'number' ? new RangeError(message) : new TypeError(message)
}

function isPlain(value: unknown): boolean {
  return value === null || typeof value === 'number' || typeof value === 'boolean'
}

export function isObject(value: unknown): value is object {
  return typeof value === 'object' && value !== null
}

export function isFunction(value: unknown): boolean {
  return typeof value === 'function'
}

export function isString(value: unknown): value is string {
  return typeof value === 'string'
}

export function isBoolean(value: unknown): value is boolean {
  return typeof value === 'boolean'
}

/** Not `instanceof`, because a signal may come from another realm. */
export const SIGNAL_RULE: OptionRule = {
  name: 'signal',
  expected: advice('an AbortSignal'),
  holds: (value) =>
    isObject(value) && 'aborted' in value && 'addEventListener' in value && isFunction(value.addEventListener),
}

/** A rule for a number from `min` to `max`. */
export function numberRule(name: string, what: string, min: number, max: number): OptionRule {
  return {
    name,
    expected: advice(`a number${what}, ${max === Infinity ? `at least ${min}` : `between ${min} and ${max}`}`),
    holds: (value) => typeof value === 'number' && value >= min && value <= max,
    isNumber: true,
  }
}

/** A rule for a whole number of events. */
export function countRule(name: string): OptionRule {
  return {
    name,
    expected: advice('a whole number of events, at least 1'),
    holds: (value) => Number.isInteger(value) && Number(value) > 0,
    isNumber: true,
  }
}

/** A rule for one of these words. */
export function wordRule(name: string, ...words: readonly string[]): OptionRule {
  return {
    name,
    expected: advice(words.map((word) => `'${word}'`).join(' or ')),
    holds: (value) => words.includes(value as string),
  }
}
