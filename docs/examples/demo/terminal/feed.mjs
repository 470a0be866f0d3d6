import { createEventSource, exponentialBackoff } from 'everstream'
import { createLedger } from '../page/ledger.js'

/**
 * @import { PayloadError, TypedEventSource } from 'everstream'
 * @import { Fault, Market, Sent } from '../events.js'
 */

/** @typedef {ReturnType<typeof createFeed>} Feed */

/**
 * The same client as in the page, in Node: without an EventSource, `'auto'` uses fetch.
 *
 * @param {string} url of the demo's server
 * @param {AbortSignal} signal closes it
 */
export function createFeed(url, signal) {
  const ledger = createLedger()
  const refused = /** @type {PayloadError[]} */ ([])
  /** @type {TypedEventSource<Market>} */
  const market = createEventSource(new URL('/stream', url), {
    parse: { log: 'text' },
    idleTimeout: 3000,
    reconnection: exponentialBackoff({ maxDelay: 5000, resetAfter: 1000 }),
    onPayloadError: (error) => void refused.push(error),
    signal,
  })
  market.on('snapshot', ({ data }) => ledger.begin(data))
  market.on('price', ({ data }) => ledger.add(data.sequence))

  return {
    url,
    market,
    ledger,
    /** The errors of invalid payloads. */
    refused,
    /** @param {Fault} fault */
    async press(fault) {
      await fetch(new URL(`/faults/${fault}`, url), { method: 'POST', signal })
    },
    /** @returns {Promise<Sent>} */
    async sent() {
      const response = await fetch(new URL('/sent', url), { signal })
      return /** @type {Sent} */ (await response.json())
    },
  }
}
