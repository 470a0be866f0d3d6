import { chooseTransport } from './choose.js'
import { createFetchOpener } from './fetch.js'
import { openNative } from './native.js'
import { type FetchSettings, isRepeatable } from './fetch-options.js'
import type { Transport } from './transport.js'

/**
 * The browser's `EventSource` if it can do what is asked, otherwise fetch. The choice is made again on each attempt, so
 * that no event is lost and no downgrade is permanent.
 */
export function autoTransport(settings: FetchSettings, { fetchAsked }: { fetchAsked: boolean }): Transport {
  const openFetch = createFetchOpener(settings)
  return {
    name: 'auto',
    everyType: true,
    repeatable: isRepeatable(settings),
    open(request, sink) {
      const choice = chooseTransport({
        nativeExists: isBrowsers(globalThis.EventSource),
        fetchAsked,
        everyType: request.types === 'every',
        failed: request.failure !== undefined,
        lastEventIdNeedsHeader: request.lastEventId !== '' && !request.lastEventIdInUrl,
      })
      return choice === 'native' ? openNative(request, sink, { fetchMayTakeOver: true }) : openFetch(request, sink)
    },
  }
}

/**
 * Whether the class is a browser's own. A polyfill (ours too) is built on fetch and reports less, so fetch is better.
 * Deno and workerd have an `EventSource` that deviates from the standard, and no preflights that it could avoid.
 */
function isBrowsers(constructor: unknown): boolean {
  if (typeof constructor !== 'function' || globalThis.location === undefined) return false
  return Function.prototype.toString.call(constructor).includes('[native code]')
}
