/** @import { Sent } from '../events.js' */

/** @typedef {ReturnType<typeof createLedger>} Ledger */

/**
 * Proves that no price is lost or doubled: the server numbers them, and here the numbers are counted.
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
     * A snapshot: the prices up to its number are in it, the next ones follow one by one. When it comes later on, the
     * server could not resume, and what lies between is lost; unless the server was started anew, and counts from 1.
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
     * The counts so far. What the server has sent and we have not seen yet is on its way, as long as nothing behind it
     * came.
     *
     * @param {Sent} [sent] what the server said last
     */
    counts(sent) {
      const latest = sent?.run === run ? Math.max(sent.sequence, highest) : highest
      return { first: start + 1, last: highest, sent: latest - start, received, lost: missing.size, duplicated }
    },
  }
}
