import { EVERY_TYPE } from '../observable/emitter.js'
import type { Settings } from './settings.js'

export type WantedType = string | typeof EVERY_TYPE

/** The event types that the application may name, and what it means to name none. */
export interface EventTypes {
  /** @throws TypeError for what is not an event type, and for one without a schema if schemas declare the types */
  check(type: string): void
  /** One type or several. @throws TypeError */
  named(caller: string, types: string | readonly string[]): ReadonlySet<string>
  /** Every type, or all that schemas declare. @throws TypeError for a transport that delivers only types it is told */
  all(caller: string): Iterable<WantedType>
}

export function createEventTypes({ declared, transport }: Pick<Settings, 'declared' | 'transport'>): EventTypes {
  function check(type: string): void {
    if (typeof type !== 'string' || type === '') throw new TypeError('The event type must be a string, and not empty.')
    if (declared?.has(type) === false) {
      throw new TypeError(`The event type "${type}" has no schema; there are: ${[...declared].join(', ')}.`)
    }
  }

  return {
    check,
    named(caller, types) {
      const wanted = new Set<string>(Array.isArray(types) ? types : [types])
      if (wanted.size === 0) throw new TypeError(`${caller}: name at least one event type.`)
      wanted.forEach(check)
      return wanted
    },
    all(caller) {
      if (declared !== undefined) return declared
      if (transport.everyType) return [EVERY_TYPE]
      throw new TypeError(
        `${caller}: the transport "${transport.name}" delivers only types that it is told; name them, or use 'auto' or 'fetch'.`,
      )
    },
  }
}
