import { styleText } from 'node:util'
import { describeCounts, describeStatus, FAULTS, sparkline } from './text.mjs'

/**
 * @import { ConnectionFailure } from 'everstream'
 * @import { Sent, Share } from '../events.js'
 * @import { Feed } from './feed.mjs'
 */

const FRAME = 100
const ASK_INTERVAL = 1000
const SPARK_WIDTH = 32

const OTHER_SCREEN = '\u001b[?1049h\u001b[?25l'
const OWN_SCREEN = '\u001b[?1049l\u001b[?25h'
const HOME = '\u001b[H'
const REST_OF_LINE = '\u001b[K'
const REST_OF_SCREEN = '\u001b[J'

/**
 * The market on the terminal's alternate screen, until Ctrl-C or q.
 *
 * @param {Feed} feed
 * @param {AbortController} ended
 */
export async function showScreen(feed, ended) {
  const { market, ledger, refused } = feed
  const { stdin, stdout } = process
  const values = /** @type {Map<string, number[]>} */ (new Map())
  let shares = /** @type {readonly Share[]} */ ([])
  let sent = /** @type {Sent | undefined} */ (undefined)
  let failure = /** @type {ConnectionFailure | undefined} */ (undefined)
  let news = ''
  let log = ''

  market.on('snapshot', ({ data }) => {
    shares = data.shares
    for (const { symbol, opening } of shares) values.set(symbol, [opening])
    for (const { symbol, headline } of data.news.slice(0, 1)) news = `${symbol} ${headline}`
  })
  market.on('price', ({ data }) => {
    const latest = [...(values.get(data.symbol) ?? []), data.value].slice(-SPARK_WIDTH)
    values.set(data.symbol, latest)
  })
  market.on('news', ({ data }) => {
    news = `${data.symbol} ${data.headline}`
  })
  market.on('log', ({ data }) => {
    log = data
  })
  market.status.subscribe((status) => {
    if ('failure' in status) failure = status.failure
  })

  /** @returns {[text: string, style?: Parameters<typeof styleText>[0]][]} */
  function rows() {
    const status = market.status.get()
    const counts = ledger.counts(sent)
    return [
      [`everstream demo   ${feed.url}`, 'bold'],
      [''],
      [`● ${describeStatus(status)}`, status.state === 'open' ? 'green' : 'yellow'],
      [failure === undefined ? 'No failure so far' : `Last failure: ${failure.kind}: ${failure.message}`, 'gray'],
      [''],
      ...shares.map(({ symbol, opening }) => /** @type {[string]} */ ([shareRow(symbol, opening)])),
      [''],
      [describeCounts(counts), counts.lost + counts.duplicated === 0 ? 'bold' : 'red'],
      [`Last event ID ${market.lastEventId}`, 'gray'],
      [''],
      [`News   ${news}`],
      [`Log    ${log}`],
      [`JSON   ${refused.at(-1)?.message ?? 'never broken so far'}`],
      [''],
      ['Make the server', 'bold'],
      ...FAULTS.map(({ key, title }) => /** @type {[string]} */ ([`  ${key}  ${title}`])),
      ['r  reconnect now   q  quit', 'gray'],
    ]
  }

  /**
   * @param {string} symbol
   * @param {number} opening
   */
  function shareRow(symbol, opening) {
    const latest = values.get(symbol) ?? []
    const value = latest.at(-1) ?? opening
    const change = (value / opening - 1) * 100
    const sign = change < 0 ? '' : '+'
    const percent = `${sign}${change.toFixed(2)} %`
    return `${symbol}  ${value.toFixed(2).padStart(7)}  ${percent.padStart(8)}  ${sparkline(latest)}`
  }

  function draw() {
    const lines = rows().map(
      ([text, style = 'reset']) => styleText(style, text.slice(0, stdout.columns)) + REST_OF_LINE,
    )
    stdout.write(HOME + lines.slice(0, stdout.rows).join('\n') + REST_OF_SCREEN)
  }

  async function ask() {
    try {
      sent = await feed.sent()
    } catch {
      // The server is down: its last report is used.
    }
  }

  /** @param {Buffer} keys */
  function onKeys(keys) {
    for (const key of String(keys)) {
      const fault = FAULTS.find((one) => one.key === key)?.fault
      // A server that is already down cannot cause faults.
      if (fault !== undefined) feed.press(fault).catch(() => {})
      else if (key === 'r') market.reconnect()
      else if (key === 'q' || key === '\u0003') ended.abort()
    }
  }

  stdout.write(OTHER_SCREEN)
  stdin.setRawMode(true)
  stdin.on('data', onKeys)
  const timers = [setInterval(draw, FRAME), setInterval(() => void ask(), ASK_INTERVAL)]
  try {
    if (!ended.signal.aborted) await new Promise((resolve) => ended.signal.addEventListener('abort', resolve))
  } finally {
    timers.forEach(clearInterval)
    stdin.off('data', onKeys).setRawMode(false).pause()
    stdout.write(`${OWN_SCREEN}${describeCounts(ledger.counts(sent))}\n`)
  }
}
