import { clock, element } from './dom.js'

/** @import { News } from '../events.js' */

const LIMIT = 5

/**
 * The latest news on top.
 *
 * @param {HTMLElement} root
 */
export function createNewsView(root) {
  /** @param {News} news */
  function add({ symbol, headline, time }) {
    const row = document.createElement('li')
    row.append(element('time', clock(time)), element('b', symbol), ` ${headline}`)
    root.prepend(row)
    while (root.children.length > LIMIT) root.lastElementChild?.remove()
  }

  return {
    add,
    /** @param {readonly News[]} news the newest first */
    load(news) {
      root.replaceChildren()
      for (const item of news.toReversed()) add(item)
    },
  }
}
