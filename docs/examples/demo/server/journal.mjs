import { randomUUID } from 'node:crypto'
import { encodeMessage } from 'everstream/event-stream'

/** How many events the server remembers: ten minutes of this demo. After a longer absence, clients get a snapshot. */
const LIMIT = 10_000

/** @typedef {ReturnType<typeof createJournal>} Journal */

/**
 * The last events, each with its place in the order of all, which let a client resume without a loss.
 *
 * An event ID consists of the run of the server and the place. A client that reconnects to a restarted server sends an
 * ID of the old run, for which it does not get the wrong events.
 */
export function createJournal(limit = LIMIT) {
  const run = randomUUID().slice(0, 8)
  // A ring buffer: event number n is at n % limit, where it replaces one that is too old.
  const texts = /** @type {string[]} */ (Array(limit))
  const listeners = /** @type {Set<() => void>} */ (new Set())
  let latest = 0

  return {
    run,
    /** The place of the latest event. */
    get latest() {
      return latest
    },
    /** @param {number} place */
    idOf: (place) => `${run}-${place}`,
    /**
     * The place of a last event ID; undefined if the events after it are not known.
     *
     * @param {string} id
     */
    placeOf(id) {
      const [, ofRun, digits] = /^(\w+)-(\d+)$/.exec(id) ?? []
      const place = Number(digits)
      return ofRun === run && place <= latest && place >= latest - limit ? place : undefined
    },
    /**
     * The event as it is sent; undefined if it is too old.
     *
     * @param {number} place
     */
    read: (place) => (place > latest - limit && place <= latest ? texts[place % limit] : undefined),
    /**
     * @param {string} event
     * @param {string} data
     */
    append(event, data) {
      latest += 1
      texts[latest % limit] = encodeMessage({ event, id: this.idOf(latest), data })
      for (const listener of listeners) listener()
    },
    /** @param {() => void} listener */
    subscribe(listener) {
      listeners.add(listener)
      return () => void listeners.delete(listener)
    },
  }
}
