import { afterEach, beforeEach, expect, test, vi } from 'vitest'
import type { TestCase, TestModule, TestSpecification } from 'vitest/node'
import { ProgressReporter, TallyReporter } from './reporter.js'

const printed: string[] = []

beforeEach(() => {
  vi.useFakeTimers()
  vi.stubEnv('TALLY_FILE', undefined)
  vi.spyOn(console, 'log').mockImplementation((text: string) => void printed.push(text))
})
afterEach(() => {
  vi.useRealTimers()
  vi.unstubAllEnvs()
  vi.restoreAllMocks()
  printed.length = 0
})

const project = { name: 'wild' }

function moduleOf(relativeModuleId: string, tests: readonly unknown[] = []): TestModule {
  const children = {
    allTests: (state?: string) => (tests as TestCase[]).filter((each) => !state || each.result().state === state),
    allSuites: () => [],
  }
  return { project, relativeModuleId, children, errors: () => [] } as unknown as TestModule
}

function skipped(note?: string, leftOut?: string): unknown {
  return { project, result: () => ({ state: 'skipped', note }), meta: () => ({ leftOut }) }
}

test('reports what runs, for how long, and what is missing', () => {
  const program = { name: 'nginx', path: '/nonexistent', whyNot: 'there is no nginx' }
  const reporter = new ProgressReporter({ programs: [program], projects: ['node', 'wild', 'slow'] })
  reporter.onTestRunStart([{ project }, { project }] as unknown as TestSpecification[])
  expect(printed.splice(0)).toEqual([
    'Projects and their files: wild 2.',
    expect.stringMatching(/^`npm test` takes .* minutes, `npm run test:all` .* minutes/),
    '`npm run test:all` also runs: node, slow.',
    'Tests are left out if they need what is missing: there is no nginx.',
  ])

  reporter.onTestModuleQueued(moduleOf('a.test.ts'))
  vi.advanceTimersByTime(30_000)
  reporter.onTestModuleEnd(moduleOf('a.test.ts'))
  reporter.onTestModuleQueued(moduleOf('b.test.ts'))
  vi.advanceTimersByTime(5000)
  reporter.onTestModuleEnd(moduleOf('b.test.ts'))
  reporter.onTestRunEnd()
  vi.advanceTimersByTime(60_000)
  expect(printed).toEqual([
    '[0:00] wild begins',
    '[0:30] running: wild a.test.ts (for 30 s)',
    '[0:30] wild a.test.ts took 30 s',
    '[0:35] all projects have ended',
    '`npm run test:all` also runs: node, slow.',
  ])
})

test('names no other projects after a run of all of them', () => {
  const reporter = new ProgressReporter({ programs: [], projects: ['wild'] })
  reporter.onTestRunStart([{ project }] as unknown as TestSpecification[])
  reporter.onTestRunEnd()
  expect(printed.join('\n')).not.toContain('also runs')
})

test('counts what was left out for each reason, however it was given', () => {
  const passed = { project, result: () => ({ state: 'passed' }), meta: () => ({}) }
  const module = moduleOf('a.test.ts', [passed, skipped('no nginx'), skipped(undefined, 'no nginx'), skipped()])
  new TallyReporter().onTestRunEnd([module], [])
  expect(printed).toEqual([
    '!! LEFT OUT: 2 tests (wild 2), because no nginx !!',
    '!! LEFT OUT: 1 test (wild 1), because they were not chosen, or a hook before them failed !!',
    '\n1 passed, 0 failed, 3 skipped',
  ])
})
