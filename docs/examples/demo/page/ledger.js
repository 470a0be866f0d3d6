/** @import { Sent } from '../events.js' */

/** @typedef {ReturnType<typeof createLedger>} Ledger */

/**
 * Proves that no price is lost or duplicated: the server numbers them, and this counts the numbers.
 */
export function createLedger() {
  let run = ''
  let start = 0
  let highest = 0
  let received = 0
  let duplicated = 0
  const missing = /** @type {Set<number>} */ (new Set())

  /** @param {number} upTo */
  function miss(upTo) {
    for (let sequence = highest + 1; sequence <= upTo; sequence += 1) missing.add(sequence)
    highest = Math.max(highest, upTo)
  }

  return {
    /**
     * A snapshot has the prices up to its number; the next ones follow one by one. A later snapshot means that the
     * server could not resume: prices in between are lost, unless the server was restarted and counts from 1.
     *
     * @param {Sent} snapshot
     */
    begin(snapshot) {
      if (snapshot.run === run) return miss(snapshot.sequence)
      run = snapshot.run
      start = highest = snapshot.sequence
      received = duplicated = 0
      missing.clear()
    },
    /** @param {number} sequence */
    add(sequence) {
      if (sequence > highest) {
        miss(sequence)
        missing.delete(sequence)
        received += 1
      } else if (missing.delete(sequence)) received += 1
      else duplicated += 1
    },
    /**
     * The counts so far. A price that the server has sent and that is missing here is still on its way if no later one
     * has arrived.
     *
     * @param {Sent} [sent] the last report of the server
     */
    counts(sent) {
      const latest = sent?.run === run ? Math.max(sent.sequence, highest) : highest
      return { first: start + 1, last: highest, sent: latest - start, received, lost: missing.size, duplicated }
    },
  }
}
