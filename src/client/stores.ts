import type { Connection } from '../connection/connection.js'
import type { Emitter } from '../observable/emitter.js'
import { createStore, type ReadableStore, type WritableStore } from '../observable/store.js'
import type { Demand } from './demand.js'
import type { EventTypes } from './event-types.js'
import type { TypedEvent } from './events.js'

export interface Stores {
  /** The store of the latest payload of a type: always the same one. */
  readonly store: (type: string) => ReadableStore<unknown>
  release(): void
}

export interface StoresOptions {
  readonly emitter: Emitter<TypedEvent>
  readonly demand: Demand
  readonly connection: Pick<Connection, 'listen'>
  readonly eventTypes: EventTypes
  readonly isClosedForGood: () => boolean
}

export function createStores({ emitter, demand, connection, eventTypes, isClosedForGood }: StoresOptions): Stores {
  const stores = new Map<string, WritableStore<unknown>>()

  /** Only a store with subscribers counts as a listener. Other stores show what arrives anyway. */
  function whileSubscribed(type: string): () => void {
    const release = demand.add()
    demand.request([type])
    return release
  }

  return {
    store(type) {
      eventTypes.check(type)
      const known = stores.get(type)
      if (known !== undefined) return known
      const latest = createStore<unknown>(undefined, () => whileSubscribed(type))
      stores.set(type, latest)
      if (isClosedForGood()) latest.release()
      else {
        emitter.on(type, ({ data }) => latest.set(data))
        connection.listen(type)
      }
      return latest
    },
    release() {
      for (const latest of stores.values()) latest.release()
    },
  }
}
