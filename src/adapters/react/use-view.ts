import { useSyncExternalStore } from 'react'
import type { TypedEventSource } from '../../client/typed-event-source.js'
import type { ReadableStore } from '../../observable/store.js'

/** The views of each source by name. Components share them; a render that is thrown away leaves nothing. */
const viewsOf = new WeakMap<object, Map<string, ReadableStore<unknown>>>()

/**
 * @param key - what the view depends on besides the source
 * @param initial - what a server renders, and the browser while it hydrates: the same reference each time
 */
export function useView<Events, Value>(
  source: TypedEventSource<Events>,
  key: readonly unknown[],
  create: () => ReadableStore<Value>,
  initial: Value,
): Value {
  const name = JSON.stringify(key)
  const views = viewsOf.get(source) ?? new Map<string, ReadableStore<unknown>>()
  const view = (views.get(name) as ReadableStore<Value> | undefined) ?? create()
  views.set(name, view)
  viewsOf.set(source, views)
  return useSyncExternalStore(view.subscribe, view.get, () => initial)
}
