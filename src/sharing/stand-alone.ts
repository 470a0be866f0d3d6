import { type Connection, type ConnectionOptions, createConnection } from '../connection/connection.js'
import { isFinal } from '../connection/transition.js'
import { createStore } from '../observable/store.js'

/** A connection that is not shared, whose status says so. */
export function standAlone(options: ConnectionOptions): Connection {
  const connection = createConnection(options)
  const status = createStore(connection.status.get())
  connection.status.subscribe((now) => {
    status.set(now.state === 'open' ? { ...now, role: 'alone' } : now)
    if (isFinal(now)) status.release()
  })
  return {
    ...connection,
    status,
    get lastEventId() {
      return connection.lastEventId
    },
  }
}
