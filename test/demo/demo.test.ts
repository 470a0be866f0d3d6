import { mkdtemp } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { type Browser, type BrowserContextOptions, chromium, type Page } from 'playwright'
import { afterAll, beforeAll, describe, expect, test, type TestContext } from 'vitest'
import { encodeMessage } from '../../src/entries/event-stream.js'
import { chromiumArguments, needs, programs } from '../programs.js'
import { printCounts } from './counts.js'
import { demoPage, type Fault } from './page.js'
import { startServer } from './program.js'

/** How the client must report each fault. The browser's own EventSource does not report a status. */
const TABS: { tab: string; transport: string; kinds: Record<Exclude<Fault, 'broken'>, string> }[] = [
  {
    tab: 'page',
    transport: 'fetch',
    kinds: { cut: 'network', unavailable: 'http', stall: 'idle', restart: 'network' },
  },
  {
    tab: 'native',
    transport: 'native',
    kinds: { cut: 'network', unavailable: 'http', stall: 'idle', restart: 'network' },
  },
  {
    tab: 'worker',
    transport: 'fetch',
    kinds: { cut: 'network', unavailable: 'http', stall: 'idle', restart: 'network' },
  },
]

/** Messages that the browser logs for failed requests, which the faults cause on purpose. */
const EXPECTED = /^Failed to load resource: (net::ERR_|the server responded with a status of 503)/

const SCREENSHOT = { viewport: { width: 1280, height: 1078 }, deviceScaleFactor: 1.5 }

let browser: Browser
beforeAll(async () => {
  browser = await chromium.launch({ executablePath: programs.chromium.path, args: chromiumArguments })
})
afterAll(() => browser?.close())

/** A separate server and page for each test, so that they can run in parallel: they mostly wait. */
async function open(
  { onTestFinished }: TestContext,
  options: BrowserContextOptions = {},
  prepare?: (page: Page) => Promise<unknown>,
) {
  const server = await startServer()
  onTestFinished(server.kill)
  const page = await browser.newPage(options)
  onTestFinished(() => page.close())
  page.setDefaultTimeout(20_000)

  const complaints: string[] = []
  page.on('pageerror', (error) => complaints.push(String(error)))
  page.on('console', (message) => {
    const text = message.text()
    if (['error', 'warning'].includes(message.type()) && !EXPECTED.test(text)) complaints.push(text)
  })
  await prepare?.(page)
  await page.goto(server.url)
  return { server, page, demo: demoPage(page), complaints }
}

async function latestSequence(url: string): Promise<number> {
  const { sequence } = (await (await fetch(`${url}/sent`)).json()) as { sequence: number }
  return sequence
}

const options = { timeout: 120_000, ...needs(programs.chromium) }

