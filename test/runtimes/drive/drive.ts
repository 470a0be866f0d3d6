import { readFileSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { parseArgs } from 'node:util'
import { applyDeviations } from '../deviations.js'
import type { Outcome, Result } from '../report.js'
import { browsers } from './browsers.js'
import { programs } from './programs.js'
import { runRuntime } from './run-runtime.js'
import type { Runtime } from './runtime.js'
import { startServers } from './server.js'
import { count, fullTable, nameOf, replaceBetween, shortTable } from './table.js'
import { workerd } from './workerd.js'

export interface DriveOptions {
  /** Where the bundles are. */
  readonly directory: string
  /** Where the runtimes from npm are installed. */
  readonly home: string
  readonly flags: string[]
}

/** Two, because they mostly wait. */
const AT_ONCE = 2

/** Runs the suites in every runtime and prints the results. @returns whether nothing failed */
export async function drive({ directory, home, flags }: DriveOptions): Promise<boolean> {
  const { values } = parseArgs({
    args: flags,
    options: { only: { type: 'string', default: '' }, write: { type: 'boolean', default: false } },
  })
  const all: readonly Runtime[] = [...programs(home), workerd(home), ...browsers()]
  const wanted = values.only.toLowerCase()
  const chosen = all.filter(({ name, scope }) => nameOf({ runtime: name, scope }).toLowerCase().includes(wanted))

  const outcomes = await runAll(chosen, directory)
  console.log(`\n${fullTable(outcomes)}\n`)
  // A partial table would pass for the whole one.
  if (values.write && chosen.length === all.length) {
    write(join(home, '../../docs/runtimes.md'), fullTable(outcomes))
    write(join(home, '../../README.md'), shortTable(outcomes))
  }
  const results = outcomes.flatMap((outcome) => outcome.results)
  tellTally(results, outcomes.filter(({ whyNot }) => whyNot !== undefined).length)
  return count(results, 'failed') === 0 && count(results, 'passed') > 0
}

async function runAll(runtimes: readonly Runtime[], directory: string): Promise<readonly Outcome[]> {
  const servers = await startServers(directory)
  const outcomes: Outcome[] = []
  const waiting = runtimes.entries()
  async function runSome(): Promise<void> {
    for (const [index, runtime] of waiting) {
      const begin = Date.now()
      const outcome = await runRuntime(runtime, directory, servers)
      outcomes[index] = { ...outcome, results: applyDeviations(nameOf(outcome), outcome.results) }
      tell(outcomes[index], Date.now() - begin)
    }
  }
  try {
    await Promise.all(Array.from({ length: AT_ONCE }, runSome))
  } finally {
    servers.close()
  }
  return outcomes
}

function tell(outcome: Outcome, ms: number): void {
  const { whyNot, results } = outcome
  if (whyNot !== undefined) return console.log(`LEFT OUT: ${nameOf(outcome)}, because ${whyNot}`)
  const [passed, failed] = [count(results, 'passed'), count(results, 'failed')]
  console.log(`${nameOf(outcome)}: ${passed} passed, ${failed} failed, ${(ms / 1000).toFixed(1)} s`)
  for (const { name, outcome: how, reason = '' } of results) {
    if (how === 'failed') console.log(`  FAILED ${name}\n${reason.replace(/^/gm, '    ')}`)
  }
}

/** In the format of test/reporter.ts. A runtime that was not run counts as skipped. */
function tellTally(results: readonly Result[], notRun: number): void {
  const skipped = count(results, 'left out') + notRun
  const line = `${count(results, 'passed')} passed, ${count(results, 'failed')} failed, ${skipped} skipped`
  console.log(line)
  const file = process.env['TALLY_FILE']
  if (file !== undefined) writeFileSync(file, `${line}\n`)
}

function write(file: string, table: string): void {
  writeFileSync(file, replaceBetween(readFileSync(file, 'utf8'), 'runtimes', table))
}
