import { onMount } from 'svelte'
import type { Readable } from 'svelte/store'
import type { EventOf } from '../../client/events.js'
import type { TypedEventSource } from '../../client/typed-event-source.js'
import type { ConnectionStatus } from '../../connection/status.js'
import type { ReadableStore } from '../../observable/store.js'
import { history, type HistoryOptions } from '../../views/history.js'
import { paced } from '../../views/paced.js'
import { isServer } from '../is-server.js'
import { follow, type MaybeReadable } from './follow.js'

/**
 * Returns a store of the latest payload of a type: `undefined` until there is one. It changes at most once per
 * animation frame. Subscribing throws a TypeError if schemas declare the types and this one has none.
 *
 * @example
 * ```ts
 * const price = useLatest(prices, 'price') // in the markup: {$price?.value}
 * const box = fromStore(price) // the same for runes: {box.current?.value}
 * ```
 */
export function useLatest<Events, Type extends keyof Events & string>(
  source: MaybeReadable<TypedEventSource<Events>>,
  type: Type,
): Readable<Events[Type] | undefined> {
  return useView(source, (current) => paced(current.store(type)))
}

/**
 * Returns a store of the latest events of a type or several, the oldest first. The array is replaced at most once per
 * animation frame. Subscribing throws a TypeError or RangeError for wrong arguments.
 *
 * @example
 * ```ts
 * const log = useEvents(jobs, ['started', 'done'], { limit: 100 })
 * ```
 */
export function useEvents<Events, Type extends keyof Events & string>(
  source: MaybeReadable<TypedEventSource<Events>>,
  types: Type | readonly Type[],
  options: HistoryOptions,
): Readable<readonly EventOf<Events, Type>[]> {
  return useView(source, (current) => history(current, types, options))
}

/**
 * Returns a store of the status of a source.
 *
 * @example
 * ```ts
 * const status = useStatus(prices) // in the markup: {$status.state}
 * ```
 */
export function useStatus<Events>(source: MaybeReadable<TypedEventSource<Events>>): Readable<ConnectionStatus> {
  return useView(source, (current) => current.status)
}

/**
 * Calls the listener with each event of a type or several, as soon as it arrives, until the component is destroyed.
 * Call it while the component initializes, like `onMount`.
 *
 * @throws Error outside of components
 *
 * @example
 * ```ts
 * useEvent(jobs, 'done', ({ data }) => toast(data.name))
 * ```
 */
export function useEvent<Events, Type extends keyof Events & string>(
  source: MaybeReadable<TypedEventSource<Events>>,
  types: Type | readonly Type[],
  listener: (event: EventOf<Events, Type>) => void,
): void {
  onMount(() => follow(source, (current) => current.on(types, listener)).subscribe(() => {}))
}

/**
 * Returns a store of the value of any view of the source. The function is called again if the source changes.
 * Subscribing throws what the function throws.
 *
 * @example
 * ```ts
 * const rows = useView(prices, (source) => latestByKey(source, 'price', ({ data }) => data.symbol))
 * ```
 */
export function useView<Events, Value>(
  source: MaybeReadable<TypedEventSource<Events>>,
  view: (source: TypedEventSource<Events>) => ReadableStore<Value>,
): Readable<Value> {
  // All subscribers get the same one, so that a later one sees the history, too.
  let latest: { readonly source: TypedEventSource<Events>; readonly store: ReadableStore<Value> } | undefined
  return follow(source, (current, run) => {
    if (latest?.source !== current) latest = { source: current, store: view(current) }
    const { store } = latest
    if (!isServer()) return store.subscribe(run)
    run(store.get())
    return () => {}
  })
}
