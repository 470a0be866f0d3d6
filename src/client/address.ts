import type { Address } from '../connection/address.js'
import type { AttemptContext } from '../transport/attempt-context.js'

/** A URL, or a function that returns it, called on every attempt. */
export type UrlOption = string | URL | ((context: AttemptContext) => string | URL | Promise<string | URL>)

export interface ClientAddress extends Address {
  /** The URL of the latest attempt. Before the first attempt: the given URL, or empty if it is a function. */
  readonly shown: string
  /** Makes a fixed URL absolute. @throws if it cannot be used */
  prepare(): void
}

/** @param toAbsolute - throws if the URL cannot be used */
export function createAddress(url: UrlOption, toAbsolute: (url: string | URL) => string): ClientAddress {
  const ask = typeof url === 'function' ? url : undefined
  const fixed = ask ? '' : String(url)
  let current: string | undefined
  const keep = (given: string | URL): string => (current = toAbsolute(given))
  return {
    get current() {
      return current
    },
    get shown() {
      return current ?? fixed
    },
    prepare() {
      if (!ask) current ??= keep(fixed)
    },
    resolve(context) {
      if (!ask) return current ?? keep(fixed)
      // In an async function, so that a synchronous exception is a rejection too.
      return (async () => keep(await ask(context)))()
    },
  }
}
