import { mkdtemp, readFile, rm } from 'node:fs/promises'
import { createServer } from 'node:http'
import type { AddressInfo } from 'node:net'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { describe, expect, onTestFinished, test } from 'vitest'
import { start } from '../process.js'
import { chromiumArguments, needs, programs } from '../programs.js'

/** Makes the browser prerender the other page, and goes there when the server answers. */
const FIRST = `<!doctype html><a href="/page">on</a>
<script type="speculationrules">{ "prerender": [{ "urls": ["/page"], "eagerness": "immediate" }] }</script>
<script>fetch('/go').then(() => document.querySelector('a').click())</script>`

const second = (options: object): string => `<!doctype html><script src="/everstream.min.js"></script><script>
const source = everstream.createEventSource('/stream', ${JSON.stringify(options)})
source.status.subscribe(({ state, reason }) => fetch('/status?' + (reason ? state + '-' + reason : state)))
source.on('message', () => {})
</script>`

// Without DevTools, which prevent prerendering: the server sees what happens.
describe('a prerendered page', needs(programs.chromium), () => {
  test.each([{ transport: 'auto' }, { transport: 'fetch' }, { reconnection: false }])(
    'connects when the user goes there: %o',
    async (options) => {
      const bundle = await readFile(new URL('../../dist/everstream.min.js', import.meta.url))
      const log: string[] = []
      let purpose: unknown
      let go = (): void => {}
      const server = createServer((request, response) => {
        const { pathname, search } = new URL(request.url ?? '/', 'http://server')
        const html = response.setHeader('content-type', 'text/html')
        if (pathname === '/') html.end(FIRST)
        else if (pathname === '/go') go = () => html.end()
        else if (pathname === '/page') {
          purpose = request.headers['sec-purpose']
          html.end(second(options))
        } else if (pathname === '/everstream.min.js') response.setHeader('content-type', 'text/javascript').end(bundle)
        else if (pathname === '/stream') {
          log.push('request')
          response.writeHead(200, { 'content-type': 'text/event-stream' }).write('data: 1\n\n')
        } else {
          if (pathname === '/status') log.push(search.slice(1))
          html.end()
        }
      })
      await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve))
      const profile = await mkdtemp(join(tmpdir(), 'everstream-prerendering-'))
      const { port } = server.address() as AddressInfo
      const browser = start({
        file: programs.chromium.path,
        args: ['--headless', ...chromiumArguments, `--user-data-dir=${profile}`, `http://127.0.0.1:${port}/`],
      })
      onTestFinished(async () => {
        await browser.stop()
        server.closeAllConnections()
        server.close()
        await rm(profile, { recursive: true, force: true, maxRetries: 5 })
      })

      await browser.alive(expect.poll(() => log, { timeout: 20_000 }).toContain('paused-prerendering'))
      expect(purpose).toBe('prefetch;prerender')
      expect(log).not.toContain('request')
      go()
      await browser.alive(expect.poll(() => log, { timeout: 10_000 }).toContain('open'))
      expect(log.filter((entry) => entry === 'request')).toHaveLength(1)
      expect(log.indexOf('request')).toBeGreaterThan(log.indexOf('paused-prerendering'))
    },
  )
})
