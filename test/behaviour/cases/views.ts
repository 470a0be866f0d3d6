import { assert } from 'chai'
import { history, latest, onBatch } from '../../../src/entries/index.js'
import { type Case, type Ticks, ticks } from '../case.js'
import { until } from '../wait.js'

const numbers = Array.from({ length: 1000 }, (_, index) => index)

export const views: readonly Case[] = [
  {
    name: 'onBatch hands over every event, in order, in fewer calls than there are events',
    async run({ serve, open }) {
      const stream = await serve([{ steps: [ticks(...numbers)] }])
      const source = open<Ticks>(stream)
      const seen: number[] = []
      let calls = 0
      onBatch(source, 'tick', (events) => {
        calls += 1
        seen.push(...events.map(({ data }) => data))
      })
      await until(() => seen.length === numbers.length, 'all ticks')
      assert.deepEqual(seen, numbers)
      assert.isBelow(calls, numbers.length / 2)
    },
  },
  {
    name: 'onBatch hands over the rest inside close()',
    async run({ serve, open }) {
      const stream = await serve([{ steps: [ticks(1, 2)] }])
      const source = open<Ticks>(stream)
      const seen: number[] = []
      onBatch(source, 'tick', (events) => seen.push(...events.map(({ data }) => data)))
      source.on('tick', ({ data }) => {
        if (data === 2) source.close()
      })
      await until(() => source.status.get().state === 'closed', 'the close')
      assert.deepEqual(seen, [1, 2])
    },
  },
  {
    name: 'views are stores of the latest event, and of the last few',
    async run({ serve, open }) {
      const stream = await serve([{ steps: [ticks(1, 2, 3)] }])
      const source = open<Ticks>(stream)
      const last = latest(source, 'tick')
      const events = history(source, 'tick', { limit: 2 })
      last.subscribe(() => {})
      events.subscribe(() => {})
      await until(() => last.get()?.data === 3 && events.get().at(-1)?.data === 3, 'the ticks')
      assert.deepEqual(
        events.get().map(({ data }) => data),
        [2, 3],
      )
    },
  },
]
