/**
 * The element for a selector, which the page is known to have.
 *
 * @param {string} selector
 * @param {ParentNode} [root]
 */
export function find(selector, root = document) {
  const found = root.querySelector(selector)
  if (!(found instanceof HTMLElement)) throw new Error(`The page has no ${selector}.`)
  return found
}

/**
 * @param {string} tag
 * @param {string} text
 */
export function element(tag, text) {
  const created = document.createElement(tag)
  created.textContent = text
  return created
}

/** @param {number} time */
export function clock(time) {
  return new Date(time).toLocaleTimeString('en-GB')
}
