import { latestByKey } from 'everstream'
import { useEvent, useEvents, useEventSource, useLatest, useStatus } from 'everstream/react'
import { useMemo, useState, useSyncExternalStore } from 'react'

const symbolOf = ({ data }) => data.symbol

/** All that the adapter has, as an application would write it. The tests edit this file. */
export function App({ url }) {
  const [notes, setNotes] = useState(0)
  const prices = useEventSource(url)
  const { state } = useStatus(prices)
  const price = useLatest(prices, 'price')
  const events = useEvents(prices, ['price'], { limit: 3 })
  useEvent(prices, 'note', ({ data }) => setNotes((before) => before + data.length))
  const view = useMemo(() => latestByKey(prices, 'price', symbolOf), [prices])
  const symbols = useSyncExternalStore(view.subscribe, view.get, view.get)
  return (
    <p>
      edit 0: {state}, {price?.value ?? 'no price'}, {events.length} events, {symbols.size} symbols, {notes} letters
    </p>
  )
}
