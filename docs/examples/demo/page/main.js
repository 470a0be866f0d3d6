import { createChart } from './chart.js'
import { createCountsView } from './counts-view.js'
import { find } from './dom.js'
import { createLedger } from './ledger.js'
import { createLogView } from './log-view.js'
import { createNewsView } from './news-view.js'
import { createSharesView } from './shares-view.js'
import { createStatusView } from './status-view.js'
import { createTabList } from './tab-list.js'
import { tabs } from './tabs.js'

/**
 * @import { ConnectionStatus, EventOf } from 'everstream'
 * @import { Feed, Market, Sent, Update } from '../events.js'
 */

const chart = createChart(find('#chart'))
const shares = createSharesView(find('#shares'))
const status = createStatusView(find('#status'))
const counts = createCountsView(find('#counts'), find('#verdict'))
const log = createLogView(find('#log'))
const news = createNewsView(find('#news'))

let ledger = createLedger()
/** The last report of the server of how much it has sent. */
let sent = /** @type {Sent | undefined} */ (undefined)
let feed = /** @type {Feed | undefined} */ (undefined)

/** @param {string} id */
function open(id) {
  const tab = tabs.find((one) => one.id === id) ?? tabs[0]
  if (tab === undefined) return
  feed?.close()
  ledger = createLedger()
  status.reset()
  chart.reset()
  log.clear()
  find('#about').textContent = tab.about
  find('#code').textContent = tab.code
  history.replaceState(null, '', `#${tab.id}`)

  const mine = ledger
  feed = tab.open((update) => {
    // A terminated worker may have posted something before.
    if (mine === ledger) show(update)
  })
}

/** @param {Update} update */
function show(update) {
  switch (update.type) {
    case 'status':
      return showStatus(update.status)
    case 'event':
      return showEvent(update.event)
    case 'payload-error':
      status.showLastEventId(update.lastEventId)
      return log.add('payload', update.message)
  }
}

/** @param {ConnectionStatus} next */
function showStatus(next) {
  status.show(next)
  // Before the first connection nothing is missed.
  if (next.state !== 'connecting' || next.attempt > 0) chart.connection(next.state === 'open')
  log.add(next.state, explain(next))
}

/** @param {EventOf<Market>} event */
function showEvent(event) {
  status.showLastEventId(event.lastEventId)
  switch (event.type) {
    case 'snapshot':
      ledger.begin(event.data)
      shares.load(event.data.shares, event.data.prices)
      chart.load(event.data.shares, event.data.prices)
      return news.load(event.data.news)
    case 'price':
      ledger.add(event.data.sequence)
      shares.show(event.data)
      return chart.add(event.data)
    case 'news':
      return news.add(event.data)
    case 'log':
      return log.add('server', event.data)
  }
}

/** @param {ConnectionStatus} next */
function explain(next) {
  switch (next.state) {
    case 'open':
      return `over ${next.transport}${next.resumed ? ', resumed with the last event ID' : ''}`
    case 'waiting':
      return `${(next.delay / 1000).toFixed(1)} s after ${next.failure.kind}: ${next.failure.message}`
    case 'connecting':
      return next.attempt === 0 ? 'for the first time' : `attempt ${next.attempt}`
    case 'paused':
      return `because it is ${next.reason}`
    case 'closed':
      return `${next.reason}${next.failure ? `: ${next.failure.message}` : ''}`
    case 'idle':
      return 'nobody listens'
  }
}

async function askSent() {
  try {
    const response = await fetch('/sent', { cache: 'no-store' })
    sent = await response.json()
  } catch {
    // The server is down: its last report is used.
  }
}

/** @param {HTMLElement} button */
async function press(button) {
  const title = find('b', button).textContent
  log.add('pressed', title)
  try {
    await fetch(`/faults/${button.dataset['fault']}`, { method: 'POST' })
  } catch {
    log.add('pressed', `${title}: the server cannot be reached`)
  }
}

for (const button of find('#faults').querySelectorAll('button')) {
  button.addEventListener('click', () => void press(button))
}
find('#reconnect').addEventListener('click', () => feed?.reconnect())
setInterval(() => void askSent(), 1000)

// Once a frame, not once a price: many come at once after a long outage.
requestAnimationFrame(function count() {
  counts.show(ledger.counts(sent))
  requestAnimationFrame(count)
})

const list = createTabList(
  find('[role=tablist]'),
  find('#panel'),
  tabs.map(({ id }) => id),
  open,
)
list.select(tabs.find(({ id }) => location.hash === `#${id}`)?.id ?? 'page')
