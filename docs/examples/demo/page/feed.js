// With a bundler: from 'everstream'.
// oxlint-disable-next-line import/no-absolute-path -- runs without a bundler, and workers have no import maps
import { createEventSource, exponentialBackoff } from '/everstream/index.js'

/**
 * @import { EventOf, EventSourceOptions, TypedEventSource } from 'everstream'
 * @import { Market, Update } from '../events.js'
 */

/**
 * The complete client. It runs in the page and in a worker, so it reports what happens as plain data.
 *
 * @param {Pick<EventSourceOptions<Market>, 'transport' | 'lastEventIdParam'>} transport
 * @param {(update: Update) => void} tell
 */
export function openFeed(transport, tell) {
  /** @type {TypedEventSource<Market>} */
  const market = createEventSource('/stream', {
    ...transport,
    parse: { log: 'text' },
    // Three times the interval of the server's keep-alive comments.
    idleTimeout: 3000,
    // A demo is impatient: it waits 5 s at most instead of 30, and forgets earlier attempts after 1 s instead of 5.
    reconnection: exponentialBackoff({ maxDelay: 5000, resetAfter: 1000 }),
    onPayloadError: ({ message }) => tell({ type: 'payload-error', message, lastEventId: market.lastEventId }),
  })

  market.status.subscribe((status) => tell({ type: 'status', status }))
  const pass = (/** @type {EventOf<Market>} */ event) => tell({ type: 'event', event })
  market.on('snapshot', pass)
  market.on('price', pass)
  market.on('news', pass)
  market.on('log', pass)
  return market
}
