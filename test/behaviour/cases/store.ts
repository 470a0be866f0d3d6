import { assert } from 'chai'
import { type Case, type Ticks, ticks } from '../case.js'
import { reach, until } from '../wait.js'

export const store: readonly Case[] = [
  {
    name: 'a store holds the latest payload and publishes each new one',
    async run({ serve, open }) {
      const stream = await serve([{ steps: [ticks(1, 2)] }])
      const latest = open<Ticks>(stream).store('tick')
      assert.equal(latest.get(), undefined)
      const told: unknown[] = []
      const undo = latest.subscribe((value) => told.push(value))
      await until(() => latest.get() === 2, 'the second tick')
      undo()
      await stream.perform(ticks(3))
      await until(() => latest.get() === 3, 'the third tick')
      assert.deepEqual(told, [undefined, 1, 2])
    },
  },
  {
    name: 'there is one store per type, and a type may be called "constructor"',
    async run({ serve, open }) {
      const stream = await serve([{ steps: [{ send: 'event: constructor\ndata: [1]\n\n' }] }])
      const source = open(stream)
      const latest = source.store('constructor')
      assert.notEqual(source.store('__proto__'), latest)
      await until(() => latest.get() !== undefined, 'the event')
      assert.equal(source.store('constructor'), latest)
      assert.equal(latest.get(), latest.get())
      assert.deepEqual(latest.get(), [1])
    },
  },
  {
    name: 'a subscriber that throws is reported, and the others are called',
    async run({ serve, open, reported }) {
      const stream = await serve([{ steps: [ticks(1)] }])
      const latest = open<Ticks>(stream).store('tick')
      const fault = new Error('a fault of the application')
      latest.subscribe((value) => {
        if (value === 1) throw fault
      })
      const told: unknown[] = []
      latest.subscribe((value) => told.push(value))
      await until(() => told.length === 2, 'the tick')
      assert.deepEqual(reported.splice(0), [fault])
    },
  },
  {
    name: 'a store keeps its value when the source is closed; a store of a closed source is empty',
    async run({ serve, open }) {
      const stream = await serve([{ steps: [ticks(1)] }])
      const source = open<Ticks & { other: number }>(stream)
      const latest = source.store('tick')
      await until(() => latest.get() === 1, 'the tick')
      source.close()
      assert.equal(latest.get(), 1)
      assert.equal(source.store('tick'), latest)
      assert.equal(source.store('other').get(), undefined)
    },
  },
  {
    name: 'the observable interop gives the same values, for payloads and for the status',
    async run({ serve, open }) {
      const stream = await serve([{ steps: [ticks(1)] }])
      const source = open<Ticks>(stream)
      const values: unknown[] = []
      const latest = source.store('tick')
      const subscription = latest['@@observable']().subscribe({ next: (value) => values.push(value) })
      const states: string[] = []
      source.status['@@observable']().subscribe({ next: ({ state }) => states.push(state) })
      await until(() => values.length === 2, 'the tick')
      subscription.unsubscribe()
      source.close()
      await reach(source, 'closed')
      assert.deepEqual(values, [undefined, 1])
      assert.deepEqual(states, ['connecting', 'open', 'closed'])
    },
  },
]
