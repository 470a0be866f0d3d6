// The platform's `Request` shows how its `fetch` behaves. Not cached, because polyfills may be installed late.

/** Whether `fetch` behaves as in browsers: CORS, forbidden headers, and redirects that cannot be inspected. */
export function keepsBrowserRules(): boolean {
  return askRequest((request) => !request.headers.has('cookie'))
}

/** Whether requests have a cache mode. Some edge runtimes have no cache, and throw if one is given. */
export function hasCacheMode(): boolean {
  return askRequest((request) => 'cache' in request)
}

/** @returns false if `Request` is missing or incomplete, which is never the case in browsers */
function askRequest(ask: (request: Request) => boolean): boolean {
  try {
    return ask(new Request('http://a/', { headers: { cookie: 'a' } }))
  } catch {
    return false
  }
}
