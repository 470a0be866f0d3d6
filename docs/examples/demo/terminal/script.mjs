import { describeCounts, describeStatus, FAULTS } from './text.mjs'

/**
 * @import { FailureKind } from 'everstream'
 * @import { Fault } from '../events.js'
 * @import { Feed } from './feed.mjs'
 */

/** How long a step may take, in ms, before the run fails. */
const PATIENCE = 20_000

/** How many prices in a row show that the stream continues. */
const SOME_PRICES = 20

/**
 * The failure that each fault must be for the client. Broken JSON does not affect the connection.
 *
 * @type {Record<Fault, FailureKind | undefined>}
 */
const EXPECTED = { cut: 'network', unavailable: 'http', stall: 'idle', restart: 'network', broken: undefined }

/**
 * Goes through all faults automatically and prints what happens, line by line.
 *
 * @param {Feed} feed
 * @param {AbortSignal} signal
 * @returns {Promise<boolean>} whether every price has arrived exactly once
 */
export async function runScript(feed, signal) {
  const { market, ledger, refused } = feed
  const limit = () => AbortSignal.any([signal, AbortSignal.timeout(PATIENCE)])
  market.status.subscribe((status) => console.log(`  ${describeStatus(status)}`))

  await receive(feed, limit())
  for (const { fault, title } of FAULTS) {
    console.log(`The server is to ${title}`)
    const kind = EXPECTED[fault]
    if (kind === undefined) await feed.press(fault)
    else await Promise.all([failure(feed, kind, limit()), feed.press(fault)])
    await receive(feed, limit())
  }
  for (const { message } of refused) console.log(`  refused: ${message}`)

  const sent = await feed.sent()
  for await (const { data } of market.events('price', { signal: limit() })) if (data.sequence >= sent.sequence) break
  market.close()
  const counts = ledger.counts(sent)
  console.log(describeCounts(counts))
  return counts.received === counts.sent && counts.lost === 0 && counts.duplicated === 0 && refused.length === 1
}

/**
 * Resolves when the stream has delivered some prices.
 *
 * @param {Feed} feed
 * @param {AbortSignal} signal
 */
async function receive({ market, ledger }, signal) {
  const enough = ledger.counts().received + SOME_PRICES
  for await (const _ of market.events('price', { signal })) if (ledger.counts().received >= enough) break
  // The loop also ends, without an error, when the source is closed.
  signal.throwIfAborted()
}

/**
 * Resolves when the connection has failed in this way and waits for the next attempt.
 *
 * @param {Feed} feed
 * @param {FailureKind} kind
 * @param {AbortSignal} signal
 */
async function failure({ market: { status } }, kind, signal) {
  let stop = () => {}
  try {
    await new Promise((resolve, reject) => {
      signal.addEventListener('abort', () => reject(signal.reason))
      stop = status.subscribe((now) => now.state === 'waiting' && now.failure.kind === kind && resolve(now))
    })
  } finally {
    stop()
  }
}
