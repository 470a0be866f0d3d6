import { assert } from 'chai'
import { z } from 'zod'
import { ConnectionError, type Reconnection, type ReconnectionPolicy } from '../../../src/entries/index.js'
import { type Case, numbered, quick, tick, type Ticks, ticks } from '../case.js'
import { afterTimers, collect, reach, until } from '../wait.js'

interface Tokens {
  message: { token: string }
  usage: { tokens: number }
}

const TOKEN = 'data: {"token":"a"}\n\n'

export const ending: readonly Case[] = [
  {
    name: 'endOn an event type: the event is delivered, then the source is closed, without a reconnection',
    async run({ serve, open }) {
      const stream = await serve([{ steps: [{ send: `${TOKEN}event: usage\ndata: {"tokens":1}\n\n${TOKEN}` }, 'end'] }])
      const source = open<Tokens>(stream, { endOn: 'usage' })
      const tokens = collect(source, 'message')
      const usage = collect(source, 'usage')
      assert.deepEqual(await reach(source, 'closed'), { state: 'closed', reason: 'ended-by-server' })
      await afterTimers(20)
      assert.deepEqual([tokens, usage], [[{ token: 'a' }], [{ tokens: 1 }]])
      assert.lengthOf(await stream.requests(), 1)
    },
  },
  {
    name: 'endOn an event type that nobody listens for closes the source too',
    async run({ serve, open }) {
      const stream = await serve([{ steps: [{ send: `${TOKEN}event: usage\ndata: {}\n\n` }] }])
      const source = open<Tokens>(stream, { endOn: 'usage' })
      const tokens = collect(source, 'message')
      assert.propertyVal(await reach(source, 'closed'), 'reason', 'ended-by-server')
      assert.lengthOf(tokens, 1)
    },
  },
  {
    name: 'endOn an event type whose event is empty: the source is closed, and nothing is delivered',
    async run({ serve, open }) {
      const stream = await serve([{ steps: [{ send: `${TOKEN}event: usage\ndata:\n\n` }] }])
      const errors: unknown[] = []
      const source = open<Tokens>(stream, { endOn: 'usage', onPayloadError: (error) => errors.push(error) })
      const usage = collect(source, 'usage')
      assert.propertyVal(await reach(source, 'closed'), 'reason', 'ended-by-server')
      assert.deepEqual([usage, errors], [[], []])
    },
  },
  {
    name: 'endOn a function: the mark is not a payload, and is not delivered; loops end',
    transports: ['fetch', 'auto'],
    async run({ serve, open }) {
      const stream = await serve([{ steps: [{ send: `${TOKEN}data: [DONE]\n\n${TOKEN}` }] }])
      const refused: unknown[] = []
      const source = open<Tokens>(stream, {
        endOn: ({ data }) => data === '[DONE]',
        onPayloadError: (error) => refused.push(error),
      })
      const seen: unknown[] = []
      for await (const { data } of source.events('message')) seen.push(data)
      assert.deepEqual(seen, [{ token: 'a' }])
      assert.deepEqual(refused, [])
      assert.propertyVal(source.status.get(), 'reason', 'ended-by-server')
    },
  },
  {
    name: 'endOn several types: the first of them ends the stream, and is delivered',
    async run({ serve, open }) {
      const stream = await serve([{ steps: [{ send: `${TOKEN}event: failure\ndata: {"tokens":1}\n\n${TOKEN}` }] }])
      const source = open<Tokens & { failure: { tokens: number } }>(stream, { endOn: ['usage', 'failure'] })
      const tokens = collect(source, 'message')
      const failures = collect(source, 'failure')
      assert.deepEqual(await reach(source, 'closed'), { state: 'closed', reason: 'ended-by-server' })
      assert.deepEqual([tokens, failures], [[{ token: 'a' }], [{ tokens: 1 }]])
    },
  },
  {
    name: "endOn a function that answers 'deliver': the last event has a payload, and is delivered",
    transports: ['fetch', 'auto'],
    async run({ serve, open }) {
      const stream = await serve([
        { steps: [{ send: `${TOKEN}data: {"token":"b","finishReason":"STOP"}\n\n${TOKEN}` }] },
      ])
      const source = open<Tokens>(stream, { endOn: ({ data }) => data.includes('finishReason') && 'deliver' })
      let text = ''
      for await (const { data } of source.events('message')) text += data.token
      assert.equal(text, 'ab')
      assert.propertyVal(source.status.get(), 'reason', 'ended-by-server')
    },
  },
  {
    name: 'endOn: a stream that ends without its mark was cut short: it is requested again',
    transports: ['fetch', 'auto'],
    async run({ serve, open }) {
      const stream = await serve([
        { steps: [{ send: TOKEN }, 'end'] },
        { steps: [{ send: 'event: usage\ndata: {}\n\n' }] },
      ])
      const source = open<Tokens>(stream, { endOn: 'usage' })
      assert.propertyVal(await reach(source, 'closed'), 'reason', 'ended-by-server')
      assert.lengthOf(await stream.requests(), 2)
    },
  },
  {
    name: 'endOn: half an answer is a failure without reconnection, and loops throw',
    transports: ['fetch', 'auto'],
    async run({ serve, open }) {
      for (const endOn of ['usage', ({ data }: { data: string }) => data === '[DONE]'] as const) {
        const stream = await serve([{ steps: [{ send: TOKEN }, 'end'] }])
        const source = open<Tokens>(stream, { endOn, reconnection: false })
        const seen: unknown[] = []
        try {
          for await (const { data } of source.events('message')) seen.push(data)
        } catch (error) {
          seen.push(error instanceof ConnectionError && error.failure.kind)
        }
        assert.deepEqual(seen, [{ token: 'a' }, 'ended'])
        assert.deepInclude((await reach(source, 'closed')).failure, { kind: 'ended', fatal: false })
      }
    },
  },
  {
    name: 'a policy can retry cuts and accept the clean end',
    transports: ['fetch', 'auto'],
    async run({ serve, open }) {
      const acceptEnds: ReconnectionPolicy = (context) => (context.failure.kind === 'ended' ? false : quick(context))
      for (const last of [[{ send: numbered(2) }, 'end'], ['end']] as const) {
        const first = { headers: { connection: 'keep-alive' }, steps: [{ send: numbered(1) }] }
        const stream = await serve([first, { steps: last }])
        const source = open<Ticks>(stream, { reconnection: acceptEnds })
        const loop = source.events('tick')
        const seen = [(await loop.next()).value?.data]
        await stream.perform('cut')
        for await (const { data } of loop) seen.push(data)
        assert.deepEqual(seen, last.length === 2 ? [1, 2] : [1])
        assert.deepEqual(source.status.get(), { state: 'closed', reason: 'ended-by-server' })
      }
    },
  },
  {
    name: 'an endOn function that throws is reported, and the stream continues',
    transports: ['fetch'],
    async run({ serve, open, reported }) {
      const error = new Error('mine')
      const stream = await serve([{ steps: [ticks(1, 2)] }])
      const source = open<Ticks>(stream, {
        endOn({ data }) {
          if (data === '1') throw error
          return false
        },
      })
      const seen = collect(source, 'tick')
      await until(() => seen.length === 2, 'both ticks')
      assert.deepEqual(reported.splice(0), [error])
      assert.propertyVal(source.status.get(), 'state', 'open')
    },
  },
  {
    name: 'a ConnectionError that endOn throws is the failure of the source: the event is not delivered, loops throw',
    transports: ['fetch', 'auto'],
    async run({ serve, open, reported }) {
      const failure = { kind: 'reported', fatal: true, message: 'overloaded' } as const
      const stream = await serve([{ steps: [{ send: `${tick(1)}event: error\ndata: 1\n\n${tick(2)}` }] }])
      const source = open<Ticks & { error: number }>(stream, {
        endOn({ event }) {
          if (event === 'error') throw new ConnectionError(failure)
          return false
        },
      })
      const seen: unknown[] = []
      try {
        for await (const { data } of source.events()) seen.push(data)
      } catch (error) {
        seen.push(error instanceof ConnectionError && error.failure)
      }
      assert.deepEqual(seen, [1, failure])
      assert.deepEqual(source.status.get(), { state: 'closed', reason: 'failed', failure })
      assert.deepEqual(reported, [])
    },
  },
  {
    name: 'events before the end are delivered even after a slow schema: with endOn, 204, one-shot use',
    transports: ['fetch'],
    async run({ serve, open }) {
      const schemas = { tick: z.number().refine(async () => afterTimers(5).then(() => true)) }
      const last = { send: `${tick(1)}${tick(2)}` }
      for (const [options, connections] of [
        [
          { endOn: ({ data }: { data: string }) => data === 'over' },
          [{ steps: [{ send: `${last.send}data: over\n\n` }] }],
        ],
        [{ reconnection: false }, [{ steps: [last, 'end'] }]],
        [{}, [{ steps: [last, 'end'] }, { status: 204 }]],
      ] as const) {
        const source = open(await serve(connections), { schemas, ...options })
        const seen: number[] = []
        for await (const { data } of source.events('tick')) seen.push(data)
        assert.deepEqual(seen, [1, 2])
        assert.propertyVal(source.status.get(), 'reason', 'ended-by-server')
      }
    },
  },
  {
    name: 'close() is final even if the server has ended the stream and a schema still holds its events',
    transports: ['fetch'],
    async run({ serve, open }) {
      let release = () => {}
      const held = new Promise<void>((resolve) => {
        release = resolve
      })
      const schemas = { tick: z.number().refine(async () => held.then(() => true)) }
      const source = open(await serve([{ steps: [ticks(1, 2), 'end'] }]), { schemas, reconnection: false })
      const seen: number[] = []
      source.on('tick', ({ data }) => seen.push(data))
      await reach(source, 'closed')
      source.close()
      release()
      await afterTimers(20)
      assert.deepEqual(seen, [])
    },
  },
  {
    name: 'onReconnect reports, before the first event, whether the stream resumed, and with which ID',
    transports: ['fetch', 'auto'],
    async run({ serve, open }) {
      const stream = await serve([{ steps: [{ send: numbered(1) }] }, { steps: [{ send: numbered(2) }] }, {}])
      const source = open<Ticks>(stream)
      const story: unknown[] = []
      source.onReconnect((reconnection) => story.push(reconnection))
      source.on('tick', ({ data }) => story.push(data))
      await until(() => story.length === 1, 'the first tick')
      await stream.perform('cut')
      await until(() => story.length === 3, 'the second tick')
      const { downtime, ...rest } = story[1] as Reconnection
      assert.deepEqual([story[0], rest, story[2]], [1, { resumed: true, continuity: 'unknown', lastEventId: '1' }, 2])
      assert.isAtLeast(downtime, 9)
      assert.isBelow(downtime, 8000)
    },
  },
  {
    name: 'onReconnect reports a stream that could not resume; the function it returns removes the listener',
    async run({ serve, open }) {
      const stream = await serve([1, 2, 3].map((n) => ({ steps: [ticks(n)] })))
      const source = open<Ticks>(stream)
      const reconnections: Reconnection[] = []
      const undo = source.onReconnect((reconnection) => reconnections.push(reconnection))
      const seen = collect(source, 'tick')
      await until(() => seen.length === 1, 'the first tick')
      source.reconnect()
      await until(() => seen.length === 2, 'the second tick')
      assert.deepInclude(reconnections[0], { resumed: false, lastEventId: '' })
      undo()
      source.reconnect()
      await until(() => seen.length === 3, 'the third tick')
      assert.lengthOf(reconnections, 1)
    },
  },
  {
    name: 'native cannot send an ID with a new connection, and says so',
    transports: ['native'],
    async run({ serve, open }) {
      const stream = await serve([{ steps: [{ send: numbered(1) }] }, {}])
      const source = open<Ticks>(stream)
      const reconnections: Reconnection[] = []
      source.onReconnect((reconnection) => reconnections.push(reconnection))
      const seen = collect(source, 'tick')
      await until(() => seen.length === 1, 'the first tick')
      source.reconnect()
      await until(() => reconnections.length === 1, 'the reconnection')
      assert.deepInclude(reconnections[0], { resumed: false, lastEventId: '1' })
    },
  },
  {
    name: 'an onReconnect listener that throws is reported, and the stream continues',
    transports: ['fetch'],
    async run({ serve, open, reported }) {
      const error = new Error('mine')
      const stream = await serve([{ steps: [ticks(1)] }, { steps: [ticks(2)] }])
      const source = open<Ticks>(stream)
      source.onReconnect(() => {
        throw error
      })
      const seen = collect(source, 'tick')
      await until(() => seen.length === 1, 'the first tick')
      source.reconnect()
      await until(() => seen.length === 2, 'the second tick')
      assert.deepEqual(reported.splice(0), [error])
    },
  },
  {
    name: 'duplicateWindow: a block that sets only the ID is not an event, and the event after it is delivered',
    transports: ['fetch', 'auto'],
    async run({ serve, open }) {
      const stream = await serve([{ steps: [{ send: `id: 1\n\n${numbered(1)}id: 1\n\n${tick(2)}` }] }])
      const source = open<Ticks>(stream, { duplicateWindow: 100 })
      const seen = collect(source, 'tick')
      await until(() => seen.includes(2), 'the last tick')
      assert.deepEqual(seen, [1, 2])
    },
  },
  {
    name: 'duplicateWindow: no event is lost if the server counts from 1 again after a restart',
    transports: ['fetch', 'auto'],
    async run({ serve, open }) {
      const events = (from: number, values: readonly number[]) => ({
        send: values.map((value, index) => `id: ${from + index}\n${tick(value)}`).join(''),
      })
      const stream = await serve([{ steps: [events(1, [1, 2, 3]), 'end'] }, { steps: [events(1, [4, 5, 6])] }])
      const source = open<Ticks>(stream, { duplicateWindow: 100 })
      const seen = collect(source, 'tick')
      await until(() => seen.includes(6), 'the last tick')
      assert.deepEqual(seen, [1, 2, 3, 4, 5, 6])
    },
  },
  {
    name: 'duplicateWindow: an event that the server repeats is dropped',
    transports: ['fetch', 'auto'],
    async run({ serve, open }) {
      const first = { send: [1, 2, 3].map(numbered).join('') }
      const second = { send: [2, 3, 4].map(numbered).join('') }
      const stream = await serve([{ steps: [first, 'end'] }, { steps: [second] }])
      const source = open<Ticks>(stream, { duplicateWindow: 100 })
      const seen = collect(source, 'tick')
      await until(() => seen.includes(4), 'the last tick')
      assert.deepEqual(seen, [1, 2, 3, 4])
    },
  },
]
