import { isFunction, wrongArgument } from '../arguments/check-options.js'
import type { EventOf } from '../client/events.js'
import type { TypedEventSource } from '../client/typed-event-source.js'
import type { ReadableStore } from '../observable/store.js'
import { checkSource } from './check-source.js'
import { createView } from './view.js'

/**
 * Returns a store of the latest event of a type or several, which changes at most once per animation frame. It listens
 * while it has subscribers; in between, `get()` returns what it had last, and at first `undefined`.
 *
 * @throws TypeError for wrong arguments; `subscribe` throws what `source.on()` throws
 *
 * @example
 * ```ts
 * latest(prices, 'price').subscribe((event) => event && draw(event.data))
 * ```
 */
export function latest<Events, Type extends keyof Events & string>(
  source: TypedEventSource<Events>,
  types: Type | readonly Type[],
): ReadableStore<EventOf<Events, Type> | undefined> {
  checkSource('latest', source, types)
  let last: EventOf<Events, Type> | undefined
  return createView(source, types, last, {
    take(event) {
      last = event
    },
    read: () => last,
  })
}

/**
 * Returns a store of the latest event for each key, as a map in the order in which the keys came first. The map is
 * replaced, at most once per animation frame, never changed. It listens while it has subscribers; in between, `get()`
 * returns what it had last, and at first an empty map.
 *
 * @param keyBy - returns the key of an event; if it throws, the error is reported, and the event is not in the map
 * @throws TypeError for wrong arguments; `subscribe` throws what `source.on()` throws
 *
 * @example
 * ```ts
 * const bySymbol = latestByKey(prices, 'price', ({ data }) => data.symbol)
 * bySymbol.subscribe((rows) => drawTable([...rows.values()]))
 * ```
 */
export function latestByKey<Events, Type extends keyof Events & string, Key>(
  source: TypedEventSource<Events>,
  types: Type | readonly Type[],
  keyBy: (event: EventOf<Events, Type>) => Key,
): ReadableStore<ReadonlyMap<Key, EventOf<Events, Type>>> {
  checkSource('latestByKey', source, types)
  if (!isFunction(keyBy)) throw wrongArgument('latestByKey', 'keyBy', 'a function', keyBy)
  let changed = new Map<Key, EventOf<Events, Type>>()
  const none: ReadonlyMap<Key, EventOf<Events, Type>> = new Map()
  return createView(source, types, none, {
    take: (event) => changed.set(keyBy(event), event),
    read(current) {
      if (changed.size === 0) return current
      const next = new Map([...current, ...changed])
      changed = new Map()
      return next
    },
  })
}
