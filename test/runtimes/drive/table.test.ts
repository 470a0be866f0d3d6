import { describe, expect, test } from 'vitest'
import { applyDeviations } from '../deviations.js'
import type { Outcome, Result } from '../report.js'
import { fullTable, replaceBetween, shortTable } from './table.js'

const passed: Result = { name: 'a', outcome: 'passed' }
const failed: Result = { name: 'b', outcome: 'failed', reason: 'wrong' }
const leftOut: Result = { name: 'c', outcome: 'left out', reason: 'needs more' }

function outcome(runtime: string, scope: string | undefined, results: readonly Result[], whyNot?: string): Outcome {
  return { runtime, scope, version: '1.2', whyNot, results }
}

const outcomes = [
  outcome('Bun', undefined, [passed, passed, failed, leftOut]),
  outcome('Browser', 'page', [passed]),
  outcome('Browser', 'worker', [], 'there is none'),
]

describe('the tables', () => {
  test('the full table has a row for each place, with what is left out and why', () => {
    expect(fullTable(outcomes).split('\n').slice(2)).toEqual([
      '| Bun | 1.2 | 2 | 1 | 1 | 1: needs more |',
      '| Browser, page | 1.2 | 1 | 0 | 0 |  |',
      '| Browser, worker | not run | – | – | – | not run: there is none |',
    ])
  })

  test('the short table has a row for each runtime', () => {
    expect(shortTable(outcomes).split('\n').slice(2)).toEqual([
      '| Bun | 1.2 | 2 | 1 | 1 |',
      '| Browser: page, worker | 1.2 | 1 | 0 | 0 |',
    ])
  })

  test('both go between the markers of a file, which must have them', () => {
    expect(replaceBetween('a\n<!-- m -->\nold\n<!-- /m -->\nb', 'm', 'new')).toBe('a\n<!-- m -->\nnew\n<!-- /m -->\nb')
    expect(() => replaceBetween('a', 'm', 'new')).toThrow('<!-- m -->')
  })
})

describe('a known deviation', () => {
  const name = 'client: one'
  const list = { Deno: { [name]: 'it does another' } }
  const results = (result: Omit<Result, 'name'>): Result[] => [{ name, ...result }]

  test('is left out if it shows, and has failed if it does not', () => {
    expect(applyDeviations('Deno', results({ outcome: 'failed' }), list)).toMatchObject([{ name, outcome: 'left out' }])
    expect(applyDeviations('Deno', results({ outcome: 'passed' }), list)).toMatchObject([{ name, outcome: 'failed' }])
    expect(applyDeviations('Deno', [], list)).toEqual([])
  })

  test('applies to its runtime only, and has to name an existing case', () => {
    expect(applyDeviations('Bun', results({ outcome: 'failed' }), list)).toMatchObject([{ name, outcome: 'failed' }])
    expect(applyDeviations('Deno', [passed], list)).toMatchObject([passed, { name, outcome: 'failed' }])
  })
})
