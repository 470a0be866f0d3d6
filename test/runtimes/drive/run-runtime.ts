import { mkdtemp, rm } from 'node:fs/promises'
import { join } from 'node:path'
import type { Outcome, Report, Result } from '../report.js'
import type { Started } from '../../process.js'
import type { Runtime } from './runtime.js'
import type { Servers } from './server.js'

/** Far more than any runtime takes on a busy machine: one that has not finished by then hangs. */
const LIMIT = 240_000
/** The time for a process to end after the last result: a socket takes a moment to close. */
const END_LIMIT = 10_000

/** Runs the suites in one runtime, to the end or to the limit. A problem around them is a failure of its own. */
export async function runRuntime(runtime: Runtime, directory: string, servers: Servers): Promise<Outcome> {
  const { name, scope, whyNot } = runtime
  if (whyNot !== undefined) return { runtime: name, scope, version: '', whyNot, results: [] }

  const results: Result[] = []
  let begun = 'nothing'
  let finish: (() => void) | undefined
  const done = new Promise<void>((resolve) => (finish = resolve))
  const reports = servers.receive((report: Report) => {
    if (report === 'done') finish?.()
    else if ('begun' in report) begun = report.begun
    else results.push(report)
  })
  const scratch = await mkdtemp(join(directory, 'scratch-'))
  let started: Started | undefined
  try {
    const version = await runtime.version()
    const assignment = { place: runtime.place(servers), reports: reports.address }
    started = await runtime.start(assignment, { directory, scratch, servers })
    const how = await settled(done, started.ended, LIMIT)
    if (how !== 'done') results.push(fault(`it came to no end, but ${how}, after "${begun}" had begun`, started))
    else if (runtime.endsByItself) {
      const end = await settled(new Promise(() => {}), started.ended, END_LIMIT)
      if (end !== 'exit code 0')
        results.push(fault(`its process has to end by itself with code 0, but: ${end}`, started))
    }
    return { runtime: name, scope, version, whyNot, results }
  } catch (error) {
    results.push({ name: 'the runtime starts', outcome: 'failed', reason: String(error) })
    return { runtime: name, scope, version: '', whyNot, results }
  } finally {
    reports.close()
    await started?.stop()
    await rm(scratch, { recursive: true, force: true, maxRetries: 5, retryDelay: 200 })
  }
}

async function settled(done: Promise<void>, ended: Promise<string>, limit: number): Promise<string> {
  let timer: NodeJS.Timeout | undefined
  const late = new Promise<string>((resolve) => {
    timer = setTimeout(resolve, limit, `it still ran after ${limit / 1000} s`)
  })
  try {
    return await Promise.race([done.then(() => 'done'), ended, late])
  } finally {
    clearTimeout(timer)
  }
}

function fault(what: string, { output }: Started): Result {
  return {
    name: 'the runtime ends',
    outcome: 'failed',
    reason: `${what}. Its last output:\n${output().slice(-4000)}`,
  }
}
