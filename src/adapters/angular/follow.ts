import { computed, DestroyRef, inject, PLATFORM_ID, type Signal, untracked } from '@angular/core'

/** A value, or a signal or another function that reads signals. */
export type MaybeSignal<Value> = Value | (() => Value)

/** What is made of a value, and how to let go of it. */
export interface Followed<Result> {
  readonly result: Result
  readonly leave: () => void
}

/** The value: neither sources nor URLs are functions. */
export function read<Value extends object | string>(source: MaybeSignal<Value>): Value {
  return typeof source === 'function' ? (source as () => Value)() : source
}

/** Whether a server renders, where nothing may be held. */
export function injectIsServer(): boolean {
  return (inject(PLATFORM_ID) as unknown) === 'server'
}

/**
 * A signal of what `use` makes of the current value. `leave` is called before the next value, and when the injector is
 * destroyed. Nothing is used before the signal is read, because inputs have no value while a component is created.
 */
export function follow<Value extends object | string, Result>(
  source: MaybeSignal<Value>,
  use: (value: Value) => Followed<Result>,
): Signal<Result> {
  let leave = (): void => {}
  let isDestroyed = false
  inject(DestroyRef).onDestroy(() => {
    isDestroyed = true
    leave()
  })
  return computed(() => {
    const value = read(source)
    return untracked(() => {
      leave()
      const followed = use(value)
      leave = followed.leave
      if (isDestroyed) leave()
      return followed.result
    })
  })
}
