import { expect, vi } from 'vitest'
import type { Seen, Watched } from './subjects.js'

/** As long as a browser on a busy machine could need: it only serves to name what hangs. */
const PATIENCE = { timeout: 10_000, interval: 25 }

/** Waits until a value is as expected. */
export async function becomes<Value>(get: () => Value | Promise<Value>, expected: Value): Promise<void> {
  await vi.waitFor(async () => expect(await get()).toEqual(expected), PATIENCE)
}

/** Waits until the first `count` events are there, each once and in order. */
export async function hasSeen(watched: Watched, count: number): Promise<void> {
  const all = Array.from({ length: count }, (_, index) => String(index + 1))
  await becomes(async () => (await watched.look()).seen, all)
}

export async function isIn(watched: Watched, state: Seen['state']): Promise<void> {
  await becomes(async () => (await watched.look()).state, state)
}

export async function failureKinds(watched: Watched): Promise<string[]> {
  const { failures } = await watched.look()
  return failures.map(({ kind }) => kind)
}
