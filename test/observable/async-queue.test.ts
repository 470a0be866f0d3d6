import { describe, expect, test, vi } from 'vitest'
import { QueueOverflowError } from '../../src/observable/queue-overflow-error.js'
import { type AsyncQueue, createAsyncQueue } from '../../src/observable/async-queue.js'

function create(options: { maxQueueSize?: number; overflow?: 'error' | 'drop-oldest' } = {}): {
  queue: AsyncQueue<number>
  onRelease: () => void
} {
  const onRelease = vi.fn<() => void>()
  return { queue: createAsyncQueue<number>({ maxQueueSize: 100, overflow: 'error', onRelease, ...options }), onRelease }
}

async function collect(queue: AsyncQueue<number>): Promise<number[]> {
  const values: number[] = []
  for await (const value of queue) values.push(value)
  return values
}

describe('async queue', () => {
  test('delivers queued values in order, then new ones', async () => {
    const { queue } = create()
    queue.push(1)
    queue.push(2)
    const all = collect(queue)
    await Promise.resolve()
    queue.push(3)
    queue.end()
    expect(await all).toEqual([1, 2, 3])
  })

  test('several pulls may wait, and are answered in order', async () => {
    const { queue } = create()
    const pulls = [queue.next(), queue.next()]
    queue.push(1)
    queue.push(2)
    expect(await Promise.all(pulls)).toEqual([
      { done: false, value: 1 },
      { done: false, value: 2 },
    ])
  })

  test('an error that ends it is thrown once, after the queued values', async () => {
    const { queue } = create()
    const error = new Error('gone')
    queue.push(1)
    queue.end({ error })
    expect(await queue.next()).toEqual({ done: false, value: 1 })
    await expect(queue.next()).rejects.toBe(error)
    expect(await queue.next()).toEqual({ done: true, value: undefined })
  })

  test('of several waiting pulls the first one gets the error', async () => {
    const { queue } = create()
    const error = new Error('gone')
    const pulls = [queue.next(), queue.next()]
    queue.end({ error })
    await expect(pulls[0]).rejects.toBe(error)
    expect(await pulls[1]).toEqual({ done: true, value: undefined })
  })

  test('one value too many ends it with a QueueOverflowError, after the queued values', async () => {
    const { queue, onRelease } = create({ maxQueueSize: 2 })
    queue.push(1)
    queue.push(2)
    expect(onRelease).not.toHaveBeenCalled()
    queue.push(3)
    expect(onRelease).toHaveBeenCalledTimes(1)
    queue.push(4)
    await queue.next()
    await queue.next()
    await expect(queue.next()).rejects.toThrow(QueueOverflowError)
    await expect(queue.next()).resolves.toEqual({ done: true, value: undefined })
  })

  test('one value too many drops the oldest if asked to', async () => {
    const { queue } = create({ maxQueueSize: 2, overflow: 'drop-oldest' })
    for (const value of [1, 2, 3, 4, 5]) queue.push(value)
    queue.end()
    expect(await collect(queue)).toEqual([4, 5])
  })

  test('return() releases at once, even if a pull waits, and drops the queued values', async () => {
    const { queue, onRelease } = create()
    const pull = queue.next()
    const returned = queue.return()
    expect(onRelease).toHaveBeenCalledTimes(1)
    expect(await returned).toEqual({ done: true, value: undefined })
    expect(await pull).toEqual({ done: true, value: undefined })
    queue.push(1)
    expect(await queue.next()).toEqual({ done: true, value: undefined })
  })

  test('return() swallows a failure that nobody has seen', async () => {
    const { queue } = create()
    queue.push(1)
    queue.end({ error: new Error('gone') })
    await queue.return()
    expect(await queue.next()).toEqual({ done: true, value: undefined })
  })

  test('leaving a for await loop releases it once', async () => {
    const { queue, onRelease } = create()
    queue.push(1)
    for await (const value of queue) if (value === 1) break
    queue.end()
    expect(onRelease).toHaveBeenCalledTimes(1)
  })

  test('keeps the order over many alternating pushes and pulls', async () => {
    const { queue } = create({ maxQueueSize: 1000 })
    const seen: number[] = []
    let pushed = 0
    for (let round = 0; round < 50; round += 1) {
      for (let n = 0; n < 13; n += 1) queue.push(pushed++)
      for (let n = 0; n < 7; n += 1) seen.push((await queue.next()).value as number)
    }
    queue.end()
    seen.push(...(await collect(queue)))
    expect(seen).toEqual(Array.from({ length: pushed }, (_, n) => n))
  })
})
