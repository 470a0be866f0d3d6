import { existsSync } from 'node:fs'
import { mkdtemp, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { type Browser, chromium } from 'playwright'
import { build, type InlineConfig, preview } from 'vite'
import { afterAll, beforeAll, describe, expect, onTestFinished, test, vi } from 'vitest'
import { chromiumArguments, needs, programs } from '../programs.js'
import { openStream, price } from './stream.js'
import { svelte } from './svelte/plugin.js'
import { home, isInstalled, isNewest, resolveVersion, type Version, versions } from './versions.js'

declare global {
  /** Counted by each page. */
  var renders: number
  var frameCount: number
  var unmount: () => void
}

/** React has tests of its own, with its tool chain. */
const pages = versions
  .filter(isInstalled)
  .filter(isNewest)
  .filter(({ framework }) => existsSync(join(home, framework, 'page/main.js')))

/** Builds the page of a framework for production; resolves to its address. */
async function serve(version: Version): Promise<string> {
  const outDir = await mkdtemp(join(tmpdir(), 'everstream-page-'))
  onTestFinished(() => rm(outDir, { recursive: true, force: true }))
  const config: InlineConfig = {
    root: join(home, version.framework, 'page'),
    configFile: false,
    logLevel: 'error',
    build: { outDir, target: 'es2022' },
    preview: { host: '127.0.0.1', port: 0 },
    plugins: [resolveVersion(version), svelte(version.folder)],
  }
  await build(config)
  const server = await preview(config)
  onTestFinished(() => server.close())
  return server.resolvedUrls!.local[0]!
}

describe('in Chromium', needs(programs.chromium), () => {
  let browser: Browser
  beforeAll(async () => {
    browser = await chromium.launch({ executablePath: programs.chromium.path, args: chromiumArguments })
  }, 60_000)
  afterAll(() => browser.close())

  test.each(pages)(
    'a page with $framework that Vite builds shows what comes, once a frame, and lets go of it',
    { timeout: 90_000 },
    async (version) => {
      const address = await serve(version)
      const stream = await openStream()
      const page = await browser.newPage()
      onTestFinished(() => page.close())
      const complaints: string[] = []
      page.on('pageerror', (error) => complaints.push(String(error)))
      const shows = (text: string) =>
        vi.waitFor(async () => expect(await page.textContent('main')).toBe(text), { timeout: 15_000, interval: 50 })

      await page.goto(`${address}?stream=${encodeURIComponent(stream.url)}`)
      await shows('open no price')
      await stream.send(price(1))
      await shows('open 1')

      await page.evaluate(() => {
        globalThis.renders = 0
        globalThis.frameCount = 0
        requestAnimationFrame(function count() {
          globalThis.frameCount += 1
          requestAnimationFrame(count)
        })
      })
      await stream.send(Array.from({ length: 5000 }, (_, i) => price(i)).join(''))
      await shows('open 4999')
      const { renders, frames } = await page.evaluate(() => ({
        renders: globalThis.renders,
        frames: globalThis.frameCount,
      }))
      console.log(`${version.framework} ${version.version}: 5,000 events, ${renders} renders in ${frames} frames`)
      expect(renders).toBeGreaterThan(0)
      expect(renders).toBeLessThanOrEqual(frames + 1)

      await page.evaluate(() => globalThis.unmount())
      await stream.connected(0)
      expect(await stream.requests()).toHaveLength(1)
      expect(complaints).toEqual([])
    },
  )
})
