import { find } from './dom.js'

/**
 * Tabs as the ARIA practices describe them: one stop for the Tab key, arrow keys move between them.
 *
 * @param {HTMLElement} root
 * @param {HTMLElement} panel
 * @param {readonly string[]} ids
 * @param {(id: string) => void} onSelect
 */
export function createTabList(root, panel, ids, onSelect) {
  const buttonOf = (/** @type {string} */ id) => find(`#tab-${id}`, root)

  /** @param {string} id */
  function select(id) {
    for (const other of ids) {
      buttonOf(other).setAttribute('aria-selected', String(other === id))
      buttonOf(other).tabIndex = other === id ? 0 : -1
    }
    panel.setAttribute('aria-labelledby', `tab-${id}`)
    onSelect(id)
  }

  for (const [index, id] of ids.entries()) {
    buttonOf(id).addEventListener('click', () => select(id))
    buttonOf(id).addEventListener('keydown', ({ key }) => {
      const next = { ArrowRight: index + 1, ArrowLeft: index - 1, Home: 0, End: ids.length - 1 }[key]
      const nextId = next === undefined ? undefined : ids.at(next % ids.length)
      if (nextId === undefined) return
      buttonOf(nextId).focus()
      select(nextId)
    })
  }
  return { select }
}
