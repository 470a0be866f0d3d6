import { describe, expect, test } from 'vitest'
import { exponentialBackoff } from '../../src/reconnection/backoff.js'
import { standardReconnection } from '../../src/reconnection/standard.js'
import { betterThan, type FleetOptions, perSecond, simulate } from '../bench/simulate/fleet.mjs'
import { peers } from '../bench/simulate/peers.mjs'

const CLIENTS = 20_000

function lose(options: Omit<FleetOptions, 'clients' | 'seed'>) {
  return simulate({ clients: CLIENTS, seed: 7, ...options })
}

function sum(counts: Uint32Array): number {
  return counts.reduce((total, count) => total + count, 0)
}

describe.each([0, 30_000, 300_000])('a fleet that loses its server for %d ms', (outage) => {
  const ours = lose({ policy: exponentialBackoff(), outage })
  const others = peers.map(({ name, policy }) => ({ name, result: lose({ policy, outage }) }))

  test('no other rule brings it back as soon with as low a peak', () => {
    expect(betterThan(ours, others).map(({ name }) => name)).toEqual([])
    // A third in each second of the first wave, and nothing comes near it later.
    expect(ours.peak).toBeLessThan(CLIENTS * 0.35)
  })

  test('is back with ours within the longest wait', () => {
    expect(ours.gaveUp).toBe(0)
    expect(sum(ours.returns)).toBe(CLIENTS)
    expect(ours.back99).toBeLessThan(outage + 30_300)
    expect(ours.back50).toBeLessThan(ours.back99!)
  })

  test('counts every attempt and every client once', () => {
    for (const { name, result } of [{ name: 'ours', result: ours }, ...others]) {
      expect(sum(result.attempts), name).toBe(result.total)
      expect(sum(result.returns) + result.gaveUp, name).toBe(CLIENTS)
      expect(result.total, name).toBeGreaterThanOrEqual(CLIENTS)
    }
  })
})

test('a rule that others are better than is told which: full jitter over 1 s', () => {
  const outage = 30_000
  const full = lose({ policy: ({ attempt, random }) => Math.min(1000 * 2 ** (attempt - 1), 30_000) * random, outage })
  const others = peers.map(({ name, policy }) => ({ name, result: lose({ policy, outage }) }))
  const better = betterThan(full, others).map(({ name }) => name)
  expect(better).toContain('fixed 3 s')
  expect(better).toContain('graphql-sse')
  expect(better).not.toContain('event-source-plus') // sooner back, and its peak is five times as high
  // Lower, but later back.
  const ours = lose({ policy: exponentialBackoff(), outage })
  expect(betterThan(others.find(({ name }) => name === 'fixed 3 s')!.result, [{ result: ours }])).toEqual([])
})

test('a full jitter on every wait would have a higher peak: second attempts fall among the first', () => {
  const full = lose({
    policy: ({ attempt, random }) => Math.min(3000 * 2 ** (attempt - 1), 30_000) * random,
    outage: 30_000,
  })
  expect(full.peak).toBeGreaterThan(lose({ policy: exponentialBackoff(), outage: 30_000 }).peak * 1.3)
})

test('a server with a limit accepts no more, and our fleet is back all the same', () => {
  const outage = 30_000
  const capacity = CLIENTS / 50
  const ours = lose({ policy: exponentialBackoff(), outage, capacity })
  expect(sum(ours.returns)).toBe(CLIENTS)
  expect(ours.back99).toBeGreaterThanOrEqual(outage + 49_000)
  expect(ours.back99).toBeLessThan(outage + 90_000)
  const standard = lose({ policy: peers[0]!.policy, outage, capacity })
  expect(standard.gaveUp).toBeGreaterThan(CLIENTS * 0.9)
})

test("retry: is passed on, and so is the 503's Retry-After", () => {
  const later = lose({ policy: exponentialBackoff(), outage: 0, reconnectionTime: 5000 })
  expect(sum(later.attempts.subarray(0, 50))).toBe(0)
  const asked = lose({ policy: exponentialBackoff(), outage: 0, capacity: CLIENTS / 50, retryAfter: 30_000 })
  // The first wave, until 3.2 s, and then nobody until 30 s after it.
  expect(sum(asked.attempts.subarray(34, 330))).toBe(0)
  expect(sum(asked.returns)).toBe(CLIENTS)
})

test('a fixed wait comes as one wave: when, how often, and how many in a second', () => {
  const { attempts, total, peak, back50, back99 } = lose({ policy: standardReconnection, outage: 7000 })
  expect(total).toBe(3 * CLIENTS)
  expect(peak).toBe(CLIENTS)
  // The third wave is at 9 s and three round trips of 20 to 200 ms; the news of it take half of one.
  expect(back50).toBeGreaterThan(9000 + 3.5 * 100)
  expect(back99).toBeLessThanOrEqual(9000 + 3.5 * 200 + 100)
  expect(perSecond(attempts)[31]).toBe(sum(attempts.subarray(22, 32)))
})

test('the same seed gives the same figures, another one others', () => {
  const options = { policy: exponentialBackoff(), outage: 30_000, clients: 1000 }
  expect(simulate({ ...options, seed: 1 })).toEqual(simulate({ ...options, seed: 1 }))
  expect(simulate({ ...options, seed: 1 }).attempts).not.toEqual(simulate({ ...options, seed: 2 }).attempts)
})
