import { createFetchOpener } from './fetch.js'
import { openNative } from './native.js'
import { type FetchSettings, isRepeatable } from './fetch-options.js'
import type { Transport } from './transport.js'

/**
 * The browser's `EventSource` if it can do what is asked, otherwise fetch. The choice is made again on each attempt, so
 * that no event is lost and no downgrade is permanent.
 *
 * | when | transport | because |
 * | --- | --- | --- |
 * | an option asks for fetch | fetch | native cannot send headers or a body, and does not report activity |
 * | all event types are wanted | fetch | native delivers only types that are known by name |
 * | the previous attempt failed, or its stream ended | fetch | it sees the status and how the stream ended |
 * | a last event ID is known but not in the URL | fetch | a new `EventSource` cannot send it: events would be lost |
 * | there is no browser's `EventSource` | fetch | for example in Node; a polyfill has no advantage over fetch |
 * | otherwise | native | no preflight, and the developer tools show it as an event stream |
 *
 * @param fetchAsked - whether an option needs fetch, such as `headers`, `idleTimeout` or `reconnection: false`
 */
export function autoTransport(settings: FetchSettings, { fetchAsked }: { fetchAsked: boolean }): Transport {
  const openFetch = createFetchOpener(settings)
  return {
    name: 'auto',
    everyType: true,
    repeatable: isRepeatable(settings),
    open(request, sink) {
      const needsFetch =
        fetchAsked ||
        request.types === 'every' ||
        request.failure !== undefined ||
        (request.lastEventId !== '' && !request.lastEventIdInUrl) ||
        !isBrowsers(globalThis.EventSource)
      return needsFetch ? openFetch(request, sink) : openNative(request, sink, { fetchMayTakeOver: true })
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
