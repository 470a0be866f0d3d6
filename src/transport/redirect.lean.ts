import { fetchOnce, NOT_ALLOWED, refused } from './fetch-once.js'
import type { fetchFollowing as full } from './redirect.js'

/** Leaves redirects to the browser, which hides where they lead. */
export const fetchFollowing: typeof full = async (fetch, firstUrl, init, redirect) => {
  const isError = redirect === 'error'
  // Not fetch's own mode 'error', whose failure looks like a network error.
  const arrival = await fetchOnce(fetch, firstUrl, { ...init, redirect: isError ? 'manual' : 'follow' })
  if (!isError || arrival.failure !== undefined) return arrival
  const { response, url } = arrival
  // A fetch of the application's may show the redirect.
  const isRedirect = response.type === 'opaqueredirect' || /^30[12378]$/.test(String(response.status))
  return isRedirect ? refused(url, `elsewhere, ${NOT_ALLOWED}`, response.status) : arrival
}
