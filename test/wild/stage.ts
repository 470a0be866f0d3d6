import { basename } from 'node:path'
import { test as plainTest } from 'vitest'

/** What a test puts up around itself, and what is to be taken down after it. */
export interface Stage {
  /** Runs when the test is over, the last one first. */
  leave(undo: () => unknown): void
  /** Leaves the test out, and says so, where there is a reason why it cannot be shown here. */
  leaveOut(why: string | undefined): void
}

/** Each reason is told once for a file. */
const told = new Set<string>()

export const test = plainTest.extend<{ stage: Stage }>({
  stage: async ({ task, skip }, use) => {
    const undos: (() => unknown)[] = []
    await use({
      leave: (undo) => undos.unshift(undo),
      leaveOut(why) {
        if (why === undefined) return
        if (!told.has(why)) console.warn(`LEFT OUT: tests of ${basename(task.file.name)}, because ${why}`)
        told.add(why)
        skip(why)
      },
    })
    for (const undo of undos) await undo()
  },
})
