import { createStore, type ReadableStore, type UntilOptions } from '../observable/store.js'
import { defer } from './defer.js'

/** A store whose value is made only if somebody asks for it or is subscribed, at most once per turn. */
export interface Snapshot<Value> {
  readonly store: ReadableStore<Value>
  /** Says that the value has changed. */
  readonly touch: () => void
}

/** @param take - makes the value; always a new object */
export function createSnapshot<Value extends object>(take: () => Value): Snapshot<Value> {
  let isStale = false
  let isWatched = false
  let isPlanned = false
  const {
    set,
    release: _,
    ...store
  } = createStore(take(), () => {
    isWatched = true
    // Whoever subscribes as an observable has not asked for a fresh value.
    refresh()
    return () => {
      isWatched = false
    }
  })

  function refresh(): void {
    if (!isStale) return
    isStale = false
    set(take())
  }

  return {
    store: {
      ...store,
      get() {
        refresh()
        return store.get()
      },
      subscribe(run) {
        refresh()
        return store.subscribe(run)
      },
      until(predicate: (value: Value) => boolean, options?: UntilOptions) {
        refresh()
        return store.until(predicate, options)
      },
    },
    touch() {
      isStale = true
      if (!isWatched || isPlanned) return
      isPlanned = true
      defer(() => {
        isPlanned = false
        refresh()
      })
    },
  }
}
