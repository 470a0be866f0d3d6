/** The examples of docs/react.md, so that they are compiled with the types of each React. */
import { createEventSource, type EventOf, latestByKey } from 'everstream'
import { useMemo, useSyncExternalStore } from 'react'
import { useEvent, useEvents, useEventSource, useLatest, useStatus } from 'everstream/react'

interface Prices {
  price: { symbol: string; value: number }
  halted: { symbol: string }
}

export function Ticker({ market, onHalt }: { market: string; onHalt: (symbol: string) => void }) {
  const prices = useEventSource<Prices>(`/prices/${market}`)
  const status = useStatus(prices)
  const price = useLatest(prices, 'price')
  const events = useEvents(prices, ['price', 'halted'], { limit: 50 })
  useEvent(prices, 'halted', ({ data }) => onHalt(data.symbol))

  if (status.state === 'closed') return <button onClick={prices.reconnect}>Connect again</button>
  return (
    <p>
      {price?.symbol} {price?.value} ({events.length} events)
    </p>
  )
}

const createPrices = () => createEventSource<Prices>(() => signedUrl(), { connect: 'while-listening' })

export function Own() {
  const prices = useEventSource(createPrices, { key: 'prices' })
  return useLatest(prices, 'price')?.value
}

const symbolOf = ({ data }: EventOf<Prices, 'price'>) => data.symbol

export function Table() {
  const prices = useEventSource<Prices>('/prices')
  const view = useMemo(() => latestByKey(prices, 'price', symbolOf), [prices])
  const rows = useSyncExternalStore(view.subscribe, view.get, view.get)
  return [...rows.values()].map(({ data }) => <Row key={data.symbol} price={data} />)
}

function Row({ price }: { price: Prices['price'] }) {
  return <li>{price.value}</li>
}

function signedUrl(): string {
  return '/prices?signature=1'
}
