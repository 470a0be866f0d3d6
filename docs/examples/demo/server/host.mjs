import { once } from 'node:events'
import { createServer } from 'node:http'
import { setTimeout as sleep } from 'node:timers/promises'

/**
 * @import { RequestListener } from 'node:http'
 * @import { AddressInfo } from 'node:net'
 */

/** How long a restart takes, in ms. */
const DOWN_TIME = 1500

/**
 * A socket that listens on this machine only, and can be closed and opened again on the same port.
 *
 * @param {RequestListener} handler
 */
export function createHost(handler) {
  const stopped = new AbortController()
  const server = createServer(handler)
  let port = 0

  /** @param {number} wanted 0 for any that is free */
  async function listen(wanted) {
    server.listen(wanted, '127.0.0.1')
    await once(server, 'listening')
    port = /** @type {AddressInfo} */ (server.address()).port
  }

  function shut() {
    server.close()
    // Event streams never end on their own: close() alone would wait for them forever.
    server.closeAllConnections()
  }

  return {
    get url() {
      return `http://127.0.0.1:${port}`
    },
    listen,
    async restart() {
      shut()
      try {
        await sleep(DOWN_TIME, undefined, { signal: stopped.signal })
      } catch {
        return
      }
      await listen(port)
    },
    stop() {
      stopped.abort()
      shut()
    },
  }
}
