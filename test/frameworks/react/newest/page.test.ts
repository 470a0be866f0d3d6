// @vitest-environment node
import { cp, mkdtemp, readFile, rm, writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import { type Browser, chromium, type Page } from 'playwright'
import { afterAll, beforeAll, describe, expect, onTestFinished, test, vi } from 'vitest'
import { chromiumArguments, needs, programs } from '../../../programs.js'
import { note, openStream, price, type Stream } from '../../stream.js'
import { configOf, newest, vite } from './vite.js'

/** The page in a folder that tests may edit. It is next to what is installed, so that Vite finds React. */
async function copyPage(): Promise<string> {
  const root = await mkdtemp(join(newest, 'page-'))
  onTestFinished(() => rm(root, { recursive: true, force: true, maxRetries: 5 }))
  await cp(join(newest, '../page'), root, { recursive: true })
  return root
}

describe('in Chromium', needs(programs.chromium), () => {
  let browser: Browser
  beforeAll(async () => {
    browser = await chromium.launch({ executablePath: programs.chromium.path, args: chromiumArguments })
  }, 60_000)
  afterAll(() => browser.close())

  async function open(address: string, stream: Stream): Promise<Page> {
    const page = await browser.newPage()
    onTestFinished(() => page.close())
    page.on('pageerror', (error) => {
      throw error
    })
    await page.goto(`${address}?stream=${encodeURIComponent(stream.url)}`)
    return page
  }

  const shows = (page: Page, text: string) =>
    vi.waitFor(async () => expect(await page.textContent('main')).toBe(text), { timeout: 15_000, interval: 50 })

  test.each([
    ['as it is', false],
    ['with the React Compiler', true],
  ])('a page that Vite builds %s shows what comes, on one connection', { timeout: 60_000 }, async (_, isCompiled) => {
    const config = await configOf(await copyPage(), isCompiled)
    await vite.build(config)
    const server = await vite.preview(config)
    onTestFinished(() => server.close())
    const stream = await openStream()
    const page = await open(server.resolvedUrls!.local[0]!, stream)
    await shows(page, 'edit 0: open, no price, 0 events, 0 symbols, 0 letters')
    await stream.send(price(1) + price(2, 'EMCA') + note('abc') + note('de') + price(3) + price(4))
    await shows(page, 'edit 0: open, 4, 3 events, 2 symbols, 5 letters')
    expect(await stream.requests()).toHaveLength(1)
  })

  test('ten edits with hot reload leave one connection', { timeout: 90_000 }, async () => {
    const root = await copyPage()
    const server = await vite.createServer(await configOf(root, false))
    await server.listen()
    onTestFinished(() => server.close())
    const stream = await openStream()
    const page = await open(server.resolvedUrls!.local[0]!, stream)
    await shows(page, 'edit 0: open, no price, 0 events, 0 symbols, 0 letters')
    const code = await readFile(join(root, 'App.jsx'), 'utf8')
    for (let edit = 1; edit <= 10; edit++) {
      // Every second edit changes the hooks, so that React mounts the component again.
      const withHook = edit % 2 === 0 ? 'const symbolOf' : 'const useNothing = () => useState(0)\nconst symbolOf'
      const call = edit % 2 === 0 ? 'const { state }' : 'useNothing()\n  const { state }'
      const edited = code.replace('edit 0', `edit ${edit}`).replace('const symbolOf', withHook)
      await writeFile(join(root, 'App.jsx'), edited.replace('const { state }', call))
      await shows(page, `edit ${edit}: open, no price, 0 events, 0 symbols, 0 letters`)
    }
    await stream.send(price(1))
    await shows(page, 'edit 10: open, 1, 1 events, 1 symbols, 0 letters')
    expect(await stream.requests()).toHaveLength(1)
  })
})
