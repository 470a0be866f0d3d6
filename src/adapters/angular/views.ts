import { computed, effect, type Signal, signal, untracked } from '@angular/core'
import type { EventOf } from '../../client/events.js'
import type { TypedEventSource } from '../../client/typed-event-source.js'
import type { ConnectionStatus } from '../../connection/status.js'
import type { ReadableStore } from '../../observable/store.js'
import { history, type HistoryOptions } from '../../views/history.js'
import { paced } from '../../views/paced.js'
import { follow, injectIsServer, type MaybeSignal, read } from './follow.js'

/**
 * Returns the latest payload of a type, as a signal: `undefined` until there is one. It changes at most once per
 * animation frame. Reading throws a TypeError if schemas declare the types and this one has none.
 *
 * @throws Error outside of an injection context
 *
 * @example
 * ```ts
 * readonly price = injectLatest(this.prices, 'price')
 * ```
 */
export function injectLatest<Events, Type extends keyof Events & string>(
  source: MaybeSignal<TypedEventSource<Events>>,
  type: Type,
): Signal<Events[Type] | undefined> {
  return injectView(source, (current) => paced(current.store(type)))
}

/**
 * Returns the latest events of a type or several, the oldest first, as a signal. The array is replaced at most once per
 * animation frame. Reading throws a TypeError or RangeError for wrong arguments.
 *
 * @throws Error outside of an injection context
 *
 * @example
 * ```ts
 * readonly log = injectEvents(this.jobs, ['started', 'done'], { limit: 100 })
 * ```
 */
export function injectEvents<Events, Type extends keyof Events & string>(
  source: MaybeSignal<TypedEventSource<Events>>,
  types: Type | readonly Type[],
  options: HistoryOptions,
): Signal<readonly EventOf<Events, Type>[]> {
  return injectView(source, (current) => history(current, types, options))
}

/**
 * Returns the status of a source, as a signal.
 *
 * @throws Error outside of an injection context
 *
 * @example
 * ```ts
 * readonly status = injectStatus(this.prices)
 * ```
 */
export function injectStatus<Events>(source: MaybeSignal<TypedEventSource<Events>>): Signal<ConnectionStatus> {
  return injectView(source, (current) => current.status)
}

/**
 * Calls the listener with each event of a type or several, as soon as it arrives, until the injector is destroyed.
 *
 * @throws Error outside of an injection context
 *
 * @example
 * ```ts
 * injectEvent(this.jobs, 'done', ({ data }) => this.toast(data.name))
 * ```
 */
export function injectEvent<Events, Type extends keyof Events & string>(
  source: MaybeSignal<TypedEventSource<Events>>,
  types: Type | readonly Type[],
  listener: (event: EventOf<Events, Type>) => void,
): void {
  if (injectIsServer()) return
  effect((onCleanup) => {
    const current = read(source)
    onCleanup(untracked(() => current.on(types, listener)))
  })
}

/**
 * Returns the value of any view of the source, as a signal. The function is called again if the source changes. Reading
 * throws what the function throws.
 *
 * @throws Error outside of an injection context
 *
 * @example
 * ```ts
 * readonly rows = injectView(this.prices, (source) => latestByKey(source, 'price', ({ data }) => data.symbol))
 * ```
 */
export function injectView<Events, Value>(
  source: MaybeSignal<TypedEventSource<Events>>,
  view: (source: TypedEventSource<Events>) => ReadableStore<Value>,
): Signal<Value> {
  const isServer = injectIsServer()
  const values = follow(source, (current) => {
    const store = view(current)
    const result = signal(store.get())
    return { result, leave: isServer ? () => {} : store.subscribe((value) => result.set(value)) }
  })
  return computed(() => values()())
}
