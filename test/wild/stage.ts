import { test as plainTest } from 'vitest'
import type { Program } from '../programs.js'

/** What a test sets up and has to tear down. */
export interface Stage {
  /** Adds a function that runs when the test is over, the last one first. */
  leave(undo: () => unknown): void
  /** Leaves the test out if the program is missing; the reporter says why. */
  need(program: Program): void
}

export const test = plainTest.extend<{ stage: Stage }>({
  stage: async ({ skip }, use) => {
    const undos: (() => unknown)[] = []
    await use({
      leave: (undo) => undos.unshift(undo),
      need: ({ whyNot }) => skip(whyNot !== undefined, whyNot),
    })
    for (const undo of undos) await undo()
  },
})
