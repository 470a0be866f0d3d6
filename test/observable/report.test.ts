import { expect, test, vi } from 'vitest'
import { report } from '../../src/observable/report.js'

test('uses reportError if the platform has it', () => {
  const reported = vi.fn<(error: unknown) => void>()
  vi.stubGlobal('reportError', reported)
  const error = new Error('mine')
  report(error)
  expect(reported.mock.calls).toEqual([[error]])
  vi.unstubAllGlobals()
})

test('throws from a microtask otherwise, and not at the caller', () => {
  const queued: (() => void)[] = []
  vi.stubGlobal('reportError', undefined)
  vi.stubGlobal('queueMicrotask', (run: () => void) => queued.push(run))
  const error = new Error('mine')
  report(error)
  vi.unstubAllGlobals()
  expect(queued).toHaveLength(1)
  expect(() => queued[0]?.()).toThrow(error)
})
