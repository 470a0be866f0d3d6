import type { InteropObservable } from '../standards/observable.js'
import { report } from './report.js'

/**
 * A value that changes over time, in the shape that four worlds understand without an adapter: plain code
 * (`get`, `subscribe`), React (`useSyncExternalStore(store.subscribe, store.get, store.get)`), Svelte (`$store`) and RxJS
 * (`from(store)`). The methods may be passed around unbound.
 */
export interface ReadableStore<Value> {
  /** The value now. The same reference is returned until the value changes. */
  readonly get: () => Value
  /**
   * Calls `run` at once with the value now, and then with each new one.
   *
   * @returns the undo: `run` is not called again afterwards.
   */
  readonly subscribe: (run: (value: Value) => void) => () => void
  /** The observable interop point: `from(store)` in RxJS. It never completes and never errors. */
  [Symbol.observable](): InteropObservable<Value>
  /** The same under the name that is looked up where `Symbol.observable` does not exist. */
  '@@observable'(): InteropObservable<Value>
}

export interface WritableStore<Value> extends ReadableStore<Value> {
  readonly set: (value: Value) => void
  /** Forgets every subscriber: no value comes any more. */
  readonly release: () => void
}

export function createStore<Value>(initial: Value): WritableStore<Value> {
  let value = initial
  const subscribers = new Set<{ readonly run: (value: Value) => void }>()

  function call(run: (value: Value) => void): void {
    try {
      run(value)
    } catch (error) {
      report(error)
    }
  }

  function subscribe(run: (value: Value) => void): () => void {
    if (typeof run !== 'function') throw new TypeError('subscribe: the subscriber must be a function.')
    // An object of its own for each call: the same function subscribed twice is two subscriptions, each with its undo.
    const subscriber = { run }
    subscribers.add(subscriber)
    call(run)
    return () => void subscribers.delete(subscriber)
  }

  const observable = (): InteropObservable<Value> => ({
    subscribe(observer) {
      const unsubscribe = subscribe((next) => observer.next?.(next))
      return { unsubscribe }
    },
  })

  return {
    get: () => value,
    set(next) {
      if (Object.is(value, next)) return
      value = next
      // A copy: whoever subscribes meanwhile has been called already.
      for (const subscriber of Array.from(subscribers)) {
        // A subscriber may have set the store anew: everyone has been told the newer value by then.
        if (!Object.is(value, next)) return
        if (subscribers.has(subscriber)) call(subscriber.run)
      }
    },
    release: () => subscribers.clear(),
    subscribe,
    '@@observable': observable,
    // Where the symbol does not exist, its key would be the string 'undefined'.
    ...(Symbol.observable && { [Symbol.observable]: observable }),
  }
}
