import { keepsBrowserRules } from './platform.js'

/**
 * Whether the rules of CORS apply to a request: the platform has them, and the URL is on another origin than the page or worker.
 * In a sandboxed frame, `origin` is "null", as that of no URL is; in a `srcdoc` it is inherited, unlike `location.origin`.
 */
export function isCrossOrigin(url: string): boolean {
  // Some test environments have only the location's.
  const here = globalThis.origin ?? globalThis.location?.origin
  return here !== undefined && keepsBrowserRules() && new URL(url).origin !== here
}
