import { isFunction, isObject, wrongArgument } from '../arguments/check-options.js'
import { createStore, type ReadableStore } from '../observable/store.js'
import { createPace } from './pace.js'

/**
 * Returns a store that follows another one, and changes at most once per animation frame: values in between are left
 * out, the last one is not. When the source is closed, the store has its last value at once. Without subscribers,
 * `get()` returns the current value of the other store.
 *
 * @throws TypeError if this is not a store
 *
 * @example
 * ```ts
 * paced(prices.store('price')).subscribe((price) => price && draw(price))
 * ```
 */
export function paced<Value>(store: ReadableStore<Value>): ReadableStore<Value> {
  if (!isObject(store) || !isFunction(store.get) || !isFunction(store.until)) {
    throw wrongArgument('paced', 'the store', 'a store such as source.status', store)
  }
  let isFollowing = false

  const follower = createStore(store.get(), () => {
    isFollowing = true
    const stop = new AbortController()
    let last = follower.get()
    const pace = createPace(() => follower.set(last))
    // It never accepts a value, so it is rejected when there are no more: the source is closed for good.
    const ended = store.until(
      (value) => {
        if (!Object.is(value, last)) pace.request()
        last = value
        return false
      },
      { signal: stop.signal },
    )
    ended.catch(() => {
      if (stop.signal.aborted) return
      pace.flush()
      follower.release()
    })
    return () => {
      isFollowing = false
      pace.cancel()
      stop.abort()
    }
  })

  /** Without subscribers, the follower hears of nothing, so it catches up when it is used. */
  function current(): typeof follower {
    if (!isFollowing) follower.set(store.get())
    return follower
  }

  const observable: ReadableStore<Value>['@@observable'] = () => current()['@@observable']()
  return {
    get: () => current().get(),
    subscribe: (run) => current().subscribe(run),
    until: (...given: Parameters<typeof follower.until>) => current().until(...given),
    '@@observable': observable,
    ...(Symbol.observable && { [Symbol.observable]: observable }),
  }
}
