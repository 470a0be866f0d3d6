import { readFile } from 'node:fs/promises'
import { afterAll, beforeAll, beforeEach, describe, expect, test } from 'vitest'
import { needs, programs } from '../programs.js'
import { putUp, type RemoteStream } from '../server/remote.js'
import { type LifecyclePage, openPage } from './browser.js'
import { type PageServer, servePages } from './page-server.js'

const HOST = 'stream.test'

/** Records its events in `seen`, and its states in `states`. */
const PAGE = `<!doctype html><script src="/everstream.min.js"></script><script>
const parameters = new URLSearchParams(location.search)
const { stream, ...options } = Object.fromEntries(parameters)
const states = [], seen = [], reconnections = []
const source = everstream.createEventSource(stream, { reconnection: () => 10, parse: 'text', ...options })
source.status.subscribe(({ state, reason }) => states.push(reason ? state + ' ' + reason : state))
source.onReconnect(({ resumed }) => reconnections.push(resumed))
source.on('message', ({ data }) => seen.push(data))
let persisted = false
addEventListener('pageshow', (event) => { persisted = event.persisted })
</script>`

interface Seen {
  states: string[]
  seen: string[]
  reconnections: boolean[]
  persisted: boolean
}

let origin: PageServer
let page: LifecyclePage
let stream: RemoteStream

beforeAll(async () => {
  origin = await servePages(HOST, { '/page': PAGE, '/elsewhere': '<p>elsewhere' })
})

afterAll(() => origin.close())

async function look(): Promise<Seen> {
  return JSON.parse(await page.evaluate<string>('JSON.stringify({ states, seen, reconnections, persisted })')) as Seen
}

/** Waits until the page has seen that many events. */
async function events(count: number): Promise<void> {
  await expect.poll(async () => (await look()).seen.length, { timeout: 10_000 }).toBe(count)
}

async function state(expected: string): Promise<void> {
  await expect.poll(async () => (await look()).states.at(-1), { timeout: 10_000 }).toBe(expected)
}

async function openConnections(count: number): Promise<void> {
  await expect.poll(async () => (await stream.report()).open, { timeout: 10_000 }).toBe(count)
}

async function offline(holds: boolean): Promise<void> {
  await page.devtools.Network.enable({})
  await page.devtools.Network.emulateNetworkConditions({
    offline: holds,
    latency: 0,
    downloadThroughput: -1,
    uploadThroughput: -1,
  })
}

describe.each(['fetch', 'auto'])('in Chromium, on %s', needs(programs.chromium), (transport) => {
  beforeEach(async ({ onTestFinished }) => {
    page = await openPage(HOST, onTestFinished)
    // Each connection sends the two events after the client's last one.
    stream = await putUp(origin.here, {
      history: Array.from({ length: 9 }, (_, n) => ({ id: `${n + 1}`, data: `${n + 1}` })),
      connections: [{ steps: [{ replay: 2 }] }],
    })
  })

  async function open(options: Record<string, string> = {}): Promise<void> {
    const parameters = new URLSearchParams({ stream: new URL(stream.url).pathname, transport, ...options })
    await page.open(`${origin.page}/page?${parameters.toString()}`)
    await events(2)
  }

  test('offline: no attempt is made until the network is back, and no event is missing', async () => {
    await open()
    await offline(true)
    await stream.perform('cut')
    await state('paused offline')
    expect(await stream.requests()).toHaveLength(1)
    await offline(false)
    await events(4)
    const { states, seen, reconnections } = await look()
    expect(states).toEqual(['connecting', 'open', 'paused offline', 'waiting', 'connecting', 'open'])
    expect(seen).toEqual(['1', '2', '3', '4'])
    expect(reconnections).toEqual([true])
  })

  test('a page that starts offline tries once, in case the device is wrong, then waits for the network', async () => {
    await page.open(`${origin.page}/elsewhere`)
    await offline(true)
    await page.evaluate(`{ const script = document.createElement('script'); script.textContent = ${JSON.stringify(
      await readFile(new URL('../../dist/everstream.min.js', import.meta.url), 'utf8'),
    )}; document.head.append(script) }
      var seen = [], states = [], reconnections = [], persisted = false
      var path = ${JSON.stringify(new URL(stream.url).pathname)}
      var source = everstream.createEventSource(path, { transport: '${transport}' })
      source.status.subscribe(({ state, reason }) => states.push(reason ? state + ' ' + reason : state))
      source.on('message', ({ data }) => seen.push(data))`)
    await state('paused offline')
    expect(await stream.requests()).toEqual([])
    await offline(false)
    await events(2)
    expect((await look()).states).toEqual(['connecting', 'paused offline', 'waiting', 'connecting', 'open'])
  })

  test('a hidden page stays connected by default', async () => {
    await open()
    await page.show(false)
    await expect.poll(() => page.evaluate('document.visibilityState')).toBe('hidden')
    await stream.perform({ send: 'data: unseen\n\n' })
    await events(3)
    expect((await look()).states).toEqual(['connecting', 'open'])
  })

  test("whenHidden: 'pause' closes the stream of a hidden page, which resumes where it left off", async () => {
    await open({ whenHidden: 'pause' })
    await page.show(false)
    await openConnections(0)
    await state('paused hidden')
    await page.show(true)
    await events(4)
    const { states, seen, reconnections } = await look()
    expect(states).toEqual(['connecting', 'open', 'paused hidden', 'connecting', 'open'])
    expect(seen).toEqual(['1', '2', '3', '4'])
    expect(reconnections).toEqual([true])
  })

  test('a page that starts hidden does not connect', async () => {
    await page.open(`${origin.page}/elsewhere`)
    await page.show(false)
    const parameters = new URLSearchParams({ stream: new URL(stream.url).pathname, transport, whenHidden: 'pause' })
    await page.open(`${origin.page}/page?${parameters.toString()}`)
    await state('paused hidden')
    expect(await stream.requests()).toEqual([])
    await page.show(true)
    await events(2)
  })

  test('a frozen page closes the stream, and resumes it when it is thawed', async () => {
    await open()
    await page.show(false)
    await page.devtools.Page.setWebLifecycleState({ state: 'frozen' })
    await openConnections(0)
    await page.devtools.Page.setWebLifecycleState({ state: 'active' })
    await events(4)
    const { states, seen } = await look()
    expect(states).toEqual(['connecting', 'open', 'paused frozen', 'connecting', 'open'])
    expect(seen).toEqual(['1', '2', '3', '4'])
  })

  test('a page that is left closes the stream, and resumes it when it is back from the cache', async () => {
    await open()
    await page.open(`${origin.page}/elsewhere`)
    await openConnections(0)
    await page.evaluate('history.back()')
    await expect.poll(() => page.evaluate('typeof seen')).toBe('object')
    await events(4)
    const { states, seen, persisted } = await look()
    expect(persisted).toBe(true)
    expect(states).toEqual(['connecting', 'open', 'paused frozen', 'connecting', 'open'])
    expect(seen).toEqual(['1', '2', '3', '4'])
  })
})
