import { assert } from 'chai'
import { ConnectionError, QueueOverflowError, type TypedEvent } from '../../../src/entries/index.js'
import { type Case, tick, type Ticks, ticks } from '../case.js'
import { collect, reach, until, within } from '../wait.js'

type News = Ticks & { news: string }

/** What `call` rejects with or throws; fails if it does neither. */
async function failureOf(call: () => Promise<unknown>): Promise<unknown> {
  try {
    await within(call(), 'a failure')
  } catch (error) {
    return error
  }
  throw new Error('It did not fail.')
}

/** Reads a loop to its end. */
async function readAll(loop: AsyncIterable<TypedEvent>): Promise<unknown[]> {
  const seen: unknown[] = []
  for await (const { data } of loop) seen.push(data)
  return seen
}

export const iteration: readonly Case[] = [
  {
    name: 'for await over one type, over several, and over the types in order',
    async run({ serve, open }) {
      const stream = await serve([
        {
          steps: [{ send: `event: news\ndata: "a"\n\n${tick(1)}event: other\ndata: 0\n\nevent: news\ndata: "b"\n\n` }],
        },
      ])
      const source = open<News>(stream)
      const one = source.events('news')
      const two = source.events(['tick', 'news', 'tick'])
      const seen: unknown[] = []
      for await (const { type, data } of two) {
        seen.push([type, data])
        if (seen.length === 3) break
      }
      assert.deepEqual(seen, [
        ['news', 'a'],
        ['tick', 1],
        ['news', 'b'],
      ])
      assert.equal((await one.next()).value?.data, 'a')
      assert.equal((await one.next()).value?.data, 'b')
    },
  },
  {
    name: 'for await over the source takes every type, known or not',
    transports: ['fetch', 'auto'],
    async run({ serve, open }) {
      const stream = await serve([{ steps: [{ send: `data: 0\n\n${tick(1)}event: unheard of\ndata: 2\n\n` }] }])
      const seen: unknown[] = []
      for await (const { type, data } of open(stream)) {
        seen.push([type, data])
        if (seen.length === 3) break
      }
      assert.deepEqual(seen, [
        ['message', 0],
        ['tick', 1],
        ['unheard of', 2],
      ])
    },
  },
  {
    name: 'for await over every type moves an open native stream to fetch, and events continue',
    transports: ['auto'],
    needs: ['native', 'same-origin'],
    async run({ serve, open }) {
      const stream = await serve([{}, { steps: [{ send: 'event: unheard of\ndata: 2\n\n' }] }])
      const source = open(stream)
      assert.equal((await reach(source, 'open')).transport, 'native')
      for await (const { type } of source) {
        assert.equal(type, 'unheard of')
        break
      }
      const status = source.status.get()
      assert.deepInclude(status, { state: 'open', transport: 'fetch' })
    },
  },
  {
    name: 'native refuses to iterate over every type, because it cannot hear them all',
    transports: ['native'],
    async run({ serve, open }) {
      const source = open(await serve([{}]))
      assert.throws(() => source.events(), TypeError, /"native" delivers only event types that are named/)
    },
  },
  {
    name: 'events that come between two steps of the loop wait for it',
    async run({ serve, open }) {
      const stream = await serve([{ steps: [ticks(1, 2, 3)] }])
      const source = open<Ticks>(stream)
      const loop = source.events('tick')
      const seen = collect(source, 'tick')
      await until(() => seen.length === 3, 'all ticks')
      await stream.perform(ticks(4))
      const read: unknown[] = []
      for await (const { data } of loop) {
        read.push(data)
        if (data === 4) break
      }
      assert.deepEqual(read, [1, 2, 3, 4])
    },
  },
  {
    name: 'leaving a loop removes its listener, but does not close the source',
    async run({ serve, open }) {
      const stream = await serve([{ steps: [ticks(1)] }])
      const parsed: string[] = []
      const source = open<Ticks & { other: number }>(stream, {
        parse: (data) => {
          parsed.push(data)
          return Number(data)
        },
      })
      const others = collect(source, 'other')
      for await (const { data } of source.events('tick')) {
        assert.equal(data, 1)
        break
      }
      await stream.perform({ send: `${tick(2)}event: other\ndata: 3\n\n` })
      await until(() => others.length === 1, 'what comes after the tick')
      const again = source.events('tick')
      await stream.perform(ticks(4))
      assert.equal((await again.next()).value?.data, 4)
      assert.deepEqual(parsed, ['1', '3', '4'])
      assert.equal(source.status.get().state, 'open')
    },
  },
  {
    name: 'return() ends a waiting loop at once',
    async run({ serve, open }) {
      const source = open<Ticks>(await serve([{}]))
      const loop = source.events('tick')
      const waiting = loop.next()
      await loop.return?.()
      assert.deepEqual(await within(waiting, 'the pull'), { done: true, value: undefined })
      assert.notEqual(source.status.get().state, 'closed')
    },
  },
  {
    name: 'close() ends every loop, after the events that have already arrived',
    async run({ serve, open }) {
      const stream = await serve([{ steps: [ticks(1, 2)] }])
      const source = open<Ticks>(stream)
      const [first, second] = [source.events('tick'), source.events('tick')]
      const seen = collect(source, 'tick')
      await until(() => seen.length === 2, 'both ticks')
      const idle = open<Ticks>(await serve([{}]))
      const waiting = idle.events('tick').next()
      source.close()
      idle.close()
      assert.deepEqual(await within(readAll(first), 'the first loop'), [1, 2])
      assert.deepEqual(await within(readAll(second), 'the second loop'), [1, 2])
      assert.deepEqual(await within(readAll(source.events('tick')), 'a loop that comes too late'), [])
      assert.isTrue((await within(waiting, 'the loop that waits')).done)
    },
  },
  {
    name: 'a connection that fails for good makes every loop throw its ConnectionError',
    transports: ['fetch', 'auto'],
    async run({ serve, open }) {
      const source = open<Ticks>(await serve([{ status: 404 }]))
      const loop = source.events('tick')
      const error = await failureOf(() => readAll(loop))
      assert.instanceOf(error, ConnectionError)
      assert.deepInclude(error.failure, { kind: 'http', status: 404, fatal: true })
      assert.isTrue((await loop.next()).done, 'it throws once, and is then at its end')
      const late = await failureOf(() => readAll(source.events('tick')))
      assert.instanceOf(late, ConnectionError)
    },
  },
  {
    name: 'a loop continues after a reconnection',
    async run({ serve, open }) {
      const stream = await serve([{ steps: [ticks(1)] }, { steps: [ticks(2)] }])
      const source = open<Ticks>(stream)
      const seen: number[] = []
      for await (const { data } of source.events('tick')) {
        seen.push(data)
        if (data === 2) break
        await stream.perform('cut')
      }
      assert.deepEqual(seen, [1, 2])
    },
  },
  {
    name: "overflow: a loop that falls behind throws after the events it could hold; 'drop-oldest' keeps the latest",
    async run({ serve, open }) {
      const stream = await serve([{ steps: [ticks(1, 2, 3, 4)] }])
      const source = open<Ticks>(stream)
      const strict = source.events('tick', { maxQueueSize: 2 })
      const loose = source.events('tick', { maxQueueSize: 2, overflow: 'drop-oldest' })
      const seen = collect(source, 'tick')
      await until(() => seen.length === 4, 'all ticks')
      assert.deepEqual([(await loose.next()).value?.data, (await loose.next()).value?.data], [3, 4])
      assert.deepEqual([(await strict.next()).value?.data, (await strict.next()).value?.data], [1, 2])
      const error = await failureOf(() => strict.next())
      assert.instanceOf(error, QueueOverflowError)
      assert.equal(error.maxQueueSize, 2)
      assert.equal(source.status.get().state, 'open')
    },
  },
  {
    name: 'an aborted signal ends a loop with its reason, before or during a wait',
    async run({ serve, open }) {
      const source = open<Ticks>(await serve([{}]))
      const reason = new Error('enough')
      const aborted = await failureOf(() => readAll(source.events('tick', { signal: AbortSignal.abort(reason) })))
      assert.equal(aborted, reason)
      const controller = new AbortController()
      const loop = readAll(source.events('tick', { signal: controller.signal }))
      await reach(source, 'open')
      controller.abort(reason)
      assert.equal(await failureOf(() => loop), reason)
      assert.equal(source.status.get().state, 'open')
    },
  },
]
