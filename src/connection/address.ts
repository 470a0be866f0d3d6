import type { AttemptContext } from '../transport/request.js'

/** A URL, or a function that is asked for it on every attempt. */
export type UrlOption = string | URL | ((context: AttemptContext) => string | URL | Promise<string | URL>)

/** Where a connection goes. */
export interface Address {
  /** Absolute; undefined until it has been resolved. */
  readonly current: string | undefined
  /** The URL of an attempt. @throws what the application's function throws, and for a URL that cannot be used */
  resolve(context: AttemptContext): string | Promise<string>
}

/** @param toAbsolute - throws for a URL that cannot be used */
export function createAddress(url: UrlOption, toAbsolute: (url: string | URL) => string): Address {
  let current: string | undefined
  const keep = (given: string | URL): string => (current = toAbsolute(given))
  return {
    get current() {
      return current
    },
    resolve(context) {
      if (typeof url !== 'function') return current ?? keep(url)
      // In a function of its own, so that what it throws is a rejection too.
      return (async () => keep(await url(context)))()
    },
  }
}
