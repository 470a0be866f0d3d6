import type { AttemptContext } from '../transport/request.js'

/** A URL, or a function that returns it, called on every attempt. */
export type UrlOption = string | URL | ((context: AttemptContext) => string | URL | Promise<string | URL>)

/** The URL of a connection. */
export interface Address {
  /** Absolute; undefined until it has been resolved. */
  readonly current: string | undefined
  /** The URL of an attempt. @throws what the application's function throws, and if the URL cannot be used */
  resolve(context: AttemptContext): string | Promise<string>
}

/** @param toAbsolute - throws if the URL cannot be used */
export function createAddress(url: UrlOption, toAbsolute: (url: string | URL) => string): Address {
  let current: string | undefined
  const keep = (given: string | URL): string => (current = toAbsolute(given))
  return {
    get current() {
      return current
    },
    resolve(context) {
      if (typeof url !== 'function') return current ?? keep(url)
      // In an async function, so that a synchronous exception is a rejection too.
      return (async () => keep(await url(context)))()
    },
  }
}
