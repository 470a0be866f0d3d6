import { abortReason } from '../platform/abort-reason.js'
import { checkOptions, type OptionRule, SIGNAL_RULE, wrongArgument } from '../arguments/check-options.js'
import { createDomException } from '../platform/dom-exception.js'
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
   * @returns an unsubscribe function: `run` is not called again afterwards
   */
  readonly subscribe: (run: (value: Value) => void) => () => void
  /**
   * Waits for a value: the one that the store has now, or the first new one, for which the predicate holds.
   *
   * @throws the signal's reason once it aborts, what the predicate throws, and an `AbortError` when the source is closed
   * before
   *
   * @example
   * ```ts
   * await prices.status.until(({ state }) => state === 'open', { signal: AbortSignal.timeout(5000) })
   * ```
   */
  readonly until: Until<Value>
  /** The observable interop point: `from(store)` in RxJS. It never completes and never errors. */
  [Symbol.observable](): InteropObservable<Value>
  /** The same under the name that is looked up where `Symbol.observable` does not exist. */
  '@@observable'(): InteropObservable<Value>
}

export interface Until<Value> {
  <Match extends Value>(predicate: (value: Value) => value is Match, options?: UntilOptions): Promise<Match>
  (predicate: (value: Value) => boolean, options?: UntilOptions): Promise<Value>
}

export interface UntilOptions {
  /** Ends the wait when it aborts. */
  signal?: AbortSignal | undefined
}

export interface WritableStore<Value> extends ReadableStore<Value> {
  readonly set: (value: Value) => void
  /** Forgets every subscriber: no value comes any more. */
  readonly release: () => void
}

const UNTIL_RULES: readonly OptionRule[] = [SIGNAL_RULE]

/**
 * @param whileSubscribed - called when the first subscriber comes; what it returns is called when the last one is gone
 */
export function createStore<Value>(initial: Value, whileSubscribed?: () => () => void): WritableStore<Value> {
  let value = initial
  let isReleased = false
  let onLastGone: (() => void) | undefined
  const subscribers = new Set<Subscriber<Value>>()

  function call(subscriber: Subscriber<Value>): void {
    try {
      subscriber.run(value)
    } catch (error) {
      report(error)
    }
  }

  function add(subscriber: Subscriber<Value>): () => void {
    const isFirst = subscribers.size === 0
    if (!isReleased) subscribers.add(subscriber)
    call(subscriber)
    // Last, because it may open a connection, and whoever hears of that may close the source.
    if (isFirst && subscribers.size > 0) onLastGone = whileSubscribed?.()
    return () => {
      if (subscribers.delete(subscriber) && subscribers.size === 0) goneAll()
    }
  }

  function goneAll(): void {
    onLastGone?.()
    onLastGone = undefined
  }

  function subscribe(run: (value: Value) => void): () => void {
    if (typeof run !== 'function') throw new TypeError('subscribe: the subscriber must be a function.')
    // An object of its own for each call: the same function subscribed twice is two subscriptions.
    return add({ run })
  }

  function until(predicate: (value: Value) => boolean, options: UntilOptions = {}): Promise<Value> {
    if (typeof predicate !== 'function') throw wrongArgument('until', 'the predicate', 'a function', predicate)
    checkOptions('until', options, UNTIL_RULES)
    const { signal } = options
    return new Promise((resolve, reject) => {
      if (signal?.aborted) return reject(abortReason(signal))
      let isSettled = false
      let unsubscribe: (() => void) | undefined
      const onAbort = (): void => settle(() => reject(abortReason(signal!)))
      function settle(how: () => void): void {
        if (isSettled) return
        isSettled = true
        unsubscribe?.()
        signal?.removeEventListener('abort', onAbort)
        how()
      }
      signal?.addEventListener('abort', onAbort)
      unsubscribe = add({
        run(next) {
          if (isSettled) return
          try {
            if (predicate(next)) settle(() => resolve(next))
          } catch (error) {
            settle(() => reject(error))
          }
        },
        onRelease: () => settle(() => reject(createDomException(CLOSED, 'AbortError'))),
      })
      if (isSettled) unsubscribe()
      else if (isReleased) settle(() => reject(createDomException(CLOSED, 'AbortError')))
    })
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
        if (subscribers.has(subscriber)) call(subscriber)
      }
    },
    release() {
      isReleased = true
      const left = Array.from(subscribers)
      subscribers.clear()
      for (const subscriber of left) subscriber.onRelease?.()
      if (left.length > 0) goneAll()
    },
    subscribe,
    until,
    '@@observable': observable,
    // Where the symbol does not exist, its key would be the string 'undefined'.
    ...(Symbol.observable && { [Symbol.observable]: observable }),
  }
}

const CLOSED = 'The source was closed before the value came that until() waits for.'

interface Subscriber<Value> {
  run(value: Value): void
  onRelease?(): void
}
