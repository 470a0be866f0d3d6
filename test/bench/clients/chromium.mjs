/**
 * Complete clients in Chromium, same page, same server: the time of each relative to a bare fetch that only reads.
 *
 *   node clients/chromium.mjs [--rounds 5] [--events 100000]
 *
 * No debugger is attached, because it makes the browser's own EventSource ten times slower: the page sends its figures
 * to the server. The clients take turns within a round, and medians count.
 */
import { spawn } from 'node:child_process'
import { once } from 'node:events'
import { mkdtemp, readFile, rm } from 'node:fs/promises'
import { createServer } from 'node:http'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { parseArgs } from 'node:util'
import { median } from '../median.mjs'
import { answer } from './stream.mjs'

const { values: flags } = parseArgs({
  options: { rounds: { type: 'string', default: '5' }, events: { type: 'string', default: '100000' } },
})
const roots = {
  '/dist/': new URL('../../../dist/', import.meta.url),
  '/node_modules/': new URL('../node_modules/', import.meta.url),
}

let report
const reported = new Promise((resolve) => (report = resolve))

async function serve(request, response) {
  const { pathname } = new URL(request.url, 'http://localhost')
  const root = Object.keys(roots).find((prefix) => pathname.startsWith(prefix))
  if (pathname === '/burst') return answer(request, response)
  if (pathname === '/results') {
    report(JSON.parse((await request.toArray()).join('')))
    return response.end()
  }
  if (pathname === '/') {
    return response
      .writeHead(200, { 'content-type': 'text/html' })
      .end(await readFile(new URL('page.html', import.meta.url)))
  }
  if (root === undefined) return response.writeHead(404).end()
  const file = fileURLToPath(new URL(pathname.slice(root.length), roots[root]))
  response.writeHead(200, { 'content-type': 'text/javascript' }).end(await readFile(file))
}

const server = createServer((request, response) => void serve(request, response))
await once(server.listen(0, '127.0.0.1'), 'listening')

const profile = await mkdtemp(join(tmpdir(), 'everstream-bench-'))
const page = `http://127.0.0.1:${server.address().port}/?rounds=${flags.rounds}&events=${flags.events}`
const browser = spawn(process.env.CHROMIUM_PATH ?? '/usr/bin/chromium', [
  '--headless',
  '--no-sandbox',
  '--disable-gpu',
  '--disable-quic',
  '--no-first-run',
  '--disable-background-networking',
  '--disable-component-update',
  '--disable-sync',
  '--no-proxy-server',
  `--user-data-dir=${profile}`,
  page,
])

const ended = once(browser, 'exit').then(([code, signal]) => {
  throw new Error(`Chromium has ended before the results came: ${signal ?? `exit code ${code}`}.`)
})
// If the results come first, its end is not an unhandled rejection.
ended.catch(() => {})

try {
  const results = await Promise.race([reported, ended])
  for (const size of [0, 16384]) {
    const ofSize = results.filter((result) => result.size === size)
    const names = [...new Set(ofSize.map(({ name }) => name))]
    const of = (name) => median(ofSize.filter((result) => result.name === name).map(({ ms }) => ms))
    console.log(`\n### ${size === 0 ? 'one event per HTTP chunk' : `${size / 1024} KiB chunks`}\n`)
    console.log('| client | time / bare fetch | events/s |\n| --- | --- | --- |')
    for (const name of names) {
      const { events } = ofSize.find((result) => result.name === name)
      if (name !== names[0] && events !== Number(flags.events)) {
        console.log(`| ${name} | delivered ${events} of ${flags.events} events | |`)
        continue
      }
      const rate = Math.round(Number(flags.events) / (of(name) / 1000))
      console.log(`| ${name} | ${(of(name) / of(names[0])).toFixed(2)} | ${rate.toLocaleString('en')} |`)
    }
  }
} finally {
  browser.kill()
  await ended.catch(() => {})
  server.closeAllConnections()
  server.close()
  await rm(profile, { recursive: true, force: true })
}
