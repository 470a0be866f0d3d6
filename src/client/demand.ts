import type { Connection } from '../connection/connection.js'
import type { Environment } from '../connection/environment.js'
import { EVERY_TYPE } from '../observable/emitter.js'

/** How long the connection stays after its last listener left, in ms, so that it survives a change of views. */
const GRACE_PERIOD = 1000

/** Counts the listeners, and lets the connection rest while there are none. */
export interface Demand {
  /** Whether the source should be connected now. */
  readonly exists: boolean
  /** Counts a listener. Returns a function that removes it from the count. */
  add(): () => void
  /**
   * Asks the connection for these types and starts it. Call it last: a status subscriber may close the source from
   * inside.
   */
  request(types: Iterable<string | typeof EVERY_TYPE>): void
  close(): void
}

export interface DemandOptions {
  readonly connection: Pick<Connection, 'listen' | 'listenToEveryType' | 'rest'>
  readonly environment: Pick<Environment, 'delay'>
  /** Whether to disconnect while nobody listens. */
  readonly onlyWhileListening: boolean
  readonly start: () => void
}

export function createDemand({ connection, environment, onlyWhileListening, start }: DemandOptions): Demand {
  let listeners = 0
  let cancelTimer: (() => void) | undefined
  let isClosed = false

  function stayConnected(): void {
    cancelTimer?.()
  }

  function remove(): void {
    listeners -= 1
    if (!onlyWhileListening || listeners > 0 || isClosed) return
    cancelTimer = environment.delay(GRACE_PERIOD, connection.rest)
  }

  return {
    get exists() {
      return !onlyWhileListening || listeners > 0
    },
    add() {
      listeners += 1
      stayConnected()
      let isCounted = true
      return () => {
        if (isCounted) remove()
        isCounted = false
      }
    },
    request(types) {
      for (const type of types) {
        if (type === EVERY_TYPE) connection.listenToEveryType()
        else connection.listen(type)
      }
      start()
    },
    close() {
      isClosed = true
      stayConnected()
    },
  }
}
