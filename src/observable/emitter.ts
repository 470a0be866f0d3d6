import { report } from './report.js'

/**
 * Listeners by event type. Types are data from the network: a Map, so that `__proto__` and `constructor` are types like
 * any other.
 */
export interface Emitter<Event> {
  /** Adds a listener, for one type or for every one; each call is a subscription of its own. Returns its undo. */
  on(type: string | typeof EVERY_TYPE, listener: (event: Event) => void): () => void
  /** Whether anybody would hear an event of this type. */
  has(type: string): boolean
  /**
   * Calls the listeners of the type, then those of every type, in the order they came. One that throws is reported, the
   * others are still called.
   */
  readonly emit: (type: string, event: Event) => void
  clear(): void
}

export const EVERY_TYPE: unique symbol = Symbol('every type')

interface Subscription<Event> {
  listener: ((event: Event) => void) | undefined
}

export function createEmitter<Event>(): Emitter<Event> {
  // The lists are never changed, only replaced: emit() walks the one it found, whatever listeners do meanwhile.
  const lists = new Map<string | typeof EVERY_TYPE, readonly Subscription<Event>[]>()

  function call(list: readonly Subscription<Event>[] | undefined, event: Event): void {
    if (list === undefined) return
    // Taken out of its subscription, lest it find that as its `this`.
    for (const { listener } of list) {
      try {
        listener?.(event)
      } catch (error) {
        report(error)
      }
    }
  }

  return {
    on(type, listener) {
      const subscription: Subscription<Event> = { listener }
      lists.set(type, [...(lists.get(type) ?? []), subscription])
      return () => {
        // Emptied first: DOM, "inner invoke", skips a listener whose `removed` is true, also in a dispatch under way.
        subscription.listener = undefined
        const rest = (lists.get(type) ?? []).filter((other) => other !== subscription)
        if (rest.length > 0) lists.set(type, rest)
        else lists.delete(type)
      }
    },
    has: (type) => lists.has(type) || lists.has(EVERY_TYPE),
    emit(type, event) {
      // Both before the first call: a listener that is added by another one hears from the next event on.
      const ofType = lists.get(type)
      const ofEveryType = lists.get(EVERY_TYPE)
      call(ofType, event)
      call(ofEveryType, event)
    },
    clear() {
      for (const list of lists.values()) for (const subscription of list) subscription.listener = undefined
      lists.clear()
    },
  }
}
