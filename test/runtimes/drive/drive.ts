import { writeFileSync } from 'node:fs'
import { parseArgs } from 'node:util'
import { applyDeviations } from '../deviations.js'
import type { Outcome } from '../report.js'
import { browsers } from './browsers.js'
import { programs } from './programs.js'
import { runRuntime } from './run-runtime.js'
import type { Runtime } from './runtime.js'
import { startServers } from './server.js'
import { count, table } from './table.js'
import { workerd } from './workerd.js'

export interface DriveOptions {
  /** Where the bundles are. */
  readonly directory: string
  /** Where the runtimes from npm are installed. */
  readonly home: string
  readonly flags: string[]
}

/** Two: of what runs here, most of the time is waiting. */
const AT_ONCE = 2

/** Runs the suites in every runtime, and tells how it went. @returns whether nothing failed */
export async function drive({ directory, home, flags }: DriveOptions): Promise<boolean> {
  const { values } = parseArgs({ args: flags, options: { only: { type: 'string', default: '' } } })
  const all: readonly Runtime[] = [...programs(home), workerd(home), ...browsers()]
  const chosen = all.filter(({ name }) => name.toLowerCase().includes(values.only.toLowerCase()))

  const servers = await startServers(directory)
  const outcomes: Outcome[] = []
  const waiting = chosen.entries()
  try {
    await Promise.all(
      Array.from({ length: AT_ONCE }, async () => {
        for (const [index, runtime] of waiting) {
          const begin = Date.now()
          const ran = await runRuntime(runtime, directory, servers)
          const outcome = { ...ran, results: applyDeviations(ran.runtime, ran.results) }
          outcomes[index] = outcome
          tell(outcome, Date.now() - begin)
        }
      }),
    )
  } finally {
    servers.close()
  }

  console.log(`\n${table(outcomes)}\n`)
  const results = outcomes.flatMap(({ results }) => results)
  const notRun = outcomes.filter(({ whyNot }) => whyNot !== undefined).length
  const failed = count(results, 'failed')
  const line = `${count(results, 'passed')} passed, ${failed} failed, ${count(results, 'left out') + notRun} skipped`
  console.log(line)
  const file = process.env['TALLY_FILE']
  if (file !== undefined) writeFileSync(file, `${line}\n`)
  return failed === 0 && count(results, 'passed') > 0
}

function tell({ runtime, whyNot, results }: Outcome, ms: number): void {
  if (whyNot !== undefined) return console.log(`LEFT OUT: ${runtime}, because ${whyNot}`)
  console.log(
    `${runtime}: ${count(results, 'passed')} passed, ${count(results, 'failed')} failed, ${(ms / 1000).toFixed(1)} s`,
  )
  for (const { name, outcome, reason } of results) {
    if (outcome === 'failed') console.log(`  FAILED ${name}\n${indent(reason ?? '')}`)
  }
}

function indent(text: string): string {
  return text.replace(/^/gm, '    ')
}
