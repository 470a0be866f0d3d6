/**
 * Returns why the platform's `fetch` cannot make this request, regardless of the network. Undefined if it can, or if
 * that is unknown.
 */
export function whyNoRequest(url: string, init: RequestInit): unknown {
  if (typeof globalThis.Request !== 'function') return undefined
  try {
    void new Request(url, init)
    return undefined
  } catch (cause) {
    return cause
  }
}
