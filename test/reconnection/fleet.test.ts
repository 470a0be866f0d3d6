import { describe, expect, test } from 'vitest'
import { exponentialBackoff } from '../../src/reconnection/backoff.js'
import { standardReconnection } from '../../src/reconnection/standard.js'
import { type EndingsOptions, type EndingsResult, isPeakKept, simulateEndings } from '../bench/simulate/endings.mjs'
import { betterThan, type FleetOptions, perSecond, simulate } from '../bench/simulate/fleet.mjs'
import { peers } from '../bench/simulate/peers.mjs'

const CLIENTS = 20_000

function lose(options: Omit<FleetOptions, 'clients' | 'seed'>) {
  return simulate({ clients: CLIENTS, seed: 7, ...options })
}

/** Under the earlier rule, and under the current one. */
function serve(options: Partial<EndingsOptions>): Record<'before' | 'now', EndingsResult> {
  const fleet = { policy: exponentialBackoff(), clients: CLIENTS, seed: 7, ...options }
  return {
    before: simulateEndings({ ...fleet, cleanEndCounts: true }),
    now: simulateEndings({ ...fleet, cleanEndCounts: false }),
  }
}

function sum(counts: Uint32Array): number {
  return counts.reduce((total, count) => total + count, 0)
}

describe.each([0, 30_000, 300_000])('a fleet that loses its server for %d ms', (outage) => {
  const ours = lose({ policy: exponentialBackoff(), outage })
  const others = peers.map(({ name, policy }) => ({ name, result: lose({ policy, outage }) }))

  test('no other rule brings it back as soon with so low a peak', () => {
    expect(betterThan(ours, others).map(({ name }) => name)).toEqual([])
    // A third in each second of the first wave, and far less later.
    expect(ours.peak).toBeLessThan(CLIENTS * 0.35)
  })

  test('is back with our rule within the longest wait', () => {
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

test('a rule that others surpass is reported with their names: full jitter over 1 s', () => {
  const outage = 30_000
  const full = lose({ policy: ({ attempt, random }) => Math.min(1000 * 2 ** (attempt - 1), 30_000) * random, outage })
  const others = peers.map(({ name, policy }) => ({ name, result: lose({ policy, outage }) }))
  const better = betterThan(full, others).map(({ name }) => name)
  expect(better).toContain('fixed 3 s')
  expect(better).toContain('graphql-sse')
  expect(better).not.toContain('event-source-plus') // sooner back, and its peak is five times as high
  // A lower peak, but back later.
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

test('a server with a limit accepts no more than that, and our fleet is back nevertheless', () => {
  const outage = 30_000
  const capacity = CLIENTS / 50
  const ours = lose({ policy: exponentialBackoff(), outage, capacity })
  expect(sum(ours.returns)).toBe(CLIENTS)
  expect(ours.back99).toBeGreaterThanOrEqual(outage + 49_000)
  expect(ours.back99).toBeLessThan(outage + 90_000)
  const standard = lose({ policy: peers[0]!.policy, outage, capacity })
  expect(standard.gaveUp).toBeGreaterThan(CLIENTS * 0.9)
})

test("retry: and a 503's Retry-After are passed on", () => {
  const later = lose({ policy: exponentialBackoff(), outage: 0, reconnectionTime: 5000 })
  expect(sum(later.attempts.subarray(0, 50))).toBe(0)
  const asked = lose({ policy: exponentialBackoff(), outage: 0, capacity: CLIENTS / 50, retryAfter: 30_000 })
  // The first wave until 3.2 s, then nobody until 30 s after it.
  expect(sum(asked.attempts.subarray(34, 330))).toBe(0)
  expect(sum(asked.returns)).toBe(CLIENTS)
})

test('a fixed wait causes one wave: when, how often, and how many in a second', () => {
  const { attempts, total, peak, back50, back99 } = lose({ policy: standardReconnection, outage: 7000 })
  expect(total).toBe(3 * CLIENTS)
  expect(peak).toBe(CLIENTS)
  // The third wave is at 9 s plus three round trips of 20 to 200 ms, and half of one until it is noticed.
  expect(back50).toBeGreaterThan(9000 + 3.5 * 100)
  expect(back99).toBeLessThanOrEqual(9000 + 3.5 * 200 + 100)
  expect(perSecond(attempts)[31]).toBe(sum(attempts.subarray(22, 32)))
})

test('the same seed gives the same figures, another seed different ones', () => {
  const options = { policy: exponentialBackoff(), outage: 30_000, clients: 1000 }
  expect(simulate({ ...options, seed: 1 })).toEqual(simulate({ ...options, seed: 1 }))
  expect(simulate({ ...options, seed: 1 }).attempts).not.toEqual(simulate({ ...options, seed: 2 }).attempts)
})

describe('a fleet whose server ends the streams', () => {
  const outage = 30_000
  /** A round trip, in s, in the mean. */
  const trip = 0.11

  test('reconnects after the reconnection time if an event came, and later each time if the end counts', () => {
    const { before, now } = serve({ life: 0 })
    expect(now.steady / (CLIENTS / (1.5 + trip))).toBeCloseTo(1, 1)
    expect(before.steady / (CLIENTS / (22.5 + trip))).toBeCloseTo(1, 0)
    const asked = serve({ life: 0, reconnectionTime: 10_000 }).now
    expect(asked.steady / (CLIENTS / (15 + trip))).toBeCloseTo(1, 0)
  })

  test('does not give up on a healthy server, whose ends once used up the attempts', () => {
    const policy = exponentialBackoff({ maxAttempts: 5 })
    const { before, now } = serve({ life: 0, reconnectionTime: 10_000, policy, horizon: 300_000 })
    expect(before.gaveUp).toBe(CLIENTS)
    expect(now.gaveUp).toBe(0)
  })

  test('still waits longer after each refusal: no peak in an outage or after it is above that without one', () => {
    const { before, now } = serve({ life: 0, outage })
    expect(isPeakKept(now, [before])).toBe(true)
    expect(now.back99).toBeGreaterThan(20_000)
    // As if refusals were forgotten too.
    const backoff = exponentialBackoff()
    const restless = serve({ cut: 'ended', outage, policy: (context) => backoff({ ...context, attempt: 1 }) }).now
    expect(isPeakKept(restless, [serve({ cut: 'ended', outage }).now])).toBe(false)
  })

  test('echoes an outage as long as retry: with at most half its rate on top', () => {
    const { now } = serve({ life: 0, reconnectionTime: 10_000, outage: 10_000 })
    expect(now.after).toBeGreaterThan(now.steady * 1.2)
    expect(now.after).toBeLessThan(now.steady * 1.5)
  })

  test('after 30 s each: as before, because a connection that stayed open was healthy then too', () => {
    const { before, now } = serve({ life: 30_000, cut: 'lost', outage })
    expect(now).toEqual(before)
    expect(now.steady).toBeLessThan((CLIENTS / 30) * 1.3)
  })

  test.each([0, outage])('all at once, and is away for %d ms: like a loss of all of them', (away) => {
    const { now } = serve({ cut: 'ended', outage: away })
    expect(now).toEqual(serve({ cut: 'lost', outage: away }).now)
    const { peak } = lose({ policy: exponentialBackoff(), outage: away })
    expect((away === 0 ? now.after : now.away) / peak).toBeCloseTo(1, 1)
  })

  test('and goes down when they come back: at most a third above a loss', () => {
    const limit = CLIENTS * 0.3
    const { now } = serve({ cut: 'ended', limit, horizon: 600_000 })
    const { now: lost } = serve({ cut: 'lost', limit, horizon: 600_000 })
    expect(now.falls).toBe(1)
    expect(now.after).toBeGreaterThan(lost.after * 1.2)
    expect(now.after).toBeLessThan((lost.after * 4) / 3)
  })

  test('with a limit of its own: places are drawn by lot, so that everyone has a turn', () => {
    const { now } = serve({ life: 0, outage, capacity: CLIENTS / 50, horizon: 600_000 })
    expect(now.back99).toBeLessThan(500_000)
  })
})
