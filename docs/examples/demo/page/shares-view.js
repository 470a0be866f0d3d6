import { element } from './dom.js'

/** @import { Price, Share } from '../events.js' */

/**
 * The latest price of each share.
 *
 * @param {HTMLElement} root
 */
export function createSharesView(root) {
  const rows = /** @type {Map<string, (value: number) => void>} */ (new Map())

  /**
   * @param {Share} share
   * @param {number} index
   */
  function createRow({ symbol, name, opening }, index) {
    const row = document.createElement('li')
    const value = element('span', '')
    const change = element('span', '')
    row.style.setProperty('--colour', `var(--share-${index + 1})`)
    value.className = 'value'
    change.className = 'change'
    row.append(element('b', symbol), change, element('small', name), value)
    rows.set(symbol, (price) => {
      value.textContent = price.toFixed(2)
      const percent = (price / opening - 1) * 100
      change.textContent = `${percent < 0 ? '−' : '+'}${Math.abs(percent).toFixed(2)} %`
    })
    return row
  }

  return {
    /**
     * @param {readonly Share[]} shares
     * @param {readonly Price[]} prices
     */
    load(shares, prices) {
      rows.clear()
      root.replaceChildren(...shares.map(createRow))
      for (const { symbol, opening } of shares) rows.get(symbol)?.(opening)
      for (const price of prices) this.show(price)
    },
    /** @param {Price} price */
    show: ({ symbol, value }) => rows.get(symbol)?.(value),
  }
}
