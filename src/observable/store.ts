import { advice } from '../messages/advice.js'
import { abortReason } from '../platform/abort-reason.js'
import { checkOptions, type OptionRule, SIGNAL_RULE, wrongArgument } from '../arguments/check-options.js'
import { createDomException } from '../platform/dom-exception.js'
import type { InteropObservable } from '../standards/observable.js'
import { report } from './report.js'

/**
 * A value that changes over time. It works without an adapter in plain code (`get`, `subscribe`), React
 * (`useSyncExternalStore(store.subscribe, store.get, store.get)`), Svelte (`$store`) and RxJS (`from(store)`). `get`,
 * `subscribe` and `until` do not need `this`.
 *
 * @example
 * ```ts
 * const unsubscribe = prices.status.subscribe(({ state }) => console.log(state))
 * ```
 */
export interface ReadableStore<Value> {
  /** Returns the current value: the same reference until it changes. */
  readonly get: () => Value
  /**
   * Calls `run` immediately with the current value, and then with each new one. If `run` throws, the error is reported.
   *
   * @returns a function that unsubscribes: `run` is not called again afterwards
   * @throws TypeError if `run` is not a function
   */
  readonly subscribe: (run: (value: Value) => void) => () => void
  /**
   * Resolves to the first value that the predicate accepts: the current one or a later one.
   *
   * @throws the signal's reason if it aborts; an error of the predicate; an `AbortError` if the source is closed first
   *
   * @example
   * ```ts
   * await prices.status.until(({ state }) => state === 'open', { signal: AbortSignal.timeout(5000) })
   * ```
   */
  readonly until: Until<Value>
  /** Makes `from(store)` of RxJS work. The observable never completes and never errors. */
  [Symbol.observable](): InteropObservable<Value>
  /** The same under the name that libraries look up if `Symbol.observable` does not exist. */
  '@@observable'(): InteropObservable<Value>
}

/** The method {@link ReadableStore.until}: a type guard as the predicate narrows the result. */
export interface Until<Value> {
  <Match extends Value>(predicate: (value: Value) => value is Match, options?: UntilOptions): Promise<Match>
  (predicate: (value: Value) => boolean, options?: UntilOptions): Promise<Value>
}

/** The options of {@link ReadableStore.until}. */
export interface UntilOptions {
  /** Stops waiting when it aborts: the promise rejects with the signal's reason. */
  signal?: AbortSignal | undefined
}

export interface WritableStore<Value> extends ReadableStore<Value> {
  readonly set: (value: Value) => void
  /** Removes all subscribers for good. */
  readonly release: () => void
}

const UNTIL_RULES: readonly OptionRule[] = [SIGNAL_RULE]

/** @param whileSubscribed - called for the first subscriber; returns a function to be called after the last one left */
export function createStore<Value>(initial: Value, whileSubscribed?: () => () => void): WritableStore<Value> {
  let value = initial
  let isReleased = false
  let onUnused: (() => void) | undefined
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
    // Called last: it may open a connection, and a status subscriber may then close the source.
    if (isFirst && subscribers.size > 0) onUnused = whileSubscribed?.()
    return () => {
      if (subscribers.delete(subscriber) && subscribers.size === 0) becomeUnused()
    }
  }

  function becomeUnused(): void {
    onUnused?.()
    onUnused = undefined
  }

  function subscribe(run: (value: Value) => void): () => void {
    if (typeof run !== 'function') throw wrongArgument('subscribe', 'the subscriber', advice('a function'), run)
    // A new object for each call: a function that is subscribed twice is called twice.
    return add({ run })
  }

  function until(predicate: (value: Value) => boolean, options: UntilOptions = {}): Promise<Value> {
    if (typeof predicate !== 'function') throw wrongArgument('until', 'the predicate', advice('a function'), predicate)
    const { signal } = checkOptions('until', options, UNTIL_RULES)
    return new Promise((resolve, reject) => {
      if (signal?.aborted) return reject(abortReason(signal))
      let isDone = false
      let unsubscribe: (() => void) | undefined
      const onAbort = (): void => finish(() => reject(abortReason(signal!)))
      function finish(resolveOrReject: () => void): void {
        isDone = true
        unsubscribe?.()
        signal?.removeEventListener('abort', onAbort)
        resolveOrReject()
      }
      signal?.addEventListener('abort', onAbort)
      unsubscribe = add({
        run(next) {
          try {
            if (predicate(next)) finish(() => resolve(next))
          } catch (error) {
            finish(() => reject(error))
          }
        },
        onRelease: () => finish(() => reject(createDomException(CLOSED, 'AbortError'))),
      })
      if (isDone) unsubscribe()
      else if (isReleased) finish(() => reject(createDomException(CLOSED, 'AbortError')))
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
      // A copy: anyone who subscribes meanwhile has already been called.
      for (const subscriber of Array.from(subscribers)) {
        // A subscriber has set a newer value, which everyone has received by now.
        if (!Object.is(value, next)) return
        if (subscribers.has(subscriber)) call(subscriber)
      }
    },
    release() {
      isReleased = true
      const left = Array.from(subscribers)
      subscribers.clear()
      for (const subscriber of left) subscriber.onRelease?.()
      becomeUnused()
    },
    subscribe,
    until,
    '@@observable': observable,
    // If the symbol does not exist, its key would be the string 'undefined'.
    ...(Symbol.observable && { [Symbol.observable]: observable }),
  }
}

const CLOSED = `The source was closed${advice(' before the value arrived that until() is waiting for.')}`

interface Subscriber<Value> {
  run(value: Value): void
  onRelease?(): void
}
