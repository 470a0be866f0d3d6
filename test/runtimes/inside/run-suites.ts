import { config } from 'chai'
import type { Place } from '../../behaviour/run.js'
import type { Report, Result } from '../report.js'
import { suites } from './suite.js'

// The values of a failed assertion whole: what is printed is all that there is.
config.truncateThreshold = 0

/** What a runtime is told from outside. */
export interface Assignment {
  readonly place: Place
  /** Where it tells its results, by POST. */
  readonly reports: string
}

/** Runs every suite in this runtime, and tells each result at once: where it hangs or dies, it is known at what. */
export async function runSuites({ place, reports }: Assignment): Promise<void> {
  async function tell(report: Report): Promise<void> {
    // Read to its end, so that no socket is left behind that would keep a process alive.
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

/** As text: not every error can be sent. Some engines put the message into the stack, others do not. */
function describe(error: unknown): string {
  return error instanceof Error ? `${error.name}: ${error.message}\n${error.stack}` : String(error)
}
