/**
 * Measures servers that send each event to many clients, and prints the CPU time of the server process per delivered
 * event, relative to better-sse in the same round (higher is better).
 *
 *   node run.mjs [--rounds 5] [--only '1,000'] [--subjects 'everstream;better-sse'] [--node path]
 *
 * The subjects take turns within each round. Every client checks every event; a subject that loses one has failed.
 */
import { fork } from 'node:child_process'
import { once } from 'node:events'
import { parseArgs } from 'node:util'
import { median } from '../median.mjs'
import { subjects } from './subjects.mjs'

const { values: flags } = parseArgs({
  options: {
    rounds: { type: 'string', default: '5' },
    only: { type: 'string', default: '' },
    subjects: { type: 'string', default: '' },
    node: { type: 'string', default: process.execPath },
  },
})
const REFERENCE = 'better-sse'
const names = Object.keys(subjects).filter((name) => flags.subjects === '' || flags.subjects.split(';').includes(name))
const loads = [
  { name: '1,000 clients, 20 in flight', clients: 1000, inFlight: 20, events: 300 },
  { name: '1,000 clients, one at a time', clients: 1000, inFlight: 1, events: 150 },
  { name: '1,000 clients, 10 a turn', clients: 1000, inFlight: 20, perTurn: 10, events: 600 },
  { name: '1,000 clients, 2 KB', clients: 1000, inFlight: 20, events: 200, size: 2000 },
  { name: '5,000 clients, 20 in flight', clients: 5000, inFlight: 20, events: 80 },
].filter(({ name }) => name.includes(flags.only))
const WARM_UP = 40

async function message(child, key) {
  for (;;) {
    const [received] = await once(child, 'message')
    if (received.error) throw new Error(received.error)
    if (key in received) return received
  }
}

/** @returns CPU time per delivered event, in µs, and memory per idle client, in KiB */
async function measure(name, { clients: count, inFlight, events, perTurn = 1, size = 60 }) {
  const server = fork(new URL('serve.mjs', import.meta.url), [name], {
    execPath: flags.node,
    execArgv: ['--expose-gc'],
  })
  let clients
  try {
    const { port } = await message(server, 'port')
    server.send({ memory: true })
    const before = await message(server, 'rss')
    clients = fork(new URL('clients.mjs', import.meta.url), [String(port), String(count)])
    await message(clients, 'ready')
    server.send({ memory: true })
    const idle = await message(server, 'rss')
    clients.on('message', ({ complete }) => complete && server.connected && server.send({ complete }))
    const failure = new Promise((_, reject) => {
      clients.on('message', ({ error }) => error && reject(new Error(error)))
      server.on('exit', () => reject(new Error('the server has exited')))
    })
    failure.catch(() => {})
    const run = async (first, total) => {
      clients.send({ begin: first + 1 })
      server.send({ run: { first, events: total, inFlight, perTurn, pad: 'x'.repeat(size) } })
      return Promise.race([message(server, 'user'), failure])
    }
    await run(0, WARM_UP)
    const { user, system } = await run(WARM_UP, events)
    const deliveries = events * count
    return { cpu: (user + system) / deliveries, user: user / deliveries, idle: (idle.rss - before.rss) / count / 1024 }
  } finally {
    clients?.kill()
    server.kill()
  }
}

console.log(
  `Node ${flags.node === process.execPath ? process.version : flags.node}, medians of ${flags.rounds} rounds\n`,
)
console.log('| load | server | × | CPU µs per event | of it JavaScript and C++ | KiB per idle client |')
console.log('| --- | --- | --- | --- | --- | --- |')
for (const load of loads) {
  const results = new Map(names.map((name) => [name, []]))
  for (let round = 0; round < Number(flags.rounds); round++) {
    for (const name of names) {
      // oxlint-disable-next-line no-await-in-loop -- one after the other
      const result = await measure(name, load).catch((error) => ({ error }))
      if (result.error) console.error(`${load.name}, ${name}: ${result.error.message}`)
      else results.get(name).push(result)
    }
  }
  const ratios = (name) => {
    const reference = results.get(REFERENCE) ?? []
    return results.get(name).map(({ cpu }, round) => (reference[round]?.cpu ?? Number.NaN) / cpu)
  }
  for (const [name, list] of results) {
    const of = (key) => median(list.map((result) => result[key])).toFixed(1)
    if (list.length === 0) console.log(`| ${load.name} | ${name} | failed | | | |`)
    else {
      const ratio = median(ratios(name)).toFixed(2)
      console.log(`| ${load.name} | ${name} | ${ratio} | ${of('cpu')} | ${of('user')} | ${of('idle')} |`)
    }
  }
}
