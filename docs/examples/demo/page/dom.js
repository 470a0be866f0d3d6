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
 * Writes a text only if it differs: writing causes a new layout, and screen readers read it out again.
 *
 * @param {Element} target
 * @param {string} text
 */
export function write(target, text) {
  if (target.textContent !== text) target.textContent = text
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
