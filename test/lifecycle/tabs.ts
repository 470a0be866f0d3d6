import { mkdtemp, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import connect, { type Client } from 'chrome-remote-interface'
import { start } from '../process.js'
import { chromiumArguments, programs } from '../programs.js'

/** A tab of a Chromium whose tabs may sleep, hang and die. */
export interface Tab {
  readonly devtools: Client
  evaluate<Value>(expression: string): Promise<Value>
  /** Goes to another page, which stays. */
  navigate(url: string): Promise<void>
  close(): Promise<void>
  crash(): Promise<void>
  freeze(isFrozen: boolean): Promise<void>
  /** The process of the page, found by the time that it uses. */
  findProcess(): Promise<number>
}

export interface Tabs {
  open(url: string): Promise<Tab>
}

/** How long a page is kept busy to find its process, in ms. */
const BUSY = 400

/** @param leave - takes what is to be done when the browser is no longer needed */
export async function openTabs(leave: (undo: () => Promise<void>) => void): Promise<Tabs> {
  const profile = await mkdtemp(join(tmpdir(), 'everstream-tabs-'))
  const browser = start({
    file: programs.chromium.path,
    args: ['--headless', ...chromiumArguments, '--remote-debugging-port=0', `--user-data-dir=${profile}`],
  })
  leave(async () => {
    await browser.stop()
    await rm(profile, { recursive: true, force: true, maxRetries: 5 })
  })
  const [, port, path] = await browser.printed(/DevTools listening on ws:\/\/[^:]+:(\d+)(\/\S+)/)
  const whole = await connect({ target: `ws://127.0.0.1:${port}${path}` })

  async function renderers(): Promise<Map<number, number>> {
    const { processInfo } = await whole.SystemInfo.getProcessInfo()
    return new Map(processInfo.filter(({ type }) => type === 'renderer').map(({ id, cpuTime }) => [id, cpuTime]))
  }

  return {
    async open(url) {
      const { id } = await connect.New({ port: Number(port), url: 'about:blank' })
      const devtools = await connect({ port: Number(port), target: id })
      await devtools.Page.enable()
      async function navigate(to: string): Promise<void> {
        const loaded = devtools.Page.loadEventFired()
        await devtools.Page.navigate({ url: to })
        await loaded
      }
      async function evaluate<Value>(expression: string): Promise<Value> {
        const { result, exceptionDetails } = await devtools.Runtime.evaluate({
          expression,
          returnByValue: true,
          awaitPromise: true,
        })
        if (exceptionDetails !== undefined) throw new Error(exceptionDetails.exception?.description)
        return result.value as Value
      }
      await navigate(url)
      return {
        devtools,
        evaluate,
        navigate,
        async close() {
          await connect.Close({ port: Number(port), id })
        },
        async crash() {
          const crashed = devtools.Inspector.targetCrashed()
          await devtools.Inspector.enable()
          // It never answers.
          devtools.Page.crash().catch(() => {})
          await crashed
        },
        freeze: (isFrozen) => devtools.Page.setWebLifecycleState({ state: isFrozen ? 'frozen' : 'active' }),
        async findProcess() {
          const before = await renderers()
          await evaluate(`for (const end = Date.now() + ${BUSY}; Date.now() < end; );`)
          const after = await renderers()
          const used = [...after].map(([pid, time]) => [pid, time - (before.get(pid) ?? time)] as const)
          return used.toSorted(([, a], [, b]) => b - a)[0]![0]
        },
      }
    },
  }
}
