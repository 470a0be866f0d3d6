import { assert } from 'chai'
import { type Case, type Ticks, ticks } from '../case.js'
import { collect, reach, record, until } from '../wait.js'

export const limits: readonly Case[] = [
  {
    name: 'idleTimeout: a stream that stalls is given up and requested again',
    transports: ['fetch', 'auto'],
    async run({ serve, open }) {
      const stream = await serve([{ steps: [ticks(1)] }, { steps: [ticks(2)] }])
      const source = open<Ticks>(stream, { idleTimeout: 100 })
      const story = record(source)
      const seen = collect(source, 'tick')
      await until(() => seen.length === 2, 'both ticks')
      const [failure] = story.flatMap((status) => (status.state === 'waiting' ? [status.failure] : []))
      assert.deepInclude(failure, { kind: 'idle', fatal: false })
      assert.include(failure?.message, '100 ms')
    },
  },
  {
    name: 'idleTimeout: a request that is never answered is given up too, on every transport',
    async run({ serve, open }) {
      const stream = await serve([{ status: 'silent' }, { steps: [ticks(1)] }])
      const source = open<Ticks>(stream, { idleTimeout: 100 })
      const story = record(source)
      const seen = collect(source, 'tick')
      await until(() => seen.length === 1, 'the tick')
      assert.deepEqual(
        story.slice(0, 2).map((status) => (status.state === 'waiting' ? status.failure.kind : status.state)),
        ['connecting', 'idle'],
      )
    },
  },
  {
    name: 'idleTimeout: comments are a sign of life',
    transports: ['fetch'],
    async run({ serve, open }) {
      const stream = await serve([{}])
      const source = open<Ticks>(stream, { idleTimeout: 1500 })
      await reach(source, 'open')
      const end = Date.now() + 2500
      while (Date.now() < end) await stream.perform({ send: ':\n' })
      assert.equal(source.status.get().state, 'open')
      assert.lengthOf(await stream.requests(), 1)
    },
  },
  {
    name: 'an endless line is cut off at maxEventSize: the connection fails for good and is released',
    transports: ['fetch', 'auto'],
    async run({ serve, open }) {
      const endless = { send: 'data: '.padEnd(1000, 'x'), times: 1_000_000 }
      const stream = await serve([{ steps: [ticks(1), { send: 'event: tick\n' }, endless] }])
      const source = open<Ticks>(stream, { maxEventSize: 50_000 })
      const seen = collect(source, 'tick')
      const { reason, failure } = await reach(source, 'closed')
      assert.equal(reason, 'failed')
      assert.deepInclude(failure, { kind: 'too-large', fatal: true })
      assert.include(failure?.message, '50000 bytes')
      assert.include(failure?.message, 'maxEventSize')
      assert.deepEqual(seen, [1])
      await until(async () => (await stream.report()).open === 0, 'the release')
    },
  },
  {
    name: 'maxEventSize limits one event, not the stream',
    transports: ['fetch'],
    async run({ serve, open }) {
      const stream = await serve([{ steps: [{ send: 'event: tick\ndata: 1\n\n', times: 100 }] }])
      const seen = collect(open<Ticks>(stream, { maxEventSize: 100 }), 'tick')
      await until(() => seen.length === 100, 'all of them')
    },
  },
]
