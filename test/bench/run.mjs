/**
 * Measures every parser on every workload and prints a Markdown table: the CPU time of each against the fastest peer.
 *
 *   node run.mjs [--rounds 15] [--only ticker] [--parsers everstream,eventsource-parser]
 *
 * A parser is timed only after it has delivered the right number of events with the right data. The parsers take turns
 * within each round, in random order, so that other load of the machine affects all of them; the median of the rounds
 * counts. No garbage collection is forced in between, because V8 would also discard optimised code.
 *
 * Each parser is warmed up for the same time, so that the engine has optimised it, and repeats the workload in each
 * round for some milliseconds, so that fast ones are measured as precisely as slow ones.
 */
import { parseArgs } from 'node:util'
import { median } from './median.mjs'
import { parsers } from './parsers.mjs'
import { workloads } from './workloads.mjs'

const { values: flags } = parseArgs({
  options: {
    rounds: { type: 'string', default: '15' },
    only: { type: 'string', default: '' },
    parsers: { type: 'string', default: '' },
  },
})
const rounds = Number(flags.rounds)
const chosen = parsers.filter(({ name }) => flags.parsers === '' || flags.parsers.split(',').includes(name))

/** How long each parser runs before it is measured, at least once. */
const WARM_UP_MS = 150
/** How long each of its rounds takes, approximately; at least one run. */
const ROUND_MS = 20
/** A peer that takes longer than this for one run is measured only three times. */
const SLOW_MS = 1500
/** A peer that takes longer than this is not measured again. */
const HOPELESS_MS = 20_000

async function verify(run, workload) {
  let events = 0
  let data = 0
  await run(
    workload.chunks,
    (event) => {
      events++
      data += event.data.length
    },
    workload,
  )
  return events === workload.events && data === workload.data
}

/** The CPU time of one run, in ms: the mean of `runs`. */
async function time(run, workload, runs) {
  let sink = 0
  const onEvent = workload.parseJson
    ? ({ data }) => {
        sink += JSON.parse(data).created
      }
    : ({ data }) => {
        // Reads the string, so that V8 has to join one that is still a tree of parts now.
        sink += data.charCodeAt(data.length - 1)
      }
  const before = process.cpuUsage()
  // oxlint-disable-next-line no-await-in-loop -- one after the other
  for (let i = 0; i < runs; i++) await run(workload.chunks, onEvent, workload)
  const { user, system } = process.cpuUsage(before)
  if (sink === 0) throw new Error('nothing was delivered')
  return (user + system) / 1000 / runs
}

/** How many runs fill a round after the engine has optimised the parser. */
async function warmUp(run, workload) {
  const end = performance.now() + WARM_UP_MS
  let fastest = Infinity
  // oxlint-disable-next-line no-await-in-loop -- one after the other
  do fastest = Math.min(fastest, await time(run, workload, 1))
  while (performance.now() < end)
  return Math.max(1, Math.round(ROUND_MS / fastest))
}

/** In random order, so that no parser always runs after the same other one and collects its garbage. */
function shuffled(list) {
  return list
    .map((item) => ({ item, place: Math.random() }))
    .toSorted((a, b) => a.place - b.place)
    .map(({ item }) => item)
}

async function measure(workload) {
  const results = new Map(chosen.map(({ name }) => [name, []]))
  const fit = []
  for (const parser of chosen) {
    if (workload.group === 'strings' && !parser.strings) continue
    const started = performance.now()
    const isRight = await verify(parser.run, workload).catch(() => false)
    const took = performance.now() - started
    if (!isRight) results.set(parser.name, 'wrong')
    else if (took > HOPELESS_MS) results.set(parser.name, 'too slow')
    else fit.push({ ...parser, rounds: took > SLOW_MS ? 3 : rounds })
  }
  for (const parser of fit) parser.runs = await warmUp(parser.run, workload)
  for (let round = 0; round < rounds; round++) {
    for (const parser of shuffled(fit)) {
      if (round < parser.rounds) results.get(parser.name).push(await time(parser.run, workload, parser.runs))
    }
  }
  return results
}

const cell = (result, unit) =>
  typeof result === 'string' ? result : result.length === 0 ? '' : (median(result) / unit).toFixed(2)

console.log(
  `Node ${process.version}, ${process.arch}, medians of ${rounds} rounds, CPU time; 1.00 is the fastest peer.\n`,
)
console.log(`| workload | ${chosen.map(({ name }) => name).join(' | ')} | fastest peer, ms |`)
console.log(`| --- | ${chosen.map(() => '---').join(' | ')} | --- |`)
const ratios = {}
for (const make of workloads) {
  const workload = make()
  if (!workload.name.includes(flags.only)) continue
  const results = await measure(workload)
  const peers = [...results].filter(
    ([name, result]) => name !== 'everstream' && Array.isArray(result) && result.length > 0,
  )
  const unit = peers.length > 0 ? Math.min(...peers.map(([, result]) => median(result))) : 1
  const cells = [...results.values()].map((result) => cell(result, unit))
  console.log(`| ${[workload.name, ...cells, unit.toFixed(2)].join(' | ')} |`)
  const own = results.get('everstream')
  if (Array.isArray(own) && own.length > 0) (ratios[workload.group] ??= []).push(median(own) / unit)
}
console.log()
for (const [group, list] of Object.entries(ratios)) {
  const mean = Math.exp(list.reduce((sum, ratio) => sum + Math.log(ratio), 0) / list.length)
  console.log(`- ${group}: geometric mean ${mean.toFixed(2)}, worst ${Math.max(...list).toFixed(2)}`)
}
