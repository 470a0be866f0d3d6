import { describe, expect, test } from 'vitest'
import { createTaskQueue } from '../../src/event-source/task-queue.js'

/** Runs that many tasks, and returns how many of them ran between two microtask checkpoints. */
async function turnsOf(count: number): Promise<number[]> {
  const queue = createTaskQueue()
  const turns: number[] = []
  let turn = -1
  let isNew = true
  await new Promise<void>((resolve) => {
    for (let index = 0; index < count; index++) {
      queue.queue(() => {
        if (isNew) turn += 1
        isNew = false
        queueMicrotask(() => {
          isNew = true
        })
        turns[turn] = (turns[turn] ?? 0) + 1
        if (index === count - 1) resolve()
      })
    }
  })
  queue.close()
  return turns
}

describe('a task queue', () => {
  test('gives each task a turn of its own', async () => {
    expect(await turnsOf(1000)).toEqual(Array.from({ length: 1000 }, () => 1))
  })

  test('runs the tasks above 1000 at once, so that a burst does not pile up', async () => {
    const turns = await turnsOf(4000)
    expect(turns[0]).toBe(3000)
    expect(turns).toHaveLength(1001)
  })

  test('runs nothing after close(), even from inside a task', async () => {
    const queue = createTaskQueue()
    const ran: number[] = []
    queue.queue(() => {
      ran.push(1)
      queue.close()
    })
    queue.queue(() => ran.push(2))
    await new Promise((resolve) => setTimeout(resolve, 20))
    expect(ran).toEqual([1])
  })

  test('continues after a task that queues more', async () => {
    const queue = createTaskQueue()
    const ran: number[] = []
    await new Promise<void>((resolve) => {
      queue.queue(() => {
        ran.push(1)
        queue.queue(() => {
          ran.push(3)
          resolve()
        })
      })
      queue.queue(() => ran.push(2))
    })
    queue.close()
    expect(ran).toEqual([1, 2, 3])
  })
})
