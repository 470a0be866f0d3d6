import { find } from './dom.js'

/** @import { Ledger } from './ledger.js' */

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
    find(`[data-count=${name}]`, root).textContent = format.format(value)
  }

  return {
    /** @param {ReturnType<Ledger['counts']>} counts */
    show({ first, last, sent, received, lost, duplicated }) {
      set('sent', sent)
      set('received', received)
      set('lost', lost)
      set('duplicated', duplicated)
      find('[data-count=lost]', root).classList.toggle('wrong', lost > 0)
      find('[data-count=duplicated]', root).classList.toggle('wrong', duplicated > 0)

      const onTheWay = sent - received - lost
      if (received === 0) verdict.textContent = 'The first price is on its way.'
      else if (lost > 0 || duplicated > 0) verdict.textContent = 'Not every price has arrived exactly once.'
      else {
        const range = `Every price from no. ${format.format(first)} to no. ${format.format(last)} has arrived exactly once.`
        verdict.textContent = onTheWay > 0 ? `${range} ${format.format(onTheWay)} more to come.` : range
      }
    },
  }
}
