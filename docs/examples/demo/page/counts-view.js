import { find, write } from './dom.js'

/** @import { Ledger } from './ledger.js' */

/** @typedef {ReturnType<Ledger['counts']>} Counts */

const format = new Intl.NumberFormat('en')

/**
 * The proof: prices sent, received, lost and duplicated.
 *
 * @param {HTMLElement} root
 * @param {HTMLElement} verdict
 */
export function createCountsView(root, verdict) {
  /**
   * @param {string} name
   * @param {number} value
   */
  function set(name, value) {
    write(find(`[data-count=${name}]`, root), format.format(value))
  }

  return {
    /** @param {Counts} counts */
    show(counts) {
      const { sent, received, lost, duplicated } = counts
      set('sent', sent)
      set('received', received)
      set('lost', lost)
      set('duplicated', duplicated)
      find('[data-count=lost]', root).classList.toggle('wrong', lost > 0)
      find('[data-count=duplicated]', root).classList.toggle('wrong', duplicated > 0)
      write(verdict, judge(counts))
    },
  }
}

/** @param {Counts} counts */
function judge({ first, last, sent, received, lost, duplicated }) {
  if (lost > 0 || duplicated > 0) return 'Not every price has arrived exactly once.'
  if (received === 0) return 'The first price is on its way.'
  const proof = `Every price from no. ${format.format(first)} to no. ${format.format(last)} has arrived exactly once.`
  return sent > received ? `${proof} ${format.format(sent - received)} more to come.` : proof
}
