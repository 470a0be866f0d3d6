/**
 * Complete clients in Node over loopback, compared: the CPU time of each relative to a bare fetch that only reads.
 *
 *   node clients/node.mjs [--rounds 5] [--events 400000] [--clients everstream,eventsource-client]
 *
 * Each run is a separate process; the clients take turns within a round, and medians count. A client that did not
 * deliver every event completely is an error and has no figure.
 */
import { execFile, spawn } from 'node:child_process'
import { once } from 'node:events'
import { fileURLToPath } from 'node:url'
import { parseArgs, promisify } from 'node:util'
import { median } from '../median.mjs'
import { subjects } from './subjects.mjs'

const run = promisify(execFile)
const here = (file) => fileURLToPath(new URL(file, import.meta.url))
const { values: flags } = parseArgs({
  options: {
    rounds: { type: 'string', default: '5' },
    events: { type: 'string', default: '400000' },
    clients: { type: 'string', default: '' },
  },
})
const rounds = Number(flags.rounds)
const events = Number(flags.events)
const limit = 'bare fetch + read'
const chosen = flags.clients.split(',')
const names = Object.keys(subjects).filter((name) => flags.clients === '' || name === limit || chosen.includes(name))

const server = spawn(process.execPath, [here('stream.mjs'), 'serve'], { stdio: ['ignore', 'pipe', 'inherit'] })
const [port] = await once(server.stdout, 'data')
const origin = `http://127.0.0.1:${Number(port)}`

const workloads = [
  { title: 'one event per HTTP chunk', path: `/burst?events=${events}&size=0`, connections: 1, expected: events },
  { title: '16 KiB chunks', path: `/burst?events=${events}&size=16384`, connections: 1, expected: events },
  { title: '200 connections, 20 events/s each', path: '/steady?rate=20&seconds=6', connections: 200, expected: 24_000 },
]

try {
  for (const { title, path, connections, expected } of workloads) {
    const results = new Map(names.map((name) => [name, []]))
    const faults = new Map()
    for (let round = 0; round < rounds; round++) {
      for (const name of names) {
        if (faults.has(name)) continue
        const { stdout } = await run(process.execPath, [here('client.mjs'), name, origin + path, connections], {
          timeout: 120_000,
        })
        const result = JSON.parse(stdout)
        if (name !== limit && result.events !== expected)
          faults.set(name, `delivered ${result.events} of ${expected} events`)
        results.get(name).push(result)
      }
    }
    const of = (name, figure) => median(results.get(name).map((result) => result[figure]))
    console.log(`\n### ${title} (Node ${process.version})\n`)
    console.log(
      '| client | CPU / bare fetch | CPU per event | events/s | memory per connection |\n' +
        '| --- | --- | --- | --- | --- |',
    )
    for (const name of names) {
      if (faults.has(name)) {
        console.log(`| ${name} | ${faults.get(name)} | | | |`)
        continue
      }
      const cpu = of(name, 'cpu')
      console.log(
        `| ${name} | ${(cpu / of(limit, 'cpu')).toFixed(2)} | ${((cpu * 1000) / expected).toFixed(1)} µs | ` +
          `${Math.round(expected / (of(name, 'wall') / 1000)).toLocaleString('en')} | ` +
          `${connections > 1 ? `${Math.round(of(name, 'rss') / connections / 1000)} kB` : ''} |`,
      )
    }
  }
} finally {
  server.kill()
}
