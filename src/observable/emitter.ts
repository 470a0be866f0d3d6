import { report } from './report.js'

/** Listeners by event type. Types come from the network, so `constructor` must work like any other: hence a Map. */
export interface Emitter<Event> {
  /** Adds a listener for one type or for all; adding it twice calls it twice. Returns a function that removes it. */
  on(type: string | typeof EVERY_TYPE, listener: (event: Event) => void): () => void
  /** Whether an event of this type has a listener. */
  has(type: string): boolean
  /**
   * Calls the listeners of this type, then those of all types, in the order in which they were added. If one throws,
   * the error is reported and the others are still called.
   */
  readonly emit: (type: string, event: Event) => void
  clear(): void
}

export const EVERY_TYPE: unique symbol = Symbol('every type')

interface Subscription<Event> {
  listener: ((event: Event) => void) | undefined
}

export function createEmitter<Event>(): Emitter<Event> {
  // Lists are replaced, never changed, so that listeners may add and remove listeners during emit().
  const lists = new Map<string | typeof EVERY_TYPE, readonly Subscription<Event>[]>()

  function call(list: readonly Subscription<Event>[] | undefined, event: Event): void {
    if (list === undefined) return
    // Destructured, so that the listener is not called with the subscription as `this`.
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
        // Cleared too, because emit() may be walking the old list. DOM, "inner invoke": a removed listener is skipped.
        subscription.listener = undefined
        const remaining = (lists.get(type) ?? []).filter((other) => other !== subscription)
        if (remaining.length > 0) lists.set(type, remaining)
        else lists.delete(type)
      }
    },
    has: (type) => lists.has(type) || lists.has(EVERY_TYPE),
    emit(type, event) {
      // Both are looked up before the first call: a listener added meanwhile gets only later events.
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
