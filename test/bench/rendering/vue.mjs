import { useEventSource } from '@vueuse/core'
import { createApp, defineComponent, h, shallowReactive, watch } from 'vue'
import { begin, countRender, finish, stream, SYMBOLS } from './measure.mjs'

/** As its documentation says: a ref with the data of the latest event. */
const Table = defineComponent(() => {
  const rows = shallowReactive(new Map())
  const { data, event } = useEventSource(stream, ['price', 'done'])
  watch(data, (text) => {
    if (event.value === 'done') return finish()
    begin()
    const price = JSON.parse(text)
    rows.set(price.symbol, price)
  })
  return () => {
    countRender()
    const cells = (symbol) => [symbol, rows.get(symbol)?.value, rows.get(symbol)?.n].map((text) => h('td', text))
    return h('table', [h('tbody', [SYMBOLS.map((symbol) => h('tr', { key: symbol }, cells(symbol)))])])
  }
})

createApp(Table).mount('main')
