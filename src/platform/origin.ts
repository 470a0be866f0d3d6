import { keepsBrowserRules } from './fetch-rules.js'

/**
 * Whether the rules of CORS apply to a request: the platform has them, and the URL is not on the origin of the page or
 * worker. Unlike `location.origin`, `origin` is "null" in a sandboxed frame, and inherited in a `srcdoc`.
 */
export function isCrossOrigin(url: string): boolean {
  // Some test environments have only the location's.
  const here = globalThis.origin ?? globalThis.location?.origin
  return here !== undefined && keepsBrowserRules() && new URL(url).origin !== here
}
