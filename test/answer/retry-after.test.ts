import { describe, expect, test } from 'vitest'
import { parseRetryAfter } from '../../src/answer/retry-after.js'

describe('Retry-After', () => {
  const now = Date.UTC(2026, 10, 22, 8, 0, 0)

  test.each([
    ['120', 120_000],
    [' 5 ', 5000],
    ['0', 0],
    ['99999999999999999999', 3_600_000],
    ['Sun, 22 Nov 2026 08:00:30 GMT', 30_000],
    ['Sunday, 22-Nov-26 08:00:30 GMT', 30_000],
    ['Sun Nov 22 08:00:30 2026', 30_000],
    ['Sun, 22 Nov 2026 07:00:00 GMT', 0],
    ['Tue, 22 Nov 2033 08:00:00 GMT', 3_600_000],
  ])('%s', (value, expected) => expect(parseRetryAfter(value, now)).toBe(expected))

  test.each([null, '', 'soon', '-1', '2.5', '1e3', '0x10', '2026-11-22', '5 s'])('%s is ignored', (value) =>
    expect(parseRetryAfter(value, now)).toBeUndefined(),
  )
})
