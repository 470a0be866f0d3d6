// @vitest-environment node
import { useEvent, useEvents, useEventSource, useLatest, useStatus } from 'everstream/solid'
import { renderToString } from 'solid-js/web'
import { expect, test } from 'vitest'
import { openStream, type Prices } from '../stream.js'

test('on the server, a component renders without connecting', async () => {
  const stream = await openStream()
  const html = renderToString(() => {
    const prices = useEventSource<Prices>(stream.url)
    const latest = useLatest(prices, 'price')
    const events = useEvents(prices, 'note', { limit: 3 })
    useEvent(prices, 'price', () => {})
    return `${useStatus(prices)().state} ${latest()?.value ?? 'no price'} ${events().length}`
  })
  expect(html).toBe('idle no price 0')
  // What was connected would be seen now: a connection begins in a microtask.
  expect(await stream.requests()).toEqual([])
})

test('on the server, a relative URL does no harm', () => {
  expect(renderToString(() => useStatus(useEventSource('/prices'))().state)).toBe('idle')
})
