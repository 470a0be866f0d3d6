import { writeFileSync } from 'node:fs'
import type { Reporter, TestCase, TestModule, TestSpecification } from 'vitest/node'
import type { Program } from './programs.js'

/** Measured on two cores, idle and busy. Measure again when tests are added or made faster. */
const DEFAULT_RUN = '3 to 6 minutes'
const WHOLE_RUN = '6 to 14 minutes'
/** How often a run reports what it is doing, in seconds. */
const INTERVAL = 30
/** The time in seconds above which a file is reported as slow when it is done. */
const SLOW = 10

export interface ProgressOptions {
  /** The programs that the projects drive. */
  readonly programs: readonly Program[]
  /** The names of all projects, whether they run or not. */
  readonly projects: readonly string[]
}

/** Reports what runs and how long it takes: at the start, when a project begins, and during slow files. */
export class ProgressReporter implements Reporter {
  readonly #programs: readonly Program[]
  readonly #projects: readonly string[]
  /** The line about the projects that are not part of this run. */
  #elsewhere: string | undefined
  #begin = 0
  #timer: NodeJS.Timeout | undefined
  readonly #begun = new Set<string>()
  /** The start time of each running file. */
  readonly #running = new Map<string, number>()

  constructor({ programs, projects }: ProgressOptions) {
    this.#programs = programs
    this.#projects = projects
  }

  onTestRunStart(specifications: readonly TestSpecification[]): void {
    const files = countBy(specifications, ({ project }) => project.name)
    console.log(`Projects and their files: ${list(files)}.`)
    console.log(`\`npm test\` takes ${DEFAULT_RUN}, \`npm run test:all\` ${WHOLE_RUN}: less if nothing else runs.`)
    const others = this.#projects.filter((name) => !files.has(name))
    this.#elsewhere = others.length > 0 ? `\`npm run test:all\` also runs: ${others.join(', ')}.` : undefined
    this.#tellElsewhere()
    for (const { whyNot } of this.#programs) {
      if (whyNot !== undefined) console.log(`Tests are left out if they need what is missing: ${whyNot}.`)
    }
    this.#begin = Date.now()
    this.#begun.clear()
    this.#running.clear()
    this.#timer = setInterval(() => this.#tellRunning(), INTERVAL * 1000)
  }

  onTestModuleQueued(module: TestModule): void {
    const { name } = module.project
    if (!this.#begun.has(name)) this.#say(`${name} begins`)
    this.#begun.add(name)
    this.#running.set(nameOf(module), Date.now())
  }

  onTestModuleEnd(module: TestModule): void {
    const name = nameOf(module)
    const seconds = secondsSince(this.#running.get(name) ?? Date.now())
    this.#running.delete(name)
    if (seconds > SLOW) this.#say(`${name} took ${seconds} s`)
  }

  onTestRunEnd(): void {
    clearInterval(this.#timer)
    this.#say('all projects have ended')
    this.#tellElsewhere()
  }

  #tellElsewhere(): void {
    if (this.#elsewhere !== undefined) console.log(this.#elsewhere)
  }

  #tellRunning(): void {
    const files = Array.from(this.#running, ([name, begin]) => `${name} (for ${secondsSince(begin)} s)`)
    this.#say(`running: ${files.join(', ') || 'between two files'}`)
  }

  #say(text: string): void {
    const seconds = secondsSince(this.#begin)
    console.log(`[${Math.floor(seconds / 60)}:${String(seconds % 60).padStart(2, '0')}] ${text}`)
  }
}

interface Tally {
  passed: number
  failed: number
  skipped: number
}

/**
 * Prints at the end what was left out and why, and one line: `N passed, N failed, N skipped`. It also counts failures
 * outside of tests: files that did not load, failed hooks, uncaught errors, and a run without tests. The line is also
 * written to the file that `TALLY_FILE` names, for scripts.
 */
export class TallyReporter implements Reporter {
  onTestRunEnd(modules: readonly TestModule[], unhandledErrors: readonly unknown[]): void {
    const { passed, failed, skipped } = count(modules, unhandledErrors)
    const line = `${passed} passed, ${failed} failed, ${skipped} skipped`
    for (const text of leftOut(modules)) console.log(`!! LEFT OUT: ${text} !!`)
    console.log(`\n${line}`)
    const file = process.env['TALLY_FILE']
    if (file !== undefined) writeFileSync(file, `${line}\n`)
  }
}

function count(modules: readonly TestModule[], unhandledErrors: readonly unknown[]): Tally {
  const tally: Tally = { passed: 0, failed: unhandledErrors.length, skipped: 0 }
  for (const module of modules) {
    for (const test of module.children.allTests()) {
      const { state } = test.result()
      // Pending: the run was aborted before this test.
      tally[state === 'pending' ? 'failed' : state] += 1
    }
    if (module.errors().length > 0) tally.failed += 1
    for (const suite of module.children.allSuites()) if (suite.errors().length > 0) tally.failed += 1
  }
  if (tally.passed + tally.failed === 0) tally.failed = 1
  return tally
}

/** A line for each reason, with the number of tests in each project. */
function leftOut(modules: readonly TestModule[]): string[] {
  const skipped = modules.flatMap((module) => [...module.children.allTests('skipped')])
  const reasons = countBy(skipped, reasonOf)
  return Array.from(reasons, ([reason, number]) => {
    const projects = countBy(
      skipped.filter((test) => reasonOf(test) === reason),
      ({ project }) => project.name,
    )
    return `${number} ${number === 1 ? 'test' : 'tests'} (${list(projects)}), because ${reason}`
  })
}

/** Given by `needs` in test/programs.ts, or to `skip` during the test. */
function reasonOf(test: TestCase): string {
  const result = test.result()
  const note = result.state === 'skipped' ? result.note : undefined
  return note ?? test.meta().leftOut ?? 'they were not chosen, or a hook before them failed'
}

function nameOf({ project, relativeModuleId }: TestModule): string {
  return `${project.name} ${relativeModuleId}`
}

function secondsSince(time: number): number {
  return Math.round((Date.now() - time) / 1000)
}

function countBy<Item>(items: readonly Item[], keyOf: (item: Item) => string): Map<string, number> {
  const counts = new Map<string, number>()
  for (const item of items) counts.set(keyOf(item), (counts.get(keyOf(item)) ?? 0) + 1)
  return counts
}

function list(counts: ReadonlyMap<string, number>): string {
  return Array.from(counts, ([name, number]) => `${name} ${number}`).join(', ')
}
