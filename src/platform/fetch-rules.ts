/** How the platform's `fetch` behaves, as its `Request` shows. */
interface FetchRules {
  /** Whether the rules of browsers apply: CORS, forbidden headers, and redirects that cannot be inspected. */
  readonly areOfBrowsers: boolean
  /** Whether requests have a cache mode. Some edge runtimes have no cache, and throw if one is given. */
  readonly haveCacheMode: boolean
}

let probed: unknown
let rules: FetchRules | undefined

/** Probed again only if `Request` has been replaced: polyfills may be installed late, and a probe is slow in Node. */
function fetchRules(): FetchRules {
  const { Request } = globalThis
  if (rules === undefined || probed !== Request) {
    probed = Request
    rules = probe()
  }
  return rules
}

/** All are false if `Request` is missing or incomplete, which is never the case in browsers. */
function probe(): FetchRules {
  try {
    const request = new Request('http://a/', { headers: { cookie: 'a' } })
    return { areOfBrowsers: !request.headers.has('cookie'), haveCacheMode: 'cache' in request }
  } catch {
    return { areOfBrowsers: false, haveCacheMode: false }
  }
}

export function keepsBrowserRules(): boolean {
  return fetchRules().areOfBrowsers
}

export function hasCacheMode(): boolean {
  return fetchRules().haveCacheMode
}
