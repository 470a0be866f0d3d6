/**
 * `npm run simulate`: a million clients that lose one server, or whose server ends their streams, with our policies and
 * the rules of others. It writes the tables and the picture of docs/fleet.md, and fails if a claim there is not true.
 */
import { readFileSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { exponentialBackoff, standardReconnection } from '../../dist/index.js'
import { betterThan, simulate } from './simulate/fleet.mjs'
import { peers } from './simulate/peers.mjs'
import { draw } from './simulate/picture.mjs'
import { reportEndings } from './simulate/report-endings.mjs'

const CLIENTS = 1_000_000
const SEED = 1
const CAPACITY = 20_000
const DOCS = join(import.meta.dirname, '../../docs')

const [ours, ...variants] = [
  { name: 'everstream', policy: exponentialBackoff() },
  { name: 'everstream, `retry: 5000`', policy: exponentialBackoff(), reconnectionTime: 5000 },
  {
    name: 'everstream, `initialDelay: 50_000, maxDelay: 100_000`',
    policy: exponentialBackoff({ initialDelay: 50_000, maxDelay: 100_000 }),
  },
  { name: 'everstream, `standardReconnection`', policy: standardReconnection },
]

const scenarios = [
  { title: 'The server is back at once', outage: 0 },
  { title: 'The server is back after 30 s', outage: 30_000 },
  { title: 'The server is back after 300 s', outage: 300_000 },
  {
    title: `The server is back after 30 s, and accepts ${number(CAPACITY)} a second; the others get a 503`,
    outage: 30_000,
    capacity: CAPACITY,
    variants: [
      { name: 'everstream, the 503 with `Retry-After: 30`', policy: exponentialBackoff(), retryAfter: 30_000 },
    ],
  },
]

function number(value) {
  return value.toLocaleString('en')
}

function row(name, { peak, peakReturns, back50, back99, total, gaveUp }, outage) {
  const since = (time) => (time === undefined ? 'never' : ((time - outage) / 1000).toFixed(1))
  const lost = gaveUp === 0 ? '' : `${((100 * gaveUp) / CLIENTS).toFixed(1)} %`
  const cells = [name, number(peak), number(peakReturns), since(back50), since(back99), number(total), lost]
  return `| ${cells.join(' | ')} |`
}

const runs = scenarios.map(({ title, outage, capacity, variants: more = [] }) => {
  const run = ({ name, policy, reconnectionTime, retryAfter }) => {
    const fleet = { clients: CLIENTS, seed: SEED, policy, outage, capacity, reconnectionTime, retryAfter }
    return { name, result: simulate(fleet) }
  }
  return { title, outage, own: [ours, ...variants, ...more].map(run), others: peers.map(run) }
})

const tables = runs.map(({ title, outage, own, others }) =>
  [
    `### ${title}\n`,
    '| | peak, attempts/s | peak, accepted/s | 50 % back, s | 99 % back, s | attempts | gave up |',
    '| --- | --: | --: | --: | --: | --: | --: |',
    ...[...own, ...others].map(({ name, result }) => row(name === ours.name ? `**${name}**` : name, result, outage)),
  ].join('\n'),
)
const rules = [
  '| | who | where it is written | the rule |',
  '| --- | --- | --- | --- |',
  ...peers.map(({ name, who, source, rule }) => `| ${name} | ${who} | ${source} | ${rule} |`),
].join('\n')

/** Replaces the text between the two marks of that name. */
function fill(page, name, text) {
  const marks = [`<!-- ${name}: written by npm run simulate -->`, `<!-- end of ${name} -->`]
  const [from, to] = marks.map((mark) => page.indexOf(mark))
  if (from === -1 || to < from)
    throw new Error(`docs/fleet.md has no place for the ${name}: it needs ${marks.join(', ')}`)
  return `${page.slice(0, from + marks[0].length)}\n\n${text}\n\n${page.slice(to)}`
}

const page = join(DOCS, 'fleet.md')
const endings = reportEndings({ clients: CLIENTS, seed: SEED })
const parts = { rules, figures: tables.join('\n\n'), endings: endings.text }
const filled = Object.entries(parts).reduce((text, [name, part]) => fill(text, name, part), readFileSync(page, 'utf8'))
writeFileSync(page, filled)
writeFileSync(join(DOCS, 'images/fleet.svg'), draw(runs.slice(0, 3)))

console.log([...tables, endings.text].join('\n\n'))
console.log('\nWritten: docs/fleet.md, docs/images/fleet.svg\n')
for (const { title, own, others } of runs) {
  const better = betterThan(own[0].result, others).map(({ name }) => name)
  if (better.length > 0) process.exitCode = 1
  console.log(`${title}: ${better.length === 0 ? 'none' : better.join(', ')} as soon back with as low a peak`)
}
console.log(`Clean ends: ${endings.broken.length === 0 ? 'no peak is worse' : endings.broken.join('; ')}`)
if (endings.broken.length > 0) process.exitCode = 1
