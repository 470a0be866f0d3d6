import { useEventSource, useLatest, useStatus } from 'everstream/solid'
import h from 'solid-js/h'
import { render } from 'solid-js/web'

globalThis.renders = 0
function PriceTag() {
  const prices = useEventSource(new URLSearchParams(location.search).get('stream'))
  const latest = useLatest(prices, 'price')
  const status = useStatus(prices)
  return h('p', () => {
    globalThis.renders += 1
    return `${status().state} ${latest()?.value ?? 'no price'}`
  })
}
globalThis.unmount = render(PriceTag, document.querySelector('main'))
