import { EventSource } from 'everstream/event-source'

/**
 * The standard's class with a token on every request: everything beyond the standard goes through `fetch`.
 *
 * @param {string} url
 * @param {() => Promise<string>} token
 * @returns {EventSource}
 */
export function openPrices(url, token) {
  const source = new EventSource(url, {
    fetch: async (input, init) =>
      fetch(input, { ...init, headers: { ...init.headers, authorization: `Bearer ${await token()}` } }),
  })
  source.addEventListener('price', ({ data }) => console.log(JSON.parse(data)))
  source.addEventListener('error', ({ status, failure }) => {
    if (source.readyState === EventSource.CLOSED) console.error('gave up:', status, failure?.message)
    else console.warn('reconnecting:', failure?.message)
  })
  return source
}
