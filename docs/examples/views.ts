import { createEventSource, history, latestByKey, onBatch, paced } from 'everstream'

interface Prices {
  price: { symbol: string; value: number }
  halted: { symbol: string }
}

const prices = createEventSource<Prices>('/prices')

/** However many prices come in a second: one row for each symbol, drawn at most once per animation frame. */
const bySymbol = latestByKey(prices, 'price', ({ data }) => data.symbol)
bySymbol.subscribe((rows) => {
  const cells = Array.from(rows.values(), ({ data }) => `${data.symbol} ${data.value.toFixed(2)}`)
  document.querySelector('#table')!.textContent = cells.join('\n')
})

/** A log of several types, which does not grow for ever. */
history(prices, ['price', 'halted'], { limit: 100 }).subscribe((events) => {
  const lines = events.map((event) => (event.type === 'halted' ? `${event.data.symbol} is halted` : event.data.symbol))
  document.querySelector('#log')!.textContent = lines.join('\n')
})

/** Every event counts here: all that came since the last frame, in order. */
let volume = 0
onBatch(prices, 'price', (events) => {
  volume += events.length
  document.querySelector('#volume')!.textContent = String(volume)
})

paced(prices.status).subscribe(({ state }) => {
  document.querySelector('#status')!.textContent = state
})
