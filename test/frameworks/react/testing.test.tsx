import { cleanup, render, screen } from '@testing-library/react'
import { useEventSource, useLatest } from 'everstream/react'
import { createTestServer } from 'everstream/testing'
import { afterEach, expect, test, vi } from 'vitest'

interface Prices {
  price: { symbol: string; value: number }
}

afterEach(cleanup)

function Price() {
  const prices = useEventSource<Prices>('/prices')
  const price = useLatest(prices, 'price')
  return <b>{price && `${price.symbol} ${price.value}`}</b>
}

// #region A component
const server = createTestServer<Prices>()
vi.stubGlobal('fetch', server.fetch)

test('shows the latest price', async () => {
  render(<Price />)
  await server.open()
  server.emit('price', { symbol: 'ACME', value: 42 })
  expect(await screen.findByText('ACME 42')).toBeDefined()
})
// #endregion
