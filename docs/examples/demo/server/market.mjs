/**
 * @import { News, Price, Share, Snapshot } from '../events.js'
 * @import { Journal } from './journal.mjs'
 */

/** A price every 70 ms: 14 a second. */
const TICK = 70
const NEWS_INTERVAL = 5000
const LOG_INTERVAL = 2500
const MINUTE = 60_000

/** @type {readonly Share[]} */
const SHARES = [
  { symbol: 'ACME', name: 'Acme Robotics', opening: 128.4 },
  { symbol: 'BOLT', name: 'Bolt Logistics', opening: 64.15 },
  { symbol: 'CIRR', name: 'Cirrus Cloud', opening: 212.9 },
  { symbol: 'DUNE', name: 'Dune Energy', opening: 41.75 },
]

const HEADLINES = [
  'opens a second plant and doubles its capacity',
  'beats expectations for the third quarter in a row',
  'names a new head of engineering',
  'recalls a product after a customer complaint',
  'signs a ten-year supply contract',
  'delays its next launch to the spring',
  'buys back shares for 200 million',
  'is upgraded by two analysts',
]

/** @typedef {ReturnType<typeof createMarket>} Market */

/**
 * A market that writes prices, news and log lines into the journal, even if nobody is connected.
 *
 * @param {Journal} journal
 */
export function createMarket(journal) {
  const values = new Map(SHARES.map(({ symbol, opening }) => [symbol, opening]))
  const prices = /** @type {Price[]} */ ([])
  /** @type {News[]} */
  let news = []
  let sequence = 0
  /** @type {NodeJS.Timeout[]} */
  let timers = []

  function tick(time = Date.now()) {
    const { symbol, opening } = pick(SHARES)
    const value = step(values.get(symbol) ?? opening, opening)
    values.set(symbol, value)
    sequence += 1
    const price = { sequence, symbol, value: Math.round(value * 100) / 100, time }
    prices.push(price)
    while (prices[0] && prices[0].time < time - MINUTE) prices.shift()
    journal.append('price', JSON.stringify(price))
  }

  function announce() {
    const item = { symbol: pick(SHARES).symbol, headline: pick(HEADLINES), time: Date.now() }
    news = [item, ...news].slice(0, 5)
    journal.append('news', JSON.stringify(item))
  }

  function log() {
    const orders = 20 + Math.floor(Math.random() * 80)
    journal.append('log', `matched ${orders} orders in ${(1 + Math.random() * 4).toFixed(1)} ms`)
  }

  return {
    /** The number of the latest price. */
    get sequence() {
      return sequence
    },
    /** Makes a price ahead of time. */
    tick: () => tick(),
    /** @returns {Snapshot} */
    snapshot: () => ({ run: journal.run, sequence, shares: SHARES, prices, news }),
    start() {
      // The market is older than the server, so that the chart is full from the start.
      const now = Date.now()
      for (let time = now - MINUTE; time < now; time += TICK) tick(time)
      timers = [setInterval(() => tick(), TICK), setInterval(announce, NEWS_INTERVAL), setInterval(log, LOG_INTERVAL)]
      announce()
    },
    stop: () => timers.forEach(clearInterval),
  }
}

/**
 * A random step that is drawn back to the opening price, so that the demo looks the same after an hour.
 *
 * @param {number} value
 * @param {number} opening
 */
function step(value, opening) {
  const noise = (Math.random() + Math.random() + Math.random() - 1.5) * 0.004
  return value * (1 + noise) + (opening - value) * 0.01
}

/**
 * @template Item
 * @param {readonly Item[]} items
 */
function pick(items) {
  return /** @type {Item} */ (items[Math.floor(Math.random() * items.length)])
}
