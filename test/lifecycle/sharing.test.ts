import { afterAll, beforeAll, beforeEach, describe, expect, test } from 'vitest'
import { needs, programs } from '../programs.js'
import { type SequenceServer, serveSequence } from './sequence-server.js'
import { openTabs, type Tab, type Tabs } from './tabs.js'

const SOURCE = `
import { createEventSource } from '/dist/index.js'
import { sharedTransport } from '/dist/sharing.js'
const { shared = 'fetch', stream = '/sequence', wait, replay, ...options } =
  Object.fromEntries(new URLSearchParams(location.search))
const transport = shared === 'no' ? 'fetch' : sharedTransport({ transport: shared, replayLatest: replay === 'yes' })
const source = createEventSource(stream, { transport, ...(wait && { reconnection: () => Number(wait) }), ...options })`

/** Writes down in `got` which events it gets, and when in `times`. `isDeaf`: it does not hear that it is frozen. */
const PAGE = `<!doctype html><script>
var isDeaf = false, got = [], times = [], states = [], reconnections = [], received = [], persisted = [], source
document.addEventListener('freeze', (event) => isDeaf && event.stopImmediatePropagation())
addEventListener('pageshow', (event) => persisted.push(event.persisted))
</script><script type="module">${SOURCE}
window.source = source
source.status.subscribe(({ state, role }) => states.push(role ? state + ' ' + role : state))
source.onReconnect(({ resumed }) => reconnections.push(resumed))
source.on('state', ({ data }) => received.push(data))
source.on('message', ({ lastEventId }) => {
  got.push(Number(lastEventId))
  times.push(Date.now())
})
</script>`

/** The same in a dedicated worker. */
const WORKER_PAGE = `<!doctype html><script>
var got = [], role
const worker = new Worker('/worker.js' + location.search, { type: 'module' })
worker.onmessage = ({ data }) => data.id ? got.push(data.id) : role = data.role
var source = { status: { get: () => ({ role }) } }
</script>`
const WORKER = `${SOURCE}
source.status.subscribe(({ role }) => postMessage({ role }))
source.on('message', ({ lastEventId }) => postMessage({ id: Number(lastEventId) }))`

let server: SequenceServer
let tabs: Tabs
let page: string

beforeAll(async () => {
  server = await serveSequence({
    '/page': PAGE,
    '/worker-page': WORKER_PAGE,
    '/worker.js': WORKER,
    '/elsewhere': '<p>elsewhere',
  })
  page = `http://tabs.localhost:${server.port}/page`
})

afterAll(() => server.close())

async function roleOf(tab: Tab): Promise<string | undefined> {
  return tab.evaluate('source?.status.get().role')
}

/** Waits until each of them gets what the server sends now. */
async function everyoneIsUpToDate(all: readonly Tab[], timeout = 10_000): Promise<void> {
  const { latest } = server
  await expect
    .poll(async () => Math.min(...(await Promise.all(all.map((tab) => tab.evaluate<number>('got.at(-1) ?? 0'))))), {
      timeout,
    })
    .toBeGreaterThan(latest)
}

/** What is wrong with a sequence; empty if every number from the first one on is there, once and in order. */
const FAULTS = `got.flatMap((n, at) => at > 0 && n !== got[at - 1] + 1 ? [got[at - 1] + ' then ' + n] : []).join()`

async function leaderOf(all: readonly Tab[]): Promise<Tab> {
  let leaders: Tab[] = []
  await expect
    .poll(
      async () => {
        const roles = await Promise.all(all.map(roleOf))
        leaders = all.filter((_, n) => roles[n] === 'leader')
        return leaders.length
      },
      { timeout: 10_000 },
    )
    .toBe(1)
  return leaders[0]!
}

async function openPages(count: number, search = ''): Promise<Tab[]> {
  const opened: Tab[] = []
  for (let n = 0; n < count; n++) opened.push(await tabs.open(page + search))
  return opened
}

