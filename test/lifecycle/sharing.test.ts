import { afterAll, beforeAll, beforeEach, describe, expect, test } from 'vitest'
import { needs, programs } from '../programs.js'
import { type SequenceServer, serveSequence } from './sequence-server.js'
import { openTabs, type Tab, type Tabs } from './tabs.js'

/** Writes down in `got` which events it gets, and when in `times`. `isDeaf`: it does not hear that it is frozen. */
const PAGE = `<!doctype html><script>
var isDeaf = false, got = [], times = [], states = [], reconnections = [], source
document.addEventListener('freeze', (event) => isDeaf && event.stopImmediatePropagation())
</script><script type="module">
import { createEventSource } from '/dist/index.js'
import { sharedTransport } from '/dist/sharing.js'
const { shared = 'fetch', ...options } = Object.fromEntries(new URLSearchParams(location.search))
const transport = shared === 'no' ? 'fetch' : sharedTransport({ transport: shared })
source = createEventSource('/sequence', { transport, ...options })
source.status.subscribe(({ state, role }) => states.push(role ? state + ' ' + role : state))
source.onReconnect(({ resumed }) => reconnections.push(resumed))
source.on('message', ({ lastEventId }) => {
  got.push(Number(lastEventId))
  times.push(Date.now())
})
</script>`

let server: SequenceServer
let tabs: Tabs
let page: string

beforeAll(async () => {
  server = await serveSequence({ '/page': PAGE, '/elsewhere': '<p>elsewhere' })
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
})
