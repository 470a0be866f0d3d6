import { clock, element } from './dom.js'

/** Old entries are removed: a page that is open for a week would be full of them. */
const LIMIT = 200

/**
 * What happened, the latest on top.
 *
 * @param {HTMLElement} root
 */
export function createLogView(root) {
  return {
    /**
     * @param {string} kind
     * @param {string} text
     */
    add(kind, text) {
      const row = document.createElement('li')
      row.dataset['kind'] = kind
      row.append(element('time', clock(Date.now())), element('b', kind), element('span', text))
      root.prepend(row)
      while (root.children.length > LIMIT) root.lastElementChild?.remove()
    },
    clear: () => root.replaceChildren(),
  }
}
