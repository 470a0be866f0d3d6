import { createEventSource } from 'everstream'
import { fromEvents } from 'everstream/rxjs'
import { animationFrameScheduler, auditTime, combineLatest, from, map, startWith } from 'rxjs'

globalThis.renders = 0
const url = new URLSearchParams(location.search).get('stream')
const prices = createEventSource(url, { connect: 'while-listening' })
const value = fromEvents(prices, 'price').pipe(
  map(({ data }) => data.value),
  startWith('no price'),
)
const subscription = combineLatest([from(prices.status), value])
  .pipe(auditTime(0, animationFrameScheduler))
  .subscribe(([{ state }, latest]) => {
    globalThis.renders += 1
    document.querySelector('main').textContent = `${state} ${latest}`
  })
globalThis.unmount = () => {
  subscription.unsubscribe()
  document.querySelector('main').textContent = ''
}
