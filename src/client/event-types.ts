import { advice } from '../messages/advice.js'
import { EVERY_TYPE } from '../observable/emitter.js'
import type { Settings } from './settings.js'

export type WantedType = string | typeof EVERY_TYPE

/** Checks the event types that the application passes, and determines the types if it passes none. */
export interface EventTypes {
  /** @throws TypeError if this is not an event type, or if schemas declare the types and it has none */
  check(type: string): void
  /**
   * @returns the given types, as a set
   * @throws TypeError if there are none, or if one is invalid
   */
  named(caller: string, types: string | readonly string[]): ReadonlySet<string>
  /**
   * @returns all types, or those that schemas declare
   * @throws TypeError if the transport delivers only types that are named, and no schemas name them
   */
  all(caller: string): Iterable<WantedType>
}

export function createEventTypes({ declared, transport }: Pick<Settings, 'declared' | 'transport'>): EventTypes {
  function check(type: string): void {
    if (typeof type !== 'string' || type === '')
      throw new TypeError(`The event type must be a non-empty string${advice('.', 'reference')}`)
    if (declared?.has(type) === false) {
      throw new TypeError(
        `The event type "${type}" has no schema` +
          advice(`; the declared types are: ${[...declared].join(', ')}.`, 'reference'),
      )
    }
  }

  return {
    check,
    named(caller, types) {
      const wanted = new Set<string>(Array.isArray(types) ? types : [types])
      if (wanted.size === 0) throw new TypeError(`${caller}: name at least one event type${advice('.', 'reference')}`)
      wanted.forEach(check)
      return wanted
    },
    all(caller) {
      if (declared !== undefined) return declared
      if (transport.everyType) return [EVERY_TYPE]
      throw new TypeError(
        `${caller}: the transport "${transport.name}" delivers only event types that are named` +
          advice("; name them, or use 'auto' or 'fetch'.", 'transports'),
      )
    },
  }
}
