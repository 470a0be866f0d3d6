import { assert } from 'chai'
import {
  type EventStreamMessage,
  PayloadError,
  type StandardIssue,
  type StandardSchema,
} from '../../../src/entries/index.js'
import { type Case, numbered, tick, type Ticks, ticks } from '../case.js'
import { collect, reach, until } from '../wait.js'

/** A schema as libraries write them: it checks for numbers and doubles them. */
function doubled(
  answer: (value: unknown) => { value: number } | { issues: StandardIssue[] } | Promise<{ value: number }>,
): StandardSchema<unknown, number> {
  return { '~standard': { version: 1, vendor: 'everstream-test', validate: answer } }
}

const positive = doubled((value) =>
  typeof value === 'number' && value > 0
    ? { value: value * 2 }
    : { issues: [{ message: 'not positive', path: ['a', { key: 'b' }] }] },
)

/** Answers when the test says so, so that the test decides the order. */
function latch() {
  const waiting = new Map<unknown, () => void>()
  return {
    waiting,
    schema: doubled(
      (value) =>
        new Promise((resolve) => {
          waiting.set(value, () => resolve({ value: Number(value) * 2 }))
        }),
    ),
  }
}

export const payloads: readonly Case[] = [
  {
    name: 'data that is not JSON is a PayloadError with the raw event, and the stream continues',
    async run({ serve, open }) {
      const stream = await serve([{ steps: [{ send: `id: 5\nevent: tick\ndata: {broken\n\n${tick(1)}` }] }])
      const errors: PayloadError[] = []
      const source = open<Ticks>(stream, { onPayloadError: (error) => errors.push(error) })
      const seen = collect(source, 'tick')
      await until(() => seen.length === 1, 'the tick')
      const [error] = errors
      assert.instanceOf(error, PayloadError)
      assert.deepInclude(error, {
        code: 'invalid-json',
        event: { event: 'tick', data: '{broken', id: '5' },
        issues: [],
      })
      assert.instanceOf(error.cause, SyntaxError)
      assert.include(error.message, 'tick')
      assert.include(error.message, '{broken')
      assert.equal(source.lastEventId, '5')
      assert.equal(source.status.get().state, 'open')
    },
  },
  {
    name: 'without onPayloadError, the first error of each type is logged, with a hint how to get all of them',
    async run({ serve, open }) {
      const broken = (type: string): string => `event: ${type}\ndata: {broken\n\n`
      const send = `${broken('tick')}${broken('tick')}${broken('tock')}${broken('tick')}${tick(1)}`
      const stream = await serve([{ steps: [{ send }] }])
      const { error } = console
      const logged: unknown[][] = []
      console.error = (...values: unknown[]) => logged.push(values)
      try {
        const source = open<Ticks & { tock: unknown }>(stream)
        source.on('tock', () => {})
        const seen = collect(source, 'tick')
        await until(() => seen.length === 1, 'the tick')
      } finally {
        console.error = error
      }
      const types = logged.map(([thrown]) => thrown instanceof PayloadError && thrown.event.event)
      assert.deepEqual(types, ['tick', 'tock'])
      assert.match(String(logged[0]?.[1]), /not logged; pass onPayloadError/)
    },
  },
  {
    name: "empty data is not a payload for 'json': it is neither delivered nor an error, and its ID counts",
    async run({ serve, open }) {
      const empty = 'event: tick\ndata:\n\n'
      const connection = { steps: [{ send: `${empty}${numbered(1)}id: 7\n${empty}` }] }
      const stream = await serve([connection, connection, connection])
      const errors: unknown[] = []
      for (const parse of [undefined, 'json', { tick: 'json' }] as const) {
        const source = open<Ticks>(stream, { parse, onPayloadError: (error) => errors.push(error) })
        const seen = collect(source, 'tick')
        const latest = source.store('tick')
        await until(() => source.lastEventId === '7', 'the last ID')
        assert.deepEqual([seen, latest.get(), errors], [[1], 1, []])
        source.close()
      }
    },
  },
  {
    name: 'empty data is not passed to a schema either, and does not disturb a slow one',
    async run({ serve, open }) {
      const { waiting, schema } = latch()
      const send = `${tick(1)}event: tick\ndata:\n\nevent: now\ndata:\n\n${tick(2)}`
      const errors: unknown[] = []
      const source = open(await serve([{ steps: [{ send }] }]), {
        schemas: { tick: schema, now: positive },
        onPayloadError: (error) => errors.push(error),
      })
      const seen: unknown[] = []
      source.on('tick', ({ data }) => seen.push(data))
      source.on('now', ({ data }) => seen.push(data))
      await until(() => waiting.size === 2, 'the schema to have both')
      for (const value of [2, 1]) waiting.get(value)?.()
      await until(() => seen.length === 2, 'both')
      assert.deepEqual([seen, errors], [[2, 4], []])
    },
  },
  {
    name: "empty data is a payload for 'text' and for a parse function",
    async run({ serve, open }) {
      const stream = await serve([{ steps: [{ send: 'event: tick\ndata:\n\nevent: tock\ndata:\n\n' }] }])
      const source = open<{ tick: string; tock: string }>(stream, {
        parse: { tick: 'text', tock: (data) => `function: "${data}"` },
      })
      const [ticked, tocked] = [collect(source, 'tick'), collect(source, 'tock')]
      await until(() => tocked.length === 1, 'both')
      assert.deepEqual([ticked, tocked], [[''], ['function: ""']])
    },
  },
  {
    name: 'onPayloadError may close the source; the rest of the chunk is not delivered',
    async run({ serve, open }) {
      const stream = await serve([{ steps: [{ send: `${tick(1)}event: tick\ndata: {\n\n${tick(2)}` }] }])
      const source = open<Ticks>(stream, { onPayloadError: () => source.close() })
      const seen = collect(source, 'tick')
      await reach(source, 'closed')
      await until(async () => (await stream.report()).open === 0, 'the connection to be closed')
      assert.deepEqual(seen, [1])
    },
  },
  {
    name: 'an onPayloadError that throws is reported, and the stream continues',
    async run({ serve, open, reported }) {
      const fault = new Error('a fault of the application')
      const stream = await serve([{ steps: [{ send: `event: tick\ndata: {\n\n${tick(2)}` }] }])
      const source = open<Ticks>(stream, {
        onPayloadError() {
          throw fault
        },
      })
      const seen = collect(source, 'tick')
      await until(() => seen.length === 1, 'the tick')
      assert.deepEqual(reported.splice(0), [fault])
    },
  },
  {
    name: 'a parse function gets the data and the event; one that throws or rejects is a PayloadError',
    async run({ serve, open }) {
      const stream = await serve([{ steps: [{ send: `id: 1\n${tick(1)}` }, ticks(2, 3, 4)] }])
      const fault = new Error('a fault of the application')
      const errors: unknown[][] = []
      const raw: EventStreamMessage[] = []
      const source = open<Ticks>(stream, {
        parse: {
          tick(data, event) {
            raw.push(event)
            if (data === '2') throw fault
            return data === '3' ? Promise.reject(fault) : Number(data) * 10
          },
        },
        onPayloadError: ({ code, cause, event }) => errors.push([code, cause, event.data]),
      })
      const seen = collect(source, 'tick')
      await until(() => seen.length === 2, 'both that can be read')
      assert.deepEqual(seen, [10, 40])
      assert.deepEqual(raw[0], { event: 'tick', data: '1', id: '1' })
      assert.deepEqual(errors, [
        ['parse-failed', fault, '2'],
        ['parse-failed', fault, '3'],
      ])
    },
  },
  {
    name: 'a schema checks and transforms; data that it refuses is a PayloadError with the issues',
    async run({ serve, open }) {
      const stream = await serve([{ steps: [ticks(1, -1, 2)] }])
      const errors: PayloadError[] = []
      const source = open(stream, { schemas: { tick: positive }, onPayloadError: (error) => errors.push(error) })
      const seen = collect(source, 'tick')
      await until(() => seen.length === 2, 'both that fit')
      assert.deepEqual(seen, [2, 4])
      assert.equal(errors[0]?.code, 'schema-mismatch')
      assert.equal(errors[0]?.issues[0]?.message, 'not positive')
      assert.include(errors[0]?.message, 'a.b: not positive')
    },
  },
  {
    name: 'a schema that throws or rejects is a PayloadError of its own kind',
    async run({ serve, open }) {
      const fault = new Error('a fault of the schema')
      const failing = doubled((value) => {
        if (value === 1) throw fault
        return value === 2 ? Promise.reject(fault) : { value: 0 }
      })
      const errors: unknown[][] = []
      const source = open(await serve([{ steps: [ticks(1, 2, 3)] }]), {
        schemas: { tick: failing },
        onPayloadError: ({ code, cause }) => errors.push([code, cause]),
      })
      const seen = collect(source, 'tick')
      await until(() => seen.length === 1, 'the last tick')
      assert.deepEqual(errors, [
        ['schema-failed', fault],
        ['schema-failed', fault],
      ])
    },
  },
  {
    name: 'asynchronous schemas keep the order of events, of their own type and of others',
    async run({ serve, open }) {
      const { waiting, schema } = latch()
      const stream = await serve([{ steps: [{ send: `${tick(1)}${tick(2)}event: now\ndata: 3\n\n${tick(4)}` }] }])
      const source = open(stream, { schemas: { tick: schema, now: positive } })
      const seen: number[] = []
      source.on('tick', ({ data }) => seen.push(data))
      source.on('now', ({ data }) => seen.push(data))
      await until(() => waiting.size === 3, 'the schema to have all three')
      for (const value of [4, 2]) waiting.get(value)?.()
      await afterMicrotasks()
      assert.deepEqual(seen, [])
      waiting.get(1)?.()
      await until(() => seen.length === 4, 'all of them')
      assert.deepEqual(seen, [2, 4, 6, 8])
    },
  },
  {
    name: 'events still in an asynchronous schema when the source is closed are neither delivered nor reported',
    async run({ serve, open }) {
      const { waiting, schema } = latch()
      const errors: unknown[] = []
      const source = open(await serve([{ steps: [ticks(1), { send: 'event: tick\ndata: {\n\n' }] }]), {
        schemas: { tick: schema },
        onPayloadError: (error) => errors.push(error),
      })
      const seen = collect(source, 'tick')
      await until(() => waiting.size === 1, 'the schema to be called')
      source.close()
      waiting.get(1)?.()
      await afterMicrotasks()
      assert.deepEqual([seen, errors], [[], []])
    },
  },
  {
    name: 'events of types without a schema are not delivered, not even to a loop over all types',
    async run({ serve, open }) {
      const stream = await serve([{ steps: [{ send: `event: other\ndata: 0\n\n${tick(1)}` }] }])
      const source = open(stream, { schemas: { tick: positive } })
      for await (const { type, data } of source) {
        assert.deepEqual([type, data], ['tick', 2])
        break
      }
    },
  },
]

/** Waits until the handlers of all promises that are already settled have run. */
function afterMicrotasks(): Promise<void> {
  return new Promise((resolve) => {
    setTimeout(resolve, 0)
  })
}
