import { cleanup, render } from '@testing-library/react'
import { useEventSource, useLatest } from 'everstream/react'
import { Activity } from 'react'
import { afterEach, expect, test, vi } from 'vitest'
import { openStream, price, type Prices } from '../../stream.js'

afterEach(cleanup)

test('what an Activity hides releases its connection, and connects again when it is shown', async () => {
  const stream = await openStream()
  function Price() {
    const prices = useEventSource<Prices>(stream.url)
    return <>{useLatest(prices, 'price')?.value ?? 'no price'}</>
  }
  // One element, so that React does not render it again.
  const child = <Price />
  const page = (mode: 'visible' | 'hidden') => <Activity mode={mode}>{child}</Activity>
  const { container, rerender } = render(page('visible'))
  const shows = (text: string) =>
    vi.waitFor(() => expect(container.textContent).toBe(text), { timeout: 5000, interval: 10 })
  await stream.connected(1)
  await stream.send(price(1))
  await shows('1')
  rerender(page('hidden'))
  await stream.connected(0)
  rerender(page('visible'))
  await stream.connected(1)
  await stream.send(price(2))
  await shows('2')
  expect(await stream.requests()).toHaveLength(2)
})
