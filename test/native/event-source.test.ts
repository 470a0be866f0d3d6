import { createServer, type Server } from 'node:http'
import { once } from 'node:events'
import type { AddressInfo } from 'node:net'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { createViteServer } from 'vitest/node'
import type { Place } from '../behaviour/run.js'
import { needs } from '../programs.js'
import { createScriptHandler } from '../server/handler.js'
import { SCRIPT_SERVER_PATH } from '../server/script.js'
import { scriptServerPlugin } from '../server/vite-plugin.js'
import { engines } from './engines.js'
import type { Outcome } from './run-event-source.js'

/** Chromium runs the same cases in the project `chromium`, also in workers and with our class. */
const firefox = engines.filter(({ name }) => name === 'firefox')

type ViteServer = Awaited<ReturnType<typeof createViteServer>>

let own: ViteServer
let other: Server

beforeAll(async () => {
  own = await createViteServer({
    configFile: false,
    root: `${import.meta.dirname}/../..`,
    cacheDir: 'node_modules/.vite/native',
    logLevel: 'error',
    optimizeDeps: { include: ['chai'], entries: [] },
    plugins: [scriptServerPlugin()],
    server: { host: '127.0.0.1', port: 0, hmr: false, watch: null },
  })
  await own.listen()
  other = createServer(createScriptHandler())
  await once(other.listen(0, '127.0.0.1'), 'listening')
})

afterAll(async () => {
  other.closeAllConnections()
  other.close()
  await own.close()
})

function originOf(server: { address(): unknown } | null): string {
  if (server === null) throw new Error('The server does not listen.')
  return `http://127.0.0.1:${(server.address() as AddressInfo).port}`
}

describe.each(firefox)('the EventSource cases in $name, with its own class', ({ name, program, launch }) => {
  test('deviate from the standard only as listed', { timeout: 240_000, ...needs(program) }, async () => {
    const browser = await launch()
    try {
      const origin = originOf(own.httpServer)
      const page = await browser.newPage()
      await page.goto(`${origin}${SCRIPT_SERVER_PATH}/`)
      const place: Place = {
        server: `${origin}${SCRIPT_SERVER_PATH}`,
        otherServer: originOf(other),
      }
      // As text, because imports of this file are transformed for Node.
      const call = `runAll('${name}', ${JSON.stringify(place)})`
      const run = `import('/test/native/run-event-source.ts').then(({ runAll }) => ${call})`
      const outcome = await page.evaluate<Outcome>(run)
      console.log(`${name} ${browser.version()}: ${outcome.count} cases`)
      expect(outcome.failures).toEqual([])
      expect(outcome.count).toBeGreaterThan(100)
    } finally {
      await browser.close()
    }
  })
})
