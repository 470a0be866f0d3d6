import { keepsBrowserRules } from './fetch-rules.js'

/**
 * Whether CORS applies: the platform enforces it, and the URL is not on the origin of the page or worker. Uses
 * `origin`, because `location.origin` is wrong in sandboxed and `srcdoc` frames.
 */
export function isCrossOrigin(url: string): boolean {
  // Some test environments only have `location.origin`.
  const here = globalThis.origin ?? globalThis.location?.origin
  return here !== undefined && keepsBrowserRules() && new URL(url).origin !== here
}
