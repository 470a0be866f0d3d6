import { config } from 'chai'
import type { Place } from '../../behaviour/run.js'
import type { Report, Result } from '../report.js'
import { suites } from './suite.js'

// The values of a failed assertion in full: nothing else of them is kept.
config.truncateThreshold = 0

/** What a runtime gets from outside. */
export interface Assignment {
  readonly place: Place
  /** Where it reports its results, by POST. */
  readonly reports: string
}

/** Runs every suite in this runtime and reports each result at once, to show where it hangs or dies. */
export async function runSuites({ place, reports }: Assignment): Promise<void> {
  async function tell(report: Report): Promise<void> {
    // Read to its end, so that no socket is left to keep the process alive.
    await (await fetch(reports, { method: 'POST', body: JSON.stringify(report) })).text()
  }

  try {
    for (const suite of suites) {
      for (const check of suite.checks(place)) {
        const name = `${suite.name}: ${check.name}`
        if (check.whyNot !== undefined) {
          await tell({ name, outcome: 'left out', reason: check.whyNot })
          continue
        }
        await tell({ begun: name })
        await tell(await perform(name, check.run))
      }
    }
  } catch (error) {
    await tell({ name: 'the suites run', outcome: 'failed', reason: describe(error) })
  }
  await tell('done')
}

async function perform(name: string, run: () => Promise<void>): Promise<Result> {
  try {
    await run()
    return { name, outcome: 'passed' }
  } catch (error) {
    return { name, outcome: 'failed', reason: describe(error) }
  }
}

/** As text, because not every error can be sent. Only some engines put the message into the stack. */
function describe(error: unknown): string {
  return error instanceof Error ? `${error.name}: ${error.message}\n${error.stack}` : String(error)
}
