import { writeFileSync } from 'node:fs'
import type { Reporter, TestModule } from 'vitest/node'

interface Tally {
  passed: number
  failed: number
  skipped: number
}

export interface TallyOptions {
  /** What does not run on this machine, and why. */
  leftOut: readonly string[]
}

/**
 * One line at the end: `N passed, N failed, N skipped`. It counts what a summary of tests leaves out: a file that did not
 * load, a hook that failed and an error that nobody caught are failures, and so is a run without a test. The line is also
 * written to the file that `TALLY_FILE` names, for scripts.
 */
export class TallyReporter implements Reporter {
  readonly #leftOut: readonly string[]

  constructor({ leftOut }: TallyOptions) {
    this.#leftOut = leftOut
  }

  onInit(): void {
    this.#tellLeftOut()
  }

  onTestRunEnd(modules: readonly TestModule[], unhandledErrors: readonly unknown[]): void {
    const { passed, failed, skipped } = count(modules, unhandledErrors)
    const line = `${passed} passed, ${failed} failed, ${skipped} skipped`
    this.#tellLeftOut()
    process.stdout.write(`\n${line}\n`)
    const file = process.env['TALLY_FILE']
    if (file !== undefined) writeFileSync(file, `${line}\n`)
  }

  /** At both ends: what is said before a long run has scrolled away after it. */
  #tellLeftOut(): void {
    for (const what of this.#leftOut) {
      const text = `!! LEFT OUT: ${what} !!`
      const rule = '!'.repeat(text.length)
      process.stderr.write(`\n${rule}\n${text}\n${rule}\n`)
    }
  }
}

function count(modules: readonly TestModule[], unhandledErrors: readonly unknown[]): Tally {
  const tally: Tally = { passed: 0, failed: unhandledErrors.length, skipped: 0 }
  for (const module of modules) {
    for (const test of module.children.allTests()) {
      const { state } = test.result()
      // Pending: the run was given up before it came to this test.
      tally[state === 'pending' ? 'failed' : state] += 1
    }
    if (module.errors().length > 0) tally.failed += 1
    for (const suite of module.children.allSuites()) if (suite.errors().length > 0) tally.failed += 1
  }
  if (tally.passed + tally.failed === 0) tally.failed = 1
  return tally
}
