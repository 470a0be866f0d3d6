import type { QueryClient } from '@tanstack/query-core'
import { onBatch, type TypedEventSource } from 'everstream'
import type { Prices } from '../stream.js'

/** The recipe of docs/frameworks.md. */
export function writePricesIntoCache(prices: TypedEventSource<Prices>, queryClient: QueryClient): () => void {
  async function write({ data }: { data: Prices['price'] }): Promise<void> {
    const queryKey = ['price', data.symbol]
    // An answer that is still on its way is older than the event.
    await queryClient.cancelQueries({ queryKey })
    queryClient.setQueryData(queryKey, data)
  }
  const stopWriting = onBatch(prices, 'price', (events) => void Promise.all(events.map(write)))
  const stopRefetching = prices.onReconnect(({ resumed }) => {
    if (!resumed) void queryClient.invalidateQueries({ queryKey: ['price'] })
  })
  return () => {
    stopWriting()
    stopRefetching()
  }
}
