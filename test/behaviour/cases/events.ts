import { assert } from 'chai'
import type { TypedEvent } from '../../../src/entries/index.js'
import { type Case, tick, type Ticks, ticks } from '../case.js'
import { collect, reach, until } from '../wait.js'

export const events: readonly Case[] = [
  {
    name: 'JSON events arrive parsed, with type, last event ID and origin',
    async run({ serve, open }) {
      const stream = await serve([
        { steps: [{ send: 'id: 7\nevent: price\ndata: {"symbol": "ACME",\ndata: "value": 42}\n\n' }] },
      ])
      const seen: TypedEvent[] = []
      open<{ price: { symbol: string; value: number } }>(stream).on('price', (event) => seen.push(event))
      await until(() => seen.length === 1, 'the event')
      assert.deepEqual(seen[0], {
        type: 'price',
        data: { symbol: 'ACME', value: 42 },
        lastEventId: '7',
        origin: new URL(stream.url).origin,
      })
    },
  },
  {
    name: 'text events arrive as they are, for one type or for all',
    async run({ serve, open }) {
      const text = { send: 'event: news\ndata: {not json\ndata: 🙂\n\nevent: tick\ndata: 1\n\n' }
      const stream = await serve([{ steps: [text] }])
      const mixed = open<{ news: string; tick: number }>(stream, { parse: { news: 'text' } })
      const all = open<{ news: string; tick: string }>(stream, { parse: 'text' })
      const seen: unknown[][] = [
        collect(mixed, 'news'),
        collect(mixed, 'tick'),
        collect(all, 'news'),
        collect(all, 'tick'),
      ]
      await until(() => seen.every(({ length }) => length === 1), 'all of them')
      assert.deepEqual(seen, [['{not json\n🙂'], [1], ['{not json\n🙂'], ['1']])
    },
  },
  {
    name: 'an event without a type, or with an empty one, is a message',
    async run({ serve, open }) {
      const stream = await serve([
        { steps: [{ send: 'data: 1\n\nevent: tick\nevent:\ndata: 2\n\nevent: tick\n\ndata: 3\n\n' }] },
      ])
      const source = open<{ message: number; tick: number }>(stream)
      const messages = collect(source, 'message')
      const others = collect(source, 'tick')
      await until(() => messages.length === 3, 'three messages')
      assert.deepEqual([messages, others], [[1, 2, 3], []])
    },
  },
  {
    name: 'event types are data: "error", "open", "__proto__" and the like are types like any other',
    async run({ serve, open }) {
      const types = [
        'error',
        'open',
        'message',
        'close',
        '__proto__',
        'constructor',
        'toString',
        'hasOwnProperty',
        'then',
      ]
      const stream = await serve([
        { steps: [{ send: types.map((type) => `event: ${type}\ndata: "${type}"\n\n`).join('') }] },
      ])
      const source = open(stream)
      const seen: unknown[] = []
      for (const type of types) source.on(type, (event) => seen.push([event.type, event.data]))
      await until(() => seen.length >= types.length, 'all types')
      assert.deepEqual(
        seen,
        types.map((type) => [type, type]),
      )
      assert.equal(source.status.get().state, 'open')
      assert.lengthOf(await stream.requests(), 1)
    },
  },
  {
    name: 'a server event called "error" or "open" is not taken for the state of the connection',
    async run({ serve, open }) {
      const stream = await serve([{ steps: [{ send: 'event: error\ndata: 1\n\nevent: open\ndata: 2\n\n' }, ticks(3)] }])
      const source = open<Ticks>(stream)
      const states: string[] = []
      source.status.subscribe(({ state }) => states.push(state))
      const seen = collect(source, 'tick')
      await until(() => seen.length === 1, 'the tick')
      assert.deepEqual(states, ['connecting', 'open'])
    },
  },
  {
    name: 'events without a listener are not parsed',
    async run({ serve, open }) {
      const stream = await serve([{ steps: [{ send: `event: other\ndata: 0\n\n${tick(1)}` }] }])
      const parsed: string[] = []
      const source = open<Ticks & { other: number }>(stream, {
        parse: (data, { event }) => {
          parsed.push(event)
          return Number(data)
        },
      })
      const seen = collect(source, 'tick')
      await until(() => seen.length === 1, 'the tick')
      assert.deepEqual(parsed, ['tick'])
      source.on('other', () => {})()
      await stream.perform({ send: `event: other\ndata: 0\n\n${tick(2)}` })
      await until(() => seen.length === 2, 'the next tick')
      assert.deepEqual(parsed, ['tick', 'tick'])
    },
  },
  {
    name: 'a listener added to an open stream hears the events from then on',
    async run({ serve, open }) {
      const stream = await serve([{}])
      const source = open<Ticks>(stream)
      await reach(source, 'open')
      const seen = collect(source, 'tick')
      await stream.perform(ticks(1))
      await until(() => seen.length === 1, 'the tick')
    },
  },
  {
    name: 'the function that on() returns removes that listener only',
    async run({ serve, open }) {
      const stream = await serve([{ steps: [ticks(1)] }])
      const source = open<Ticks>(stream)
      const heard: string[] = []
      const listener = ({ data }: TypedEvent<'tick', number>): void => void heard.push(`a${data}`)
      const undo = source.on('tick', listener)
      source.on('tick', listener)
      source.on('tick', ({ data }) => heard.push(`b${data}`))
      await until(() => heard.length === 3, 'three calls')
      undo()
      undo()
      await stream.perform(ticks(2))
      await until(() => heard.includes('b2'), 'the second tick')
      assert.deepEqual(heard, ['a1', 'a1', 'b1', 'a2', 'b2'])
    },
  },
  {
    name: 'once: the listener is removed before its only call',
    async run({ serve, open }) {
      const stream = await serve([{ steps: [ticks(1, 2, 3)] }])
      const source = open<Ticks>(stream)
      const heard: number[] = []
      source.on('tick', ({ data }) => heard.push(data), { once: true })
      const all = collect(source, 'tick')
      await until(() => all.length === 3, 'three ticks')
      assert.deepEqual(heard, [1])
    },
  },
  {
    name: 'a signal removes a listener, even in the middle of a chunk; with an aborted one, none is added',
    async run({ serve, open }) {
      const stream = await serve([{ steps: [ticks(1, 2, 3)] }])
      const source = open<Ticks>(stream)
      const controller = new AbortController()
      const heard: number[] = []
      source.on(
        'tick',
        ({ data }) => {
          heard.push(data)
          if (data === 2) controller.abort()
        },
        { signal: controller.signal },
      )
      const never: number[] = []
      source.on('tick', ({ data }) => never.push(data), { signal: AbortSignal.abort() })
      const all = collect(source, 'tick')
      await until(() => all.length === 3, 'three ticks')
      assert.deepEqual([heard, never], [[1, 2], []])
    },
  },
  {
    name: 'a listener that throws is reported; the other listeners and the stream continue',
    async run({ serve, open, reported }) {
      const stream = await serve([{ steps: [ticks(1, 2)] }])
      const source = open<Ticks>(stream)
      const fault = new Error('a fault of the application')
      source.on('tick', () => {
        throw fault
      })
      const seen = collect(source, 'tick')
      await until(() => seen.length === 2, 'both ticks')
      assert.deepEqual(reported.splice(0), [fault, fault])
      assert.equal(source.status.get().state, 'open')
      assert.lengthOf(await stream.requests(), 1)
    },
  },
  {
    name: 'during an event, a removed listener is not called any more, and a new one not yet',
    async run({ serve, open }) {
      const stream = await serve([{ steps: [ticks(1, 2)] }])
      const source = open<Ticks>(stream)
      const heard: string[] = []
      source.on('tick', ({ data }) => {
        heard.push(`first ${data}`)
        undoSecond()
        if (data === 1) source.on('tick', (later) => heard.push(`new ${later.data}`))
      })
      const undoSecond = source.on('tick', () => heard.push('second'))
      await until(() => heard.includes('new 2'), 'the new listener')
      assert.deepEqual(heard, ['first 1', 'first 2', 'new 2'])
    },
  },
]
