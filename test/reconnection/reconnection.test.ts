import fc from 'fast-check'
import { describe, expect, test } from 'vitest'
import type { ConnectionFailure } from '../../src/failure/connection-failure.js'
import { type BackoffOptions, exponentialBackoff } from '../../src/reconnection/backoff.js'
import { clampReconnectionTime, type ReconnectionContext } from '../../src/reconnection/policy.js'
import { standardReconnection } from '../../src/reconnection/standard.js'

const lost: ConnectionFailure = { kind: 'network', fatal: false, message: 'lost' }
const refused: ConnectionFailure = { kind: 'http', fatal: true, message: 'refused', status: 404 }

function context(part: Partial<ReconnectionContext> = {}): ReconnectionContext {
  return { attempt: 1, failure: lost, reconnectionTime: undefined, random: 0, ...part }
}

describe('exponentialBackoff', () => {
  test('the ceiling doubles from 3 s to 30 s', () => {
    const policy = exponentialBackoff()
    const ceilings = [1, 2, 3, 4, 5, 6, 7, 1000].map((attempt) => policy(context({ attempt })))
    expect(ceilings).toEqual([3000, 6000, 12_000, 24_000, 30_000, 30_000, 30_000, 30_000])
  })

  test('a delay of 0 stays 0, however many attempts', () => {
    const policy = exponentialBackoff({ initialDelay: 0 })
    expect([1, 2, 1025, 100_000].map((attempt) => policy(context({ attempt })))).toEqual([0, 0, 0, 0])
  })

  test('the first wait spreads from 0 to the ceiling, further ones over its upper half', () => {
    const policy = exponentialBackoff()
    expect(policy(context({ random: 0.75 }))).toBe(750)
    expect(policy(context({ random: 0.999 }))).toBeCloseTo(3)
    expect(policy(context({ attempt: 2, random: 0.75 }))).toBe(3750)
    expect(policy(context({ attempt: 2, random: 0.999 }))).toBeCloseTo(3003)
    expect(policy(context({ attempt: 9, random: 0.5 }))).toBe(22_500)
  })

  test('a smaller jitter leaves a fixed part', () => {
    const policy = exponentialBackoff({ jitter: 0.5 })
    expect(policy(context({ random: 0 }))).toBe(3000)
    expect(policy(context({ random: 1 }))).toBe(1500)
    expect(policy(context({ attempt: 2, random: 1 }))).toBe(4500)
    expect(exponentialBackoff({ jitter: 0 })(context({ random: 0.7 }))).toBe(3000)
    expect(exponentialBackoff({ jitter: 0 })(context({ attempt: 2, random: 0.7 }))).toBe(6000)
  })

  test("a server's retry: is base and floor, with the jitter on top", () => {
    const policy = exponentialBackoff()
    expect(policy(context({ reconnectionTime: 3000, random: 1 }))).toBe(3000)
    expect(policy(context({ reconnectionTime: 3000, random: 0 }))).toBe(6000)
    expect(policy(context({ reconnectionTime: 3000, random: 0, attempt: 2 }))).toBe(9000)
  })

  test('Retry-After is a floor under the jittered backoff, and the longer of Retry-After and retry: counts', () => {
    const policy = exponentialBackoff()
    const failure = { ...lost, retryAfter: 120_000 }
    expect(policy(context({ failure, random: 1 }))).toBe(120_000)
    expect(policy(context({ failure, random: 0.5 }))).toBe(121_500)
    expect(policy(context({ failure: { ...lost, retryAfter: 0 }, reconnectionTime: 3000, random: 1 }))).toBe(3000)
  })

  test('gives up on a fatal failure, and after maxAttempts', () => {
    expect(exponentialBackoff()(context({ failure: refused }))).toBe(false)
    const policy = exponentialBackoff({ maxAttempts: 2 })
    expect(policy(context({ attempt: 2 }))).toBe(6000)
    expect(policy(context({ attempt: 3 }))).toBe(false)
    expect(exponentialBackoff({ maxAttempts: 0 })(context())).toBe(false)
  })

  test('shouldReconnect decides in place of `fatal`', () => {
    const policy = exponentialBackoff({ shouldReconnect: ({ status }) => status === 404 })
    expect(policy(context({ failure: refused }))).toBe(3000)
    expect(policy(context({ failure: lost }))).toBe(false)
  })

  test('carries resetAfter', () => {
    expect(exponentialBackoff().resetAfter).toBe(5000)
    expect(exponentialBackoff({ resetAfter: 1 }).resetAfter).toBe(1)
  })

  test('a large initialDelay raises the default maxDelay', () => {
    expect(exponentialBackoff({ initialDelay: 60_000 })(context({ attempt: 5 }))).toBe(60_000)
  })

  test('is a finite number within its bounds for any input', () => {
    fc.assert(
      fc.property(
        fc.integer({ min: 1, max: 1e9 }),
        fc.option(fc.integer({ min: 250, max: 3_600_000 }), { nil: undefined }),
        fc.double({ min: 0, max: 1, maxExcluded: true, noNaN: true }),
        (attempt, reconnectionTime, random) => {
          const delay = exponentialBackoff()(context({ attempt, reconnectionTime, random }))
          const floor = reconnectionTime ?? 0
          expect(delay).toBeGreaterThanOrEqual(floor)
          expect(delay).toBeLessThanOrEqual(floor + 30_000)
        },
      ),
    )
  })

  test.each<[string, BackoffOptions]>([
    ['initialDelay', { initialDelay: -1 }],
    ['maxDelay', { maxDelay: -1 }],
    ['multiplier', { multiplier: 0.5 }],
    ['jitter', { jitter: 1.5 }],
    ['maxAttempts', { maxAttempts: Number.NaN }],
    ['resetAfter', { resetAfter: -1 }],
  ])('refuses %s out of bounds', (name, options) => {
    expect(() => exponentialBackoff(options)).toThrow(RangeError)
    expect(() => exponentialBackoff(options)).toThrow(name)
  })

  test('refuses values that are not a number or not a function', () => {
    // @ts-expect-error -- possible in JavaScript
    expect(() => exponentialBackoff({ initialDelay: '1000' })).toThrow(TypeError)
    // @ts-expect-error -- possible in JavaScript
    expect(() => exponentialBackoff({ shouldReconnect: true })).toThrow(TypeError)
  })
})

describe('standardReconnection', () => {
  test('waits 3 s or the time that the stream has set, and gives up on a fatal failure', () => {
    expect(standardReconnection(context({ attempt: 9 }))).toBe(3000)
    expect(standardReconnection(context({ reconnectionTime: 700 }))).toBe(700)
    expect(standardReconnection(context({ failure: refused }))).toBe(false)
  })
})

test('a reconnection time is clamped to 250 ms to 1 h', () => {
  expect([0, 250, 700, 3_600_000, 3_000_000_000, Number.MAX_SAFE_INTEGER].map(clampReconnectionTime)).toEqual([
    250, 250, 700, 3_600_000, 3_600_000, 3_600_000,
  ])
})