async function stateOf(tab: Tab): Promise<string> {
  return tab.evaluate('source.status.get().state')
}

interface HandOver {
  /** Makes the leader leave. Returns how to make it well again; undefined if it is gone. */
  run(leader: Tab): Promise<(() => Promise<void>) | undefined>
}

const HAND_OVERS: Record<string, HandOver['run']> = {
  async close(leader) {
    await leader.close()
    return undefined
  },
  async navigation(leader) {
    await leader.navigate(page.replace('/page', '/elsewhere'))
    return async () => leader.close()
  },
  async crash(leader) {
    await leader.crash()
    return async () => leader.close()
  },
  async 'polite freeze'(leader) {
    await leader.freeze(true)
    return () => leader.freeze(false)
  },
  async 'unheard freeze'(leader) {
    await leader.evaluate('isDeaf = true')
    await leader.freeze(true)
    return async () => {
      await leader.freeze(false)
      await leader.evaluate('isDeaf = false')
    }
  },
  async busy(leader) {
    await leader.evaluate('setTimeout(() => { for (const end = Date.now() + 5000; Date.now() < end; ); })')
    return () => leader.evaluate('1')
  },
  async 'stopped process'(leader) {
    const pid = await leader.findProcess()
    process.kill(pid, 'SIGSTOP')
    return () => Promise.resolve(void process.kill(pid, 'SIGCONT'))
  },
}

const GONE = new Set(['close', 'navigation', 'crash'])
const KINDS = Object.keys(HAND_OVERS)

