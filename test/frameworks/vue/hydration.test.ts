import { useEventSource, useLatest, useStatus } from 'everstream/vue'
import { expect, test, vi } from 'vitest'
import { createSSRApp, defineComponent, h } from 'vue'
import { openStream, price, type Prices } from '../stream.js'

test('what a server rendered is hydrated without a mismatch, and then goes on', async () => {
  const stream = await openStream()
  const complaints = [vi.spyOn(console, 'warn'), vi.spyOn(console, 'error')]
  const root = document.createElement('div')
  // What test/frameworks/vue/server.test.ts gets from the server.
  root.innerHTML = '<p>idle no price</p>'
  const app = createSSRApp(
    defineComponent(() => {
      const prices = useEventSource<Prices>(stream.url)
      const latest = useLatest(prices, 'price')
      const status = useStatus(prices)
      return () => h('p', `${status.value.state} ${latest.value?.value ?? 'no price'}`)
    }),
  )
  app.mount(root)
  await stream.connected(1)
  await stream.send(price(1))
  await vi.waitFor(() => expect(root.textContent).toBe('open 1'))
  expect(complaints.map(({ mock }) => mock.calls.length)).toEqual([0, 0])
  app.unmount()
})
