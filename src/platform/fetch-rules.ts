// The platform's `Request` shows what its `fetch` does. Looked at each time, because polyfills may be installed late.

/** Whether `fetch` keeps the rules of browsers: CORS, forbidden headers, and redirects that cannot be seen. */
export function keepsBrowserRules(): boolean {
  return askRequest((request) => !request.headers.has('cookie'))
}

/** Whether requests have a cache mode. Some edge runtimes have no cache to bypass, and throw if they are told to. */
export function hasCacheMode(): boolean {
  return askRequest((request) => 'cache' in request)
}

/** @returns false if the platform has no `Request`, or a partial one: no browser is like that */
function askRequest(ask: (request: Request) => boolean): boolean {
  try {
    return ask(new Request('http://a/', { headers: { cookie: 'a' } }))
  } catch {
    return false
  }
}

/**
 * Why the platform's `fetch` cannot even make this request: such a failure is not the network's. Undefined if it can, or
 * if that is unknown.
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
