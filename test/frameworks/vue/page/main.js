import { useEventSource, useLatest, useStatus } from 'everstream/vue'
import { createApp, h } from 'vue'

globalThis.renders = 0
const app = createApp({
  setup() {
    const prices = useEventSource(new URLSearchParams(location.search).get('stream'))
    const latest = useLatest(prices, 'price')
    const status = useStatus(prices)
    return () => {
      globalThis.renders += 1
      return h('p', `${status.value.state} ${latest.value?.value ?? 'no price'}`)
    }
  },
})
app.mount('main')
globalThis.unmount = () => app.unmount()
