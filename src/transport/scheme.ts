import { advice } from '../messages/advice.js'

/**
 * Why `fetch` can never use this URL, as a sentence; undefined if it can. Any other scheme is "a network error" (Fetch
 * standard, 4.2, "scheme fetch"), and `fetch()` refuses credentials in a URL.
 */
export function whyNotFetchable({ href, protocol, pathname, username, password }: URL): string | undefined {
  if (!/^(?:blob|data|file|https?):$/.test(protocol)) {
    // `localhost:3000/events` is parsed as a URL with the scheme `localhost:`.
    const hint = advice(/^\d+(?:\/|$)/.test(pathname) ? `; did you mean http://${href}?` : '.', 'reference')
    return `the url "${href}" has the scheme "${protocol}", which fetch cannot use${hint}`
  }
  if (username !== '' || password !== '') {
    return `the url must not contain credentials${advice(', which fetch refuses; send them in a header.', 'reference')}`
  }
  return undefined
}
