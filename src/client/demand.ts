import type { Connection } from '../connection/connection.js'
import type { Environment } from '../connection/environment.js'
import { EVERY_TYPE } from '../observable/emitter.js'

/** How long a connection outlives its last listener, in ms: a page that replaces one view by another keeps it. */
const GRACE = 1000

/** Who wants events, and what follows from it for the connection. */
export interface Demand {
  /** Whether a connection is wanted now. */
  readonly exists: boolean
  /** Counts a listener. Returns a function that takes it off the count. */
  add(): () => void
  /**
   * Makes sure that the events of these types come. It may open the connection, and a status subscriber may then close the
   * source, so it is called last.
   */
  bring(types: Iterable<string | typeof EVERY_TYPE>): void
  close(): void
}

export interface DemandOptions {
  readonly connection: Pick<Connection, 'listen' | 'listenToEveryType' | 'rest'>
  readonly environment: Pick<Environment, 'delay'>
  /** Whether the connection rests while nobody listens. */
  readonly restsUnheard: boolean
  readonly start: () => void
}

export function createDemand({ connection, environment, restsUnheard, start }: DemandOptions): Demand {
  let listeners = 0
  let stopResting: (() => void) | undefined
  let isClosed = false

  function keep(): void {
    stopResting?.()
    stopResting = undefined
  }

  function remove(): void {
    listeners -= 1
    if (!restsUnheard || listeners > 0 || isClosed) return
    stopResting = environment.delay(GRACE, () => {
      stopResting = undefined
      connection.rest()
    })
  }

  return {
    get exists() {
      return !restsUnheard || listeners > 0
    },
    add() {
      listeners += 1
      keep()
      let isCounted = true
      return () => {
        if (isCounted) remove()
        isCounted = false
      }
    },
    bring(types) {
      for (const type of types) {
        if (type === EVERY_TYPE) connection.listenToEveryType()
        else connection.listen(type)
      }
      start()
    },
    close() {
      isClosed = true
      keep()
    },
  }
}
