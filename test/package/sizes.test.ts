import { readFileSync } from 'node:fs'
import { join } from 'node:path'
import { expect, test } from 'vitest'
import { ADAPTERS, inKilobytes, measure, measureAdapter, measureSharing, SUBJECTS } from './sizes.js'

const readme = readFileSync(join(import.meta.dirname, '../../README.md'), 'utf8')

/** In bytes. */
const LIMITS: Record<(typeof SUBJECTS)[number]['imports'], { readonly full: number; readonly lean: number }> = {
  createEventSource: { full: 16_100, lean: 14_200 },
  EventSource: { full: 12_450, lean: 10_950 },
  createParser: { full: 2250, lean: 1900 },
  readEvents: { full: 4550, lean: 4000 },
  encodeMessage: { full: 600, lean: 550 },
}

/** What the core of the lean build weighed when its growth was last looked at, in bytes. */
const RECORDED = 13_720

/**
 * What has been added to the core since then, and at what cost in bytes. A feature belongs here only if it cannot be a
 * value or an entry of its own, which those who do not use it do not load.
 */
const REASONS: readonly { readonly what: string; readonly bytes: number }[] = [
  { what: "continuity, the end and liveness in the server's own word (the recovery contract)", bytes: 370 },
  { what: 'source.hold(), and failures that endOn throws', bytes: 60 },
]

/** What the core may grow by without a reason. */
const SLACK = 50

/** Minifying takes a busy machine long. */
const TIMEOUT = 120_000

test.each(SUBJECTS)(
  '$name has the size that the README says, and is within its limits',
  { timeout: TIMEOUT },
  async (subject) => {
    const full = await measure(subject, 'full')
    const lean = await measure(subject, 'lean')
    console.log(`size: ${subject.name}: ${full} bytes, lean ${lean}, minified + brotli`)
    expect(readme).toContain(`| ${subject.name} | ${inKilobytes(full)} | ${inKilobytes(lean)} |`)
    const limits = LIMITS[subject.imports]
    expect(full).toBeLessThanOrEqual(limits.full)
    expect(lean).toBeLessThanOrEqual(limits.lean)
  },
)

test('the core has not grown without a reason', { timeout: TIMEOUT }, async () => {
  const lean = await measure(SUBJECTS[0], 'lean')
  const explained = REASONS.reduce((sum, { bytes }) => sum + bytes, RECORDED)
  expect(lean, 'Say in REASONS what the bytes buy.').toBeLessThanOrEqual(explained + SLACK)
})

/** Bundled and minified twice, which takes its time on a busy machine. */
const SLOW = { timeout: 60_000 }

test.each(ADAPTERS)('the adapter everstream/%s adds at most 1 kB to the client and its views', SLOW, async (name) => {
  const bytes = await measureAdapter(`${name}.js`)
  console.log(`size: everstream/${name}: ${bytes} bytes more than the client and its views, minified + brotli`)
  expect(bytes).toBeLessThanOrEqual(1000)
})

test('sharedTransport adds at most 4.4 kB to the client', async () => {
  const bytes = await measureSharing()
  console.log(`size: sharedTransport: ${bytes} bytes more than createEventSource alone, minified + brotli`)
  expect(bytes).toBeLessThanOrEqual(4400)
})
