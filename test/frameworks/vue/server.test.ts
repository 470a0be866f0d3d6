// @vitest-environment node
import { useEvent, useEvents, useEventSource, useLatest, useStatus } from 'everstream/vue'
import { expect, test } from 'vitest'
import { createSSRApp, h } from 'vue'
import { renderToString } from 'vue/server-renderer'
import { openStream, type Prices } from '../stream.js'

test('on the server, a component renders without connecting', async () => {
  const stream = await openStream()
  const app = createSSRApp({
    setup() {
      const prices = useEventSource<Prices>(stream.url)
      const latest = useLatest(prices, 'price')
      const events = useEvents(prices, 'note', { limit: 3 })
      const status = useStatus(prices)
      useEvent(prices, 'price', () => {})
      return () => h('p', [status.value.state, ' ', latest.value?.value ?? 'no price', ' ', events.value.length])
    },
  })
  expect(await renderToString(app)).toBe('<p>idle no price 0</p>')
  // What was connected would be seen now: a connection begins in a microtask.
  expect(await stream.requests()).toEqual([])
})

test('on the server, a relative URL does no harm', async () => {
  const app = createSSRApp({
    setup() {
      const status = useStatus(useEventSource('/prices'))
      return () => h('p', status.value.state)
    },
  })
  expect(await renderToString(app)).toBe('<p>idle</p>')
})
