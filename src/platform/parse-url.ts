import { advice } from '../messages/advice.js'
import { createDomException } from './dom-exception.js'

/**
 * "Let urlRecord be the result of encoding-parsing a URL given url, relative to settings. If urlRecord is failure, then
 * throw a `SyntaxError` DOMException." The base URL is that of the page or worker.
 *
 * @param caller - the public function or class that received the URL, for the message
 */
export function parseUrl(caller: string, url: string | URL): URL {
  const base = globalThis.document?.baseURI ?? globalThis.location?.href
  try {
    return new URL(url, base)
  } catch (cause) {
    if (typeof globalThis.URL !== 'function') throw cause
    const hint = advice(
      base === undefined ? ' (there is no page to resolve it against, so it must be absolute).' : ` (base ${base}).`,
      'reference',
    )
    throw createDomException(`${caller}: the url "${url}" cannot be parsed${hint}`, 'SyntaxError')
  }
}
