import { expect, onTestFinished, test } from 'vitest'
import { needs, programs } from '../programs.js'
import { putUp } from '../server/remote.js'
import { openPage } from './browser.js'
import { servePages } from './page-server.js'

const HOST = 'stream.test'

const PAGE = `<!doctype html><script src="/everstream.min.js"></script><script>
const source = everstream.createEventSource(new URLSearchParams(location.search).get('stream'))
const batches = []
let frames = 0
const count = () => { frames += 1; requestAnimationFrame(count) }
count()
everstream.onBatch(source, 'tick', (events) => batches.push(events.map(({ data }) => data)))
</script>`

test('a page that was hidden while events wait for a frame gets them', needs(programs.chromium), async () => {
  const origin = await servePages(HOST, { '/page': PAGE })
  onTestFinished(() => origin.close())
  const page = await openPage(HOST, onTestFinished)
  const stream = await putUp(origin.here, { connections: [{}] })
  const send = (value: number): Promise<void> => stream.perform({ send: `event: tick\ndata: ${value}\n\n` })
  const seen = (): Promise<string> => page.evaluate('JSON.stringify(batches.flat())')
  await page.open(`${origin.page}/page?stream=${new URL(stream.url).pathname}`)
  await expect.poll(() => page.evaluate('source.status.get().state')).toBe('open')
  await send(1)
  await expect.poll(seen).toBe('[1]')

  await page.show(false)
  await expect.poll(() => page.evaluate('document.visibilityState')).toBe('hidden')
  const frames = await page.evaluate('frames')
  await send(2)
  await expect.poll(seen, { timeout: 10_000 }).toBe('[1,2]')
  await send(3)
  await expect.poll(seen, { timeout: 10_000 }).toBe('[1,2,3]')
  // It really had no frames.
  expect(await page.evaluate('frames')).toBe(frames)

  // A frame that is requested while the page is visible, and never comes.
  await page.show(true)
  await expect.poll(() => page.evaluate('frames')).not.toBe(frames)
  await page.evaluate(`requestAnimationFrame = () => 0`)
  await send(4)
  await expect.poll(seen, { timeout: 10_000 }).toBe('[1,2,3,4]')
})
