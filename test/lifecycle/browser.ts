import { mkdtemp, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import connect, { type Client } from 'chrome-remote-interface'
import { start } from '../process.js'
import { chromiumArguments, programs } from '../programs.js'

/** A page of Chromium that can sleep: automation libraries pretend that every page is visible and focused. */
export interface LifecyclePage {
  readonly devtools: Client
  open(url: string): Promise<void>
  evaluate<Value>(expression: string): Promise<Value>
  /** Puts another tab in front of the page, or the page back in front. */
  show(visible: boolean): Promise<void>
}

/**
 * @param host - the page's name for this machine: the usual names would work even without a network
 * @param leave - takes the functions to call when the page is no longer needed
 */
export async function openPage(host: string, leave: (undo: () => Promise<void>) => void): Promise<LifecyclePage> {
  const profile = await mkdtemp(join(tmpdir(), 'everstream-lifecycle-'))
  const browser = start({
    file: programs.chromium.path,
    args: [
      '--headless',
      ...chromiumArguments,
      '--remote-debugging-port=0',
      `--user-data-dir=${profile}`,
      `--host-resolver-rules=MAP ${host} 127.0.0.1`,
    ],
  })
  leave(async () => {
    await browser.stop()
    await rm(profile, { recursive: true, force: true, maxRetries: 5 })
  })
  const port = Number((await browser.printed(/DevTools listening on ws:\/\/[^:]+:(\d+)\//))[1])

  const { id } = await connect.New({ port })
  const devtools = await connect({ port, target: id })
  await devtools.Page.enable()
  await connect.Activate({ port, id })

  return {
    devtools,
    async open(url) {
      const loaded = devtools.Page.loadEventFired()
      await devtools.Page.navigate({ url })
      await loaded
    },
    async evaluate<Value>(expression: string) {
      const { result, exceptionDetails } = await devtools.Runtime.evaluate({ expression, returnByValue: true })
      if (exceptionDetails !== undefined) throw new Error(exceptionDetails.exception?.description)
      return result.value as Value
    },
    async show(visible) {
      if (visible) return connect.Activate({ port, id })
      const other = await connect.New({ port, url: 'about:blank' })
      await connect.Activate({ port, id: other.id })
    },
  }
}
