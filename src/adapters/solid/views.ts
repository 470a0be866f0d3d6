import { type Accessor, createEffect, createMemo, createSignal, onCleanup, untrack } from 'solid-js'
import type { EventOf } from '../../client/events.js'
import type { TypedEventSource } from '../../client/typed-event-source.js'
import type { ConnectionStatus } from '../../connection/status.js'
import type { ReadableStore } from '../../observable/store.js'
import { history, type HistoryOptions } from '../../views/history.js'
import { paced } from '../../views/paced.js'
import { access, checkOwner, type MaybeAccessor } from './access.js'

/**
 * Returns the latest payload of a type, as an accessor: `undefined` until there is one. It changes at most once per
 * animation frame.
 *
 * @throws Error outside of components and roots; TypeError if schemas declare the types and this one has none
 *
 * @example
 * ```ts
 * const price = useLatest(prices, 'price')
 * ```
 */
export function useLatest<Events, Type extends keyof Events & string>(
  source: MaybeAccessor<TypedEventSource<Events>>,
  type: Type,
): Accessor<Events[Type] | undefined> {
  return viewOf('useLatest', source, (current) => paced(current.store(type)))
}

/**
 * Returns the latest events of a type or several, the oldest first, as an accessor. The array is replaced at most once
 * per animation frame.
 *
 * @throws Error outside of components and roots; TypeError or RangeError for wrong arguments
 *
 * @example
 * ```ts
 * const log = useEvents(jobs, ['started', 'done'], { limit: 100 })
 * ```
 */
export function useEvents<Events, Type extends keyof Events & string>(
  source: MaybeAccessor<TypedEventSource<Events>>,
  types: Type | readonly Type[],
  options: HistoryOptions,
): Accessor<readonly EventOf<Events, Type>[]> {
  return viewOf('useEvents', source, (current) => history(current, types, options))
}

/**
 * Returns the status of a source, as an accessor.
 *
 * @throws Error outside of components and roots
 *
 * @example
 * ```ts
 * const status = useStatus(prices)
 * ```
 */
export function useStatus<Events>(source: MaybeAccessor<TypedEventSource<Events>>): Accessor<ConnectionStatus> {
  return viewOf('useStatus', source, (current) => current.status)
}

/**
 * Calls the listener with each event of a type or several, as soon as it arrives, until the component is removed.
 *
 * @throws Error outside of components and roots; TypeError for wrong arguments
 *
 * @example
 * ```ts
 * useEvent(jobs, 'done', ({ data }) => toast(data.name))
 * ```
 */
export function useEvent<Events, Type extends keyof Events & string>(
  source: MaybeAccessor<TypedEventSource<Events>>,
  types: Type | readonly Type[],
  listener: (event: EventOf<Events, Type>) => void,
): void {
  checkOwner('useEvent')
  createEffect(() => onCleanup(access(source).on(types, listener)))
}

/**
 * Returns the value of any view of the source, as an accessor. The function is called again if the source changes.
 *
 * @throws Error outside of components and roots; what the function throws
 *
 * @example
 * ```ts
 * const rows = useView(prices, (source) => latestByKey(source, 'price', ({ data }) => data.symbol))
 * ```
 */
export function useView<Events, Value>(
  source: MaybeAccessor<TypedEventSource<Events>>,
  view: (source: TypedEventSource<Events>) => ReadableStore<Value>,
): Accessor<Value> {
  return viewOf('useView', source, view)
}

function viewOf<Events, Value>(
  caller: string,
  source: MaybeAccessor<TypedEventSource<Events>>,
  storeOf: (source: TypedEventSource<Events>) => ReadableStore<Value>,
): Accessor<Value> {
  checkOwner(caller)
  const store = createMemo(() => storeOf(access(source)))
  const [value, setValue] = createSignal(untrack(store).get())
  createEffect(() => onCleanup(store().subscribe((next) => setValue(() => next))))
  return value
}
