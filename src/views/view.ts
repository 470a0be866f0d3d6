import type { EventOf } from '../client/events.js'
import type { TypedEventSource } from '../client/typed-event-source.js'
import { createStore, type ReadableStore } from '../observable/store.js'
import { follow } from './follow.js'

/** What a view makes of the events: `take` collects them, `read` returns a new value. */
export interface Collector<Event, Value> {
  readonly take: (event: Event) => void
  /** @param current - the latest value that the view has handed over */
  readonly read: (current: Value) => Value
}

/**
 * A store of what is collected from a source. It listens while it has subscribers. In between, it keeps its value, and
 * nothing else remains of it, so that nobody has to release a view.
 */
export function createView<Events, Type extends keyof Events & string, Value>(
  source: TypedEventSource<Events>,
  types: Type | readonly Type[],
  initial: Value,
  { take, read }: Collector<EventOf<Events, Type>, Value>,
): ReadableStore<Value> {
  const store = createStore(initial, () => {
    const { flush, stop } = follow(source, types, {
      take,
      handOver: () => store.set(read(store.get())),
      onFinal: () => store.release(),
    })
    return () => {
      // If another subscriber comes in its place, it misses nothing.
      flush()
      stop()
    }
  })
  return store
}
