/** The tables of docs/fleet.md about clean ends, and a check of the claims there. */
import { exponentialBackoff, standardReconnection } from '../../../dist/index.js'
import { isPeakKept, simulateEndings } from './endings.mjs'

const OUTAGE = 30_000
/** For cases in which it takes long until all are back. */
const LONG = 600_000

const number = (value) => value.toLocaleString('en')
const ours = exponentialBackoff()
const accepts = (capacity) => ({ capacity, horizon: LONG })

const polled = [
  { name: 'no `retry:`' },
  { name: '`retry: 1000`', reconnectionTime: 1000 },
  { name: '`retry: 10000`', reconnectionTime: 10_000 },
  { name: '`retry: 10000`, away for 10 s only', reconnectionTime: 10_000, outage: 10_000 },
  { name: '`retry: 1000`, the stream stays for 2 s', reconnectionTime: 1000, life: 2000, cut: 'lost' },
  {
    name: '`retry: 10000`, `maxAttempts: 5`',
    reconnectionTime: 10_000,
    policy: exponentialBackoff({ maxAttempts: 5 }),
    horizon: LONG,
  },
  { name: 'it accepts 20,000 a second', ...accepts(20_000) },
  { name: 'it accepts 20,000 a second, `retry: 1000`', reconnectionTime: 1000, ...accepts(20_000) },
  {
    name: 'it accepts 20,000 a second, `retry: 60000`',
    reconnectionTime: 60_000,
    comeWithin: 75_000,
    incident: 300_000,
    ...accepts(20_000),
  },
]
/** A browser's rule has no count of attempts that an end could reset. */
const polledAsByBrowsers = { life: 0, outage: OUTAGE, policy: standardReconnection, cleanEndCounts: true }

const rotated = [
  { name: 'no `retry:`' },
  { name: '`retry: 1000`', reconnectionTime: 1000 },
  { name: 'it accepts 40,000 a second', ...accepts(40_000) },
]

const deployed = [
  { name: 'it is back at once' },
  { name: 'it is back at once, `retry: 1000`', reconnectionTime: 1000 },
  { name: 'it is back after 30 s', outage: OUTAGE },
  { name: 'it is back after 30 s, and accepts 20,000 a second', outage: OUTAGE, ...accepts(20_000) },
]

const overrun = [300_000, 200_000, 50_000].map((limit) => ({
  name: `it falls over above ${number(limit)} attempts a second`,
  limit,
  horizon: LONG,
}))

/** @returns the text of the tables, and the claims that do not hold. */
export function reportEndings({ clients, seed }) {
  const run = (scenario) => simulateEndings({ policy: ours, clients, seed, ...scenario })
  const under = (scenario) => ({
    ...scenario,
    before: run({ ...scenario, cleanEndCounts: true }),
    now: run({ ...scenario, cleanEndCounts: false }),
  })
  const cutOff = (scenario) => ({
    ...under({ ...scenario, cut: 'ended' }),
    lost: run({ ...scenario, cut: 'lost', cleanEndCounts: false }),
  })

  const polls = polled.map((scenario) => under({ life: 0, outage: OUTAGE, ...scenario }))
  const rotations = rotated.map((scenario) => under({ life: 30_000, cut: 'lost', outage: OUTAGE, ...scenario }))
  const deploys = deployed.map(cutOff)
  const overruns = overrun.map(cutOff)

  const cells = ({ steady, away, after, back99, gaveUp }) => [
    ...[steady, away, after].map((count) => (count === 0 ? '' : number(count))),
    back99 === undefined ? 'not all' : (back99 / 1000).toFixed(1),
    gaveUp === 0 ? '' : `${((100 * gaveUp) / clients).toFixed(1)} %`,
  ]
  const columns = ['', 'a clean end', 'steady, /s', 'while away, /s', 'after, /s', '99 % back, s', 'gave up']
  const table = (title, rows, more = []) =>
    [
      `### ${title}\n`,
      `| ${[...columns, ...more].join(' | ')} |`,
      `| ${['---', '---', ...Array.from({ length: 5 + more.length }, () => '--:')].join(' | ')} |`,
      ...rows.map((row) => `| ${row.join(' | ')} |`),
    ].join('\n')
  const bothRules = ({ name, before, now }) => [
    [name, 'counts', ...cells(before)],
    [name, '**resets**', ...cells(now)],
  ]
  const threeWays = ({ name, before, now, lost }, more = () => []) => [
    [name, 'counts', ...cells(before), ...more(before)],
    [name, '**resets**', ...cells(now), ...more(now)],
    [name, 'is a loss', ...cells(lost), ...more(lost)],
  ]
  const text = [
    table('The server sends an event and ends the stream, and is away for 30 s', [
      ...polls.flatMap(bothRules),
      ['no `retry:`, `standardReconnection`', 'either', ...cells(run(polledAsByBrowsers))],
    ]),
    table('The server ends each stream after 30 s, and is away for 30 s', rotations.flatMap(bothRules)),
    table(
      'The server ends all streams at one moment',
      deploys.flatMap((row) => threeWays(row)),
    ),
    table(
      'The server ends all streams at one moment, and falls over when they come back',
      overruns.flatMap((row) => threeWays(row, ({ falls }) => [falls])),
      ['falls'],
    ),
  ].join('\n\n')

  /** The attempts of the same fleet at a server that ends no streams. */
  const afterLoss = ({ cut, outage, reconnectionTime }) =>
    cut === undefined ? [] : [run({ cut, outage, reconnectionTime, cleanEndCounts: false })]
  const broken = [
    ...[...polls, ...rotations]
      .filter((scenario) => !isPeakKept(scenario.now, [scenario.before, ...afterLoss(scenario)]))
      .map(({ name }) => `${name}: a higher peak in or after the outage than without one`),
    ...rotations
      .filter(({ before, now }) => JSON.stringify(before) !== JSON.stringify(now))
      .map(({ name }) => `rotated, ${name}: not as before`),
    ...deploys
      .filter(({ before, now, lost }) => !isPeakKept(now, [lost]) || now.back99 > before.back99)
      .map(({ name }) => `ended at one moment, ${name}: worse than a loss`),
    ...overruns
      .filter(({ now, lost }) => now.after > (lost.after * 4) / 3)
      .map(({ name }) => `${name}: more than a third above a loss`),
  ]
  return { text, broken }
}