describe.concurrent("the demo's page in Chromium", options, () => {
  test.for(TABS)(
    '$tab: recovers from every fault, and no price is lost',
    async ({ tab, transport, kinds }, context) => {
      const { server, page, demo, complaints } = await open(context)
      await page.click(`#tab-${tab}`)
      await demo.receiving()
      expect(await page.innerText('[data-field=transport]')).toBe(transport)

      for (const [fault, kind] of Object.entries(kinds) as [Exclude<Fault, 'broken'>, string][]) {
        await demo.press(fault)
        await demo.logged('waiting', `after ${kind}:`)
        await demo.receiving()
        expect(await page.innerText('[role=status]')).toBe('Open, resumed')
        expect(await page.innerText('[data-field=failure-title]')).toBe('Recovered from')
        expect(await page.innerText('[data-field=kind]')).toBe(kind)
      }

      await demo.press('broken')
      await demo.logged('payload', 'has data that is not JSON')
      await demo.receiving()
      // The connection is not affected.
      expect(await demo.log()).not.toContain('waiting')

      const { first, last, ...counts } = await demo.counted(await latestSequence(server.url))
      printCounts(tab, counts)
      expect(counts).toMatchObject({ received: last - first + 1, lost: 0, duplicated: 0 })
      expect(counts.received).toBeGreaterThan(0)
      expect(counts.sent).toBeGreaterThanOrEqual(counts.received)
      expect(complaints).toEqual([])
    },
  )

  test('says while it waits why and for how long', async (context) => {
    const { page, demo, complaints } = await open(context, SCREENSHOT)
    await demo.receiving()
    await demo.press('restart')
    await demo.logged('waiting')
    await demo.receiving()

    await demo.press('unavailable')
    await page.waitForSelector('#status[data-state=waiting][data-kind=http]')
    expect(await page.innerText('[role=status]')).toBe('Waiting to reconnect')
    expect(await page.innerText('[data-field=failure]')).toContain('answered with the status 503')
    // The server has requested 2 s.
    expect(await page.innerText('[role=timer]')).toMatch(/^Attempt \d+ in [1-9]\.\d s$/)
    await takeScreenshots(page)

    await demo.receiving()
    expect(complaints).toEqual([])
  })

  test('"Reconnect now" replaces the connection without losing a price', async (context) => {
    const { server, page, demo, complaints } = await open(context)
    await demo.receiving()
    await page.click('#reconnect')
    await demo.logged('open', 'resumed')
    await demo.receiving()
    expect((await demo.log()).filter((kind) => kind !== 'server')).toEqual(['open', 'connecting', 'open', 'connecting'])
    const { first, last, received, lost, duplicated } = await demo.counted(await latestSequence(server.url))
    expect({ received, lost, duplicated }).toEqual({ received: last - first + 1, lost: 0, duplicated: 0 })
    expect(complaints).toEqual([])
  })

  test('detects a server that loses a price, and one that sends a price twice', async (context) => {
    const { page, complaints } = await open(context, {}, (fresh) =>
      fresh.route('**/stream', (route) => {
        const { 'last-event-id': lastEventId } = route.request().headers()
        return lastEventId === undefined
          ? route.fulfill({ contentType: 'text/event-stream', body: faultyStream() })
          : route.fulfill({ status: 204 })
      }),
    )
    await page.waitForSelector('#status[data-state=closed]')
    expect(await page.innerText('[role=status]')).toBe('Closed: ended-by-server')
    await page.waitForFunction(() => document.querySelector('#verdict')?.textContent.startsWith('Not every price'))
    expect(await page.locator('[data-count]').allInnerTexts()).toEqual(['3', '2', '1', '1'])
    expect(complaints).toEqual([])
  })

  test('moves through the tabs with the arrow keys', async (context) => {
    const { page, demo, complaints } = await open(context)
    await page.focus('#tab-page')
    for (const [key, tab] of [
      ['ArrowRight', 'native'],
      ['End', 'worker'],
      ['ArrowRight', 'page'],
      ['ArrowLeft', 'worker'],
    ] as const) {
      await page.keyboard.press(key)
      expect(await page.getAttribute(`#tab-${tab}`, 'aria-selected')).toBe('true')
      expect(await page.evaluate(() => document.activeElement?.id)).toBe(`tab-${tab}`)
      await demo.receiving()
    }
    expect(complaints).toEqual([])
  })

  test('counts from 1 for a restarted server, and Ctrl-C frees the port', async (context) => {
    const { server, page, demo, complaints } = await open(context)
    await demo.receiving()
    server.interrupt()
    expect(await server.exited).toBe(0)
    await page.waitForSelector('#status[data-state=waiting]')

    const second = await startServer(server.port)
    context.onTestFinished(second.kill)
    await demo.receiving()
    const { first, last, received, lost, duplicated } = await demo.counted(await latestSequence(second.url))
    expect({ received, lost, duplicated }).toEqual({ received: last - first + 1, lost: 0, duplicated: 0 })
    expect(complaints).toEqual([])
  })
})

/** Prices 11, 13 and 13 again: 12 is missing. */
function faultyStream(): string {
  const snapshot = { run: 'faulty', sequence: 10, shares: [], prices: [], news: [] }
  const prices = [11, 13, 13].map((sequence) => ({ sequence, symbol: 'ACME', value: 1, time: Date.now() }))
  return [
    encodeMessage({ event: 'snapshot', id: 'faulty-0', data: JSON.stringify(snapshot) }),
    ...prices.map((price) => encodeMessage({ event: 'price', data: JSON.stringify(price) })),
  ].join('')
}

/** Screenshots in light and dark for the documentation, if requested. */
async function takeScreenshots(page: Page): Promise<void> {
  const directory = process.env.UPDATE_SCREENSHOTS
    ? fileURLToPath(new URL('../../docs/images', import.meta.url))
    : await mkdtemp(join(tmpdir(), 'everstream-demo-'))
  for (const [colorScheme, name] of [
    ['light', 'demo.png'],
    ['dark', 'demo-dark.png'],
  ] as const) {
    await page.emulateMedia({ colorScheme })
    const image = await page.screenshot({ path: join(directory, name) })
    expect(image.length).toBeGreaterThan(10_000)
  }
}
