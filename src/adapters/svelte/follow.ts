import type { Readable } from 'svelte/store'
import { isObject } from '../../arguments/check-options.js'

/** A value, or a store of values that change. */
export type MaybeReadable<Value> = Value | Readable<Value>

/**
 * A store that does what `use` does with the current value, and with each new one. What it returns is called before the
 * next value, and when a subscriber leaves.
 */
export function follow<Value, Result>(
  source: MaybeReadable<Value>,
  use: (value: Value, run: (result: Result) => void) => () => void,
): Readable<Result> {
  return {
    subscribe(run) {
      if (!isReadable(source)) return use(source, run)
      let leave: (() => void) | undefined
      const unsubscribe = source.subscribe((value) => {
        leave?.()
        leave = use(value, run)
      })
      return () => {
        unsubscribe()
        leave?.()
      }
    },
  }
}

/** Neither sources nor URLs have this method. */
function isReadable<Value>(source: MaybeReadable<Value>): source is Readable<Value> {
  return isObject(source) && 'subscribe' in source
}
