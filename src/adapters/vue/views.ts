import { computed, type MaybeRefOrGetter, type ShallowRef, shallowRef, toValue } from 'vue'
import type { EventOf } from '../../client/events.js'
import type { TypedEventSource } from '../../client/typed-event-source.js'
import type { ConnectionStatus } from '../../connection/status.js'
import type { ReadableStore } from '../../observable/store.js'
import { history, type HistoryOptions } from '../../views/history.js'
import { paced } from '../../views/paced.js'
import { whileMounted } from './while-mounted.js'

type SourceOption<Events> = MaybeRefOrGetter<TypedEventSource<Events>>

/**
 * Returns the latest payload of a type, as a ref: `undefined` until there is one. It changes at most once per animation
 * frame.
 *
 * @throws Error outside of `setup()` and effect scopes; TypeError if schemas declare the types and this one has none
 *
 * @example
 * ```ts
 * const price = useLatest(prices, 'price')
 * ```
 */
export function useLatest<Events, Type extends keyof Events & string>(
  source: SourceOption<Events>,
  type: Type,
): Readonly<ShallowRef<Events[Type] | undefined>> {
  return viewOf('useLatest', source, (current) => paced(current.store(type)))
}

/**
 * Returns the latest events of a type or several, the oldest first, as a ref. The array is replaced at most once per
 * animation frame.
 *
 * @throws Error outside of `setup()` and effect scopes; TypeError or RangeError for wrong arguments
 *
 * @example
 * ```ts
 * const log = useEvents(jobs, ['started', 'done'], { limit: 100 })
 * ```
 */
export function useEvents<Events, Type extends keyof Events & string>(
  source: SourceOption<Events>,
  types: Type | readonly Type[],
  options: HistoryOptions,
): Readonly<ShallowRef<readonly EventOf<Events, Type>[]>> {
  return viewOf('useEvents', source, (current) => history(current, types, options))
}

/**
 * Returns the status of a source, as a ref.
 *
 * @throws Error outside of `setup()` and effect scopes
 *
 * @example
 * ```ts
 * const status = useStatus(prices)
 * ```
 */
export function useStatus<Events>(source: SourceOption<Events>): Readonly<ShallowRef<ConnectionStatus>> {
  return viewOf('useStatus', source, (current) => current.status)
}

/**
 * Calls the listener with each event of a type or several, as soon as it arrives, until the component is unmounted.
 *
 * @throws Error outside of `setup()` and effect scopes; TypeError for wrong arguments
 *
 * @example
 * ```ts
 * useEvent(jobs, 'done', ({ data }) => toast(data.name))
 * ```
 */
export function useEvent<Events, Type extends keyof Events & string>(
  source: SourceOption<Events>,
  types: Type | readonly Type[],
  listener: (event: EventOf<Events, Type>) => void,
): void {
  whileMounted(
    'useEvent',
    computed(() => toValue(source)),
    (current) => current.on(types, listener),
  )
}

/**
 * Returns the value of any view of the source, as a ref. The function is called again if the source changes.
 *
 * @throws Error outside of `setup()` and effect scopes; what the function throws
 *
 * @example
 * ```ts
 * const rows = useView(prices, (source) => latestByKey(source, 'price', ({ data }) => data.symbol))
 * ```
 */
export function useView<Events, Value>(
  source: SourceOption<Events>,
  view: (source: TypedEventSource<Events>) => ReadableStore<Value>,
): Readonly<ShallowRef<Value>> {
  return viewOf('useView', source, view)
}

function viewOf<Events, Value>(
  caller: string,
  source: SourceOption<Events>,
  storeOf: (source: TypedEventSource<Events>) => ReadableStore<Value>,
): Readonly<ShallowRef<Value>> {
  const store = computed(() => storeOf(toValue(source)))
  const value = shallowRef(store.value.get()) as ShallowRef<Value>
  whileMounted(caller, store, (current) =>
    current.subscribe((next) => {
      value.value = next
    }),
  )
  return value
}
