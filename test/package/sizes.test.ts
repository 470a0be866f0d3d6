import { readFileSync } from 'node:fs'
import { join } from 'node:path'
import { expect, test } from 'vitest'
import { inKilobytes, measure, SUBJECTS } from './sizes.js'

const readme = readFileSync(join(import.meta.dirname, '../../README.md'), 'utf8')

/** A new feature may add bytes, but not by accident. */
const LIMITS: Record<(typeof SUBJECTS)[number]['imports'], number> = {
  createEventSource: 16_000,
  createParser: 2250,
  readEvents: 4550,
  encodeMessage: 1000,
  EventSource: 12_100,
}

test.each(SUBJECTS)('$name has the size that the README says, and is within its limit', async (subject) => {
  const bytes = await measure(subject)
  console.log(`size: ${subject.name}: ${bytes} bytes, minified + brotli`)
  expect(readme).toContain(`| ${subject.name} | ${inKilobytes(bytes)} |`)
  expect(bytes).toBeLessThanOrEqual(LIMITS[subject.imports])
})
