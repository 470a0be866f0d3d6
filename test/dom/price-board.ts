import { createEventSource, type FetchOptions, type TypedEventSource } from '../../src/entries/index.js'

export interface Prices {
  price: { symbol: string; value: number }
}

/** A small application as a user of everstream writes it: a list of prices, and a line about the connection. */
export function showPrices(
  root: HTMLElement,
  options: Pick<FetchOptions, 'headers'> & { retryIn?: number } = {},
): TypedEventSource<Prices> {
  const { retryIn = 10, ...request } = options
  const state = document.createElement('p')
  const list = document.createElement('ul')
  root.replaceChildren(state, list)

  const source = createEventSource<Prices>('/prices', {
    ...request,
    reconnection: ({ failure }) => (failure.fatal ? false : retryIn),
    onPayloadError: ({ message }) => root.setAttribute('title', message),
  })
  source.status.subscribe((status) => {
    const failure = 'failure' in status ? status.failure : undefined
    state.textContent = failure === undefined ? status.state : `${status.state}: ${failure.message}`
  })
  source.on('price', ({ data: { symbol, value } }) => {
    const known = list.querySelector<HTMLElement>(`[data-symbol="${symbol}"]`)
    const item = known ?? list.appendChild(document.createElement('li'))
    item.dataset['symbol'] = symbol
    item.textContent = `${symbol} ${value}`
  })
  return source
}