describe('in Chromium', needs(programs.chromium), () => {
  beforeEach(async ({ onTestFinished }) => {
    server.forget()
    tabs = await openTabs(onTestFinished)
  })

  const COUNT = Number(process.env['HAND_OVERS'] ?? 10)
  const TABS = Number(process.env['SHARING_TABS'] ?? 6)

  test(
    `${COUNT} hand-overs of every kind: each tab gets every event once and in order`,
    async () => {
      const all: Tab[] = []
      for (let n = 0; n < TABS; n++) all.push(await tabs.open(page))
      await everyoneIsUpToDate(all)
      const faults: string[] = []
      const durations = new Map<string, number[]>()
      for (let n = 0; n < COUNT; n++) {
        const kind = KINDS[n % KINDS.length]!
        const leader = await leaderOf(all)
        const others = all.filter((tab) => tab !== leader)
        const isGone = GONE.has(kind)
        if (isGone) faults.push(await leader.evaluate(FAULTS))
        // A user looks at one of the others. If all were hidden, they would notice a silent leader once a minute.
        await others.at(-1)!.devtools.Page.bringToFront()
        const since = Date.now()
        const recover = await HAND_OVERS[kind]!(leader)
        await everyoneIsUpToDate(others)
        const gap = await others[0]!.evaluate<number>(`Math.max(...times.map((time, at) =>
        at > 0 && time > ${since} ? time - times[at - 1] : 0))`)
        durations.set(kind, [...(durations.get(kind) ?? []), gap])
        await recover?.()
        if (isGone) all.splice(all.indexOf(leader), 1, await tabs.open(page))
        await everyoneIsUpToDate(all)
        faults.push(...(await Promise.all(all.map((tab) => tab.evaluate<string>(FAULTS)))))
        expect(
          faults.filter((fault) => fault !== ''),
          `after hand-over ${n}, ${kind}`,
        ).toEqual([])
      }
      for (const [kind, gaps] of durations) {
        gaps.sort((a, b) => a - b)
        console.log(`${kind}: ${gaps.length} times, median ${gaps[gaps.length >> 1]} ms, max ${gaps.at(-1)} ms`)
      }
      console.log(`never more than ${server.maxStreams} streams, ${server.requests} requests`)
      expect(server.maxStreams).toBeLessThanOrEqual(2)
    },
    60_000 + COUNT * 20_000,
  )

  test('20 tabs have one connection', async () => {
    const all = await openPages(20)
    await everyoneIsUpToDate(all)
    expect([server.streams, server.maxStreams, server.requests]).toEqual([1, 1, 1])
    const roles = await Promise.all(all.map(roleOf))
    expect(roles.filter((role) => role === 'leader')).toHaveLength(1)
    expect(roles.filter((role) => role === 'follower')).toHaveLength(19)
  }, 120_000)

  test('eight tabs on HTTP/1.1 hang without it, and stay responsive with it', async () => {
    const ask = (tab: Tab): Promise<string> =>
      tab.evaluate(`Promise.race([fetch('/ping').then((answer) => answer.text()),
        new Promise((resolve) => setTimeout(resolve, 2000, 'hangs'))])`)
    const alone: Tab[] = []
    for (let n = 0; n < 8; n++) {
      const tab = await tabs.open('about:blank')
      alone.push(tab)
      // It does not finish, for lack of a connection.
      tab.devtools.Page.navigate({ url: `${page}?shared=no&stream=/sequence?alone` }).catch(() => {})
    }
    await expect.poll(() => server.streams, { timeout: 20_000 }).toBe(6)
    expect(await ask(alone[0]!)).toBe('hangs')
    for (const tab of alone) await tab.close()
    await expect.poll(() => server.streams, { timeout: 20_000 }).toBe(0)

    const sharing = await openPages(8)
    await everyoneIsUpToDate(sharing)
    expect(await Promise.all(sharing.map(ask))).toEqual(Array(8).fill('answered'))
    expect(server.requestsOf('')).toBe(1)
  }, 120_000)

  test('a server that is down for 20 s is asked by one tab, and all show the same countdown', async () => {
    const one = await openPages(1, '?shared=no&wait=2000&stream=/sequence?one')
    const ten = await openPages(10, '?wait=2000&stream=/sequence?ten')
    await everyoneIsUpToDate([...one, ...ten])
    const before = await Promise.all(ten.map((tab) => tab.evaluate<number>('reconnections.length')))
    server.forget()
    server.setDown(true)
    await expect.poll(async () => [...new Set(await Promise.all(ten.map(stateOf)))]).toEqual(['waiting'])
    const retries = await Promise.all(ten.map((tab) => tab.evaluate<number>('source.status.get().retryAt')))
    expect(new Set(retries).size).toBe(1)
    await new Promise((resolve) => setTimeout(resolve, 20_000))
    server.setDown(false)
    await everyoneIsUpToDate([...one, ...ten])
    console.log(`attempts: ${server.requestsOf('?one')} of one tab, ${server.requestsOf('?ten')} of ten tabs`)
    expect(server.requestsOf('?ten')).toBeLessThanOrEqual(server.requestsOf('?one') * 1.3)
    expect(before).toEqual(Array(10).fill(0))
    for (const tab of ten) {
      expect(await tab.evaluate(FAULTS)).toBe('')
      expect(await tab.evaluate('reconnections')).toEqual([true])
    }
  }, 120_000)

  test('a hand-over is not a failure: nobody sees it', async () => {
    const [first, second, third] = await openPages(3)
    await everyoneIsUpToDate([first!, second!, third!])
    await first!.evaluate('source.close()')
    await everyoneIsUpToDate([second!, third!])
    expect(await roleOf(second!)).toBe('leader')
    expect(await third!.evaluate('states')).toEqual(['connecting', 'open follower', 'open follower'])
    expect(await second!.evaluate('states')).toEqual(['connecting', 'open follower', 'open leader', 'open leader'])
    expect(await third!.evaluate('reconnections')).toEqual([])
    await second!.evaluate('source.close()')
    await third!.evaluate('source.close()')
    await expect.poll(() => server.streams).toBe(0)
  })

  test('reconnect() in any tab acts for all', async () => {
    const [first, second] = await openPages(2)
    await everyoneIsUpToDate([first!, second!])
    await second!.evaluate('source.reconnect()')
    await expect.poll(() => server.requests).toBe(2)
    await everyoneIsUpToDate([first!, second!])
    expect(await first!.evaluate('reconnections')).toEqual([true])
    expect(await second!.evaluate('reconnections')).toEqual([true])
  })

  test.each(['native', 'auto'])('over %s, types that are wanted in any tab are delivered', async (shared) => {
    const all = await openPages(3, `?shared=${shared}&lastEventIdParam=since`)
    await everyoneIsUpToDate(all)
    await all[2]!.evaluate(`source.on('ten', ({ data }) => received.push(data))`)
    await expect.poll(() => all[2]!.evaluate<number>('received.length')).toBeGreaterThan(1)
    await all[0]!.close()
    await everyoneIsUpToDate(all.slice(1))
    await all[2]!.evaluate('received.length = 0')
    await expect.poll(() => all[2]!.evaluate<number>('received.length')).toBeGreaterThan(1)
    expect(await all[2]!.evaluate(FAULTS)).toBe('')
  })

  test('a late tab gets the status at once, and the latest event of each type if asked for', async () => {
    const search = '?stream=/quiet&replay='
    const first = await tabs.open(`${page}${search}yes`)
    await expect.poll(() => first.evaluate('received')).toEqual([7])
    const [late, without] = [await tabs.open(`${page}${search}yes`), await tabs.open(`${page}${search}no`)]
    await expect.poll(() => late.evaluate('received')).toEqual([7])
    await expect.poll(() => roleOf(without)).toBe('follower')
    expect(await without.evaluate('received')).toEqual([])
    expect(await without.evaluate('source.lastEventId')).toBe('1')
    expect(await late.evaluate('source.status.get().since')).toBe(await first.evaluate('source.status.get().since'))
    expect(server.requests).toBe(1)
  })

  test('dedicated workers take part', async () => {
    const worker = await tabs.open(page.replace('/page', '/worker-page'))
    await everyoneIsUpToDate([worker])
    const follower = await tabs.open(page)
    await everyoneIsUpToDate([worker, follower])
    expect([await roleOf(worker), await roleOf(follower), server.streams]).toEqual(['leader', 'follower', 1])
    await worker.close()
    await everyoneIsUpToDate([follower])
    expect(await follower.evaluate(FAULTS)).toBe('')
  })

  test("with whenHidden: 'pause', a hidden tab leaves the group, and misses nothing", async () => {
    const [first, second] = await openPages(2, '?whenHidden=pause')
    for (const [shown, hidden] of [
      [first!, second!],
      [second!, first!],
    ] as const) {
      await shown.devtools.Page.bringToFront()
      await expect.poll(() => stateOf(hidden)).toBe('paused')
      await everyoneIsUpToDate([shown])
      expect([await roleOf(shown), server.streams, await shown.evaluate(FAULTS)]).toEqual(['leader', 1, ''])
    }
  })

  test('pages stay eligible for the back/forward cache, and miss nothing there', async () => {
    const all = await openPages(3)
    await everyoneIsUpToDate(all)
    for (const tab of [all[0]!, all[2]!]) {
      await tab.navigate(page.replace('/page', '/elsewhere'))
      await everyoneIsUpToDate(all.filter((other) => other !== tab))
      const shown = tab.devtools.Page.frameNavigated()
      await tab.evaluate('history.back()')
      await shown
      await expect.poll(() => tab.evaluate('persisted')).toEqual([false, true])
      expect(await tab.evaluate(`performance.getEntriesByType('navigation')[0].notRestoredReasons`)).toBeNull()
      await everyoneIsUpToDate(all)
      expect(await tab.evaluate(FAULTS)).toBe('')
      expect(await tab.evaluate('reconnections')).toEqual([true])
    }
  })
})
