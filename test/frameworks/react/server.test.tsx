// @vitest-environment node
import { useEvent, useEvents, useEventSource, useLatest, useStatus } from 'everstream/react'
import { Writable } from 'node:stream'
import { renderToPipeableStream, renderToString } from 'react-dom/server'
import { expect, onTestFinished, test, vi } from 'vitest'
import { openStream, type Prices } from '../stream.js'

function Page({ url }: { url: string }) {
  const prices = useEventSource<Prices>(url)
  const { state } = useStatus(prices)
  const events = useEvents(prices, 'price', { limit: 10 })
  const latest = useLatest(prices, 'note')
  useEvent(prices, 'note', () => {})
  return (
    <p>
      {state} {events.length} {latest ?? 'none'}
    </p>
  )
}

const textOf = (html: string): string => html.replaceAll(/<[^>]*>/g, '')

test('a server renders what the browser hydrates, connects to nothing, and keeps no timer', async () => {
  const stream = await openStream()
  vi.useFakeTimers({ toFake: ['setTimeout', 'setInterval'] })
  onTestFinished(() => {
    vi.useRealTimers()
  })
  expect(textOf(renderToString(<Page url={stream.url} />))).toBe('idle 0 none')
  // A relative URL has nothing here to be resolved against.
  expect(textOf(renderToString(<Page url="/prices" />))).toBe('idle 0 none')
  expect(vi.getTimerCount()).toBe(0)
  vi.useRealTimers()
  expect(await stream.requests()).toHaveLength(0)
})

test('a server streams it too', async () => {
  const html = await new Promise<string>((resolve, reject) => {
    let text = ''
    const sink = new Writable({
      write(chunk: Uint8Array, _encoding, done) {
        text += new TextDecoder().decode(chunk)
        done()
      },
    })
    sink.on('finish', () => resolve(text))
    const { pipe } = renderToPipeableStream(<Page url="/prices" />, { onAllReady: () => pipe(sink), onError: reject })
  })
  expect(textOf(html)).toBe('idle 0 none')
})
