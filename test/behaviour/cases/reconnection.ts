import { assert } from 'chai'
import {
  type EventSourceOptions,
  exponentialBackoff,
  type ReconnectionContext,
  type TypedEventSource,
} from '../../../src/entries/index.js'
import { type Case, numbered, quick, tick, type Ticks, ticks } from '../case.js'
import { afterTimers, collect, reach, record, until } from '../wait.js'

/** Node's fetch takes a lost connection for the end of the answer if the server announced that it would close it. */
const KEEP_ALIVE = { connection: 'keep-alive' }

export const reconnection: readonly Case[] = [
  {
    name: 'the status shows every step of a loss, from connecting to closed',
    async run({ serve, open, transport }) {
      const stream = await serve([{ headers: KEEP_ALIVE, steps: [ticks(1)] }, { steps: [ticks(2)] }])
      const source = open<Ticks>(stream)
      const statuses = record(source)
      const seen = collect(source, 'tick')
      await until(() => seen.length === 1, 'the first tick')
      const before = Date.now()
      await stream.perform('cut')
      await until(() => seen.length === 2, 'the second tick')
      source.close()

      assert.deepEqual(
        statuses.map(({ state }) => state),
        ['connecting', 'open', 'waiting', 'connecting', 'open', 'closed'],
      )
      const [connecting, opened, waiting, again, reopened, closed] = statuses
      assert.deepEqual(connecting, { state: 'connecting', attempt: 0 })
      assert.deepInclude(opened, { state: 'open', resumed: false })
      if (transport !== 'auto') assert.deepInclude(opened, { transport })
      assert.isNumber(opened?.state === 'open' ? opened.since : undefined)
      assert.deepInclude(waiting, { state: 'waiting', attempt: 1, delay: 10 })
      if (waiting?.state !== 'waiting') throw new Error('for the type')
      assert.deepInclude(waiting.failure, { kind: 'network', fatal: false })
      assert.include(waiting.failure.message, stream.url)
      assert.isAtLeast(waiting.retryAt, before + 10 - 1)
      assert.isAtMost(waiting.retryAt, Date.now() + 10)
      assert.deepEqual(again, { state: 'connecting', attempt: 1, failure: waiting.failure })
      assert.deepInclude(reopened, { state: 'open' })
      assert.deepEqual(closed, { state: 'closed', reason: 'close-called' })
    },
  },
  {
    name: "a stream that ends has failed as 'ended', a request that breaks off as 'network'",
    transports: ['fetch'],
    async run({ serve, open }) {
      const stream = await serve([{ steps: ['end'] }, { status: 'silent' }, {}])
      const source = open<Ticks>(stream)
      const failures: unknown[] = []
      source.status.subscribe((status) => {
        if (status.state === 'waiting') failures.push(status.failure.kind)
      })
      await until(async () => (await stream.requests()).length === 2, 'the second request')
      await stream.perform('cut')
      await reach(source, 'open')
      assert.deepEqual(failures, ['ended', 'network'])
    },
  },
  {
    name: 'a server that ends each stream without an event is failing: the attempts add up',
    async run({ serve, open }) {
      const stream = await serve([
        { steps: ['end'] },
        { steps: [{ send: ': hello\n\n' }, 'end'] },
        { steps: ['end'] },
        {},
      ])
      const contexts: ReconnectionContext[] = []
      const source = open<Ticks>(stream, {
        reconnection: (context) => {
          contexts.push(context)
          return quick(context)
        },
      })
      await until(async () => (await stream.requests()).length === 4, 'the fourth request')
      await reach(source, 'open')
      assert.deepEqual(
        contexts.map(({ attempt }) => attempt),
        [1, 2, 3],
      )
      assert.isTrue(contexts.every(({ random }) => random >= 0 && random < 1))
      assert.isTrue(contexts.every(({ reconnectionTime }) => reconnectionTime === undefined))
    },
  },
  {
    name: 'a server that sends what it has and ends the stream is healthy: the client reconnects every time',
    transports: ['fetch', 'auto'],
    async run({ serve, open }) {
      const round = (value: number) => ({ steps: [{ send: `retry: 250\n${numbered(value)}` }, 'end' as const] })
      const stream = await serve([round(1), round(2), round(3), {}])
      const contexts: ReconnectionContext[] = []
      const source = open<Ticks>(stream, {
        reconnection: (context) => {
          contexts.push(context)
          return quick(context)
        },
      })
      const seen = collect(source, 'tick')
      await until(async () => (await stream.requests()).length === 4, 'the fourth request')
      assert.deepEqual(seen, [1, 2, 3])
      assert.deepEqual(
        contexts.map(({ attempt }) => attempt),
        [1, 1, 1],
      )
      // A browser's EventSource does not distinguish an end from a loss; fetch takes over after it.
      assert.deepEqual(
        contexts.slice(1).map(({ failure, reconnectionTime }) => [failure.kind, reconnectionTime]),
        [
          ['ended', 250],
          ['ended', 250],
        ],
      )
    },
  },
  {
    name: 'a POST that ends or fails is not repeated unless a policy is passed',
    transports: ['fetch', 'auto'],
    async run({ serve, open }) {
      const requests: [EventSourceOptions<Ticks>, number][] = [
        [{ body: '{}', reconnection: undefined }, 1],
        [{ method: 'PUT', reconnection: undefined }, 1],
        [{ body: '{}' }, 2],
      ]
      for (const [options, expected] of requests) {
        for (const answer of [{ steps: [ticks(1), 'end' as const] }, { status: 503 }]) {
          const stream = await serve([answer, { status: 204 }])
          const source = open<Ticks>(stream, options)
          await reach(source, 'closed')
          await afterTimers(20)
          assert.lengthOf(await stream.requests(), expected)
        }
      }
    },
  },
  {
    name: 'reconnect() starts again after a failure and after the end, and keeps the listeners',
    transports: ['fetch'],
    async run({ serve, open }) {
      const stream = await serve([{ status: 404 }, { steps: [{ send: numbered(1) }, 'end'] }, { status: 204 }, {}])
      const source = open<Ticks>(stream)
      const seen = collect(source, 'tick')
      assert.propertyVal(await reach(source, 'closed'), 'reason', 'failed')
      source.reconnect()
      await until(() => seen.length === 1, 'the tick')
      assert.propertyVal(await reach(source, 'closed'), 'reason', 'ended-by-server')
      source.reconnect()
      await reach(source, 'open')
      assert.propertyVal((await stream.requests())[3]?.headers, 'last-event-id', '1')
    },
  },
  {
    name: 'attempts are forgotten after resetAfter, if something was received',
    async run({ serve, open }) {
      const stream = await serve([{}, {}, { steps: [ticks(1)] }, { steps: [ticks(2)] }, {}])
      const attempts: number[] = []
      const source = open<Ticks>(stream, {
        reconnection: Object.assign(
          ({ attempt }: ReconnectionContext) => {
            attempts.push(attempt)
            return 0
          },
          { resetAfter: 0 },
        ),
      })
      const seen = collect(source, 'tick')
      for (const state of ['nothing', 'nothing']) {
        assert.lengthOf(seen, 0, `received ${state}`)
        await reach(source, 'open')
        source.status.get()
        const requests = (await stream.requests()).length
        await stream.perform('cut')
        await until(async () => (await stream.requests()).length > requests, 'the next request')
      }
      for (const count of [1, 2]) {
        await until(() => seen.length === count, `tick ${count}`)
        await stream.perform('cut')
      }
      await until(async () => (await stream.requests()).length === 5, 'the last request')
      assert.deepEqual(attempts, [1, 2, 1, 1])
    },
  },
  {
    name: 'the default policy backs off, with the server\'s "retry:" as its floor, within bounds',
    transports: ['fetch', 'auto'],
    needs: ['no-native'],
    async run({ serve, open }) {
      for (const [sent, floor] of [
        ['retry: 7000\n', 7000],
        ['retry: 0\n', 250],
        ['retry: 3000000000\n', 3_600_000],
        ['retry: soon\n', 0],
      ] as const) {
        const stream = await serve([{ steps: [{ send: `${sent}${tick(1)}` }, 'end'] }])
        const source = open<Ticks>(stream, { reconnection: exponentialBackoff() })
        const { delay } = await reach(source, 'waiting')
        assert.isAtLeast(delay, floor, sent)
        assert.isAtMost(delay, floor + Math.min(floor || 3000, 30_000), sent)
        source.close()
      }
    },
  },
  {
    name: 'the policy gets the reconnection time of the stream, clamped, even after further reconnections',
    transports: ['fetch'],
    async run({ serve, open }) {
      const stream = await serve([
        { steps: ['end'] },
        { steps: [{ send: 'retry: 700\n\n' }, 'end'] },
        { steps: ['end'] },
        { steps: [{ send: 'retry: 1\n\n' }, 'end'] },
        { steps: [{ send: 'retry: 3000000000\n\n' }, 'end'] },
        {},
      ])
      const times: unknown[] = []
      const source = open<Ticks>(stream, {
        reconnection({ reconnectionTime }) {
          times.push(reconnectionTime)
          return 0
        },
      })
      await until(async () => (await stream.requests()).length === 6, 'the last request')
      await reach(source, 'open')
      assert.deepEqual(times, [undefined, 700, 700, 250, 3_600_000])
    },
  },
  {
    name: 'Retry-After, in seconds or as a date, is part of the failure and the floor of the backoff',
    transports: ['fetch', 'auto'],
    async run({ serve, open }) {
      const inAMinute = new Date(Date.now() + 60_000).toUTCString()
      for (const [value, least, most] of [
        ['7', 7000, 7000],
        [inAMinute, 50_000, 60_000],
        ['86400', 3_600_000, 3_600_000],
      ] as const) {
        const stream = await serve([{ status: 503, headers: { 'retry-after': value } }])
        const source = open<Ticks>(stream, { transport: 'fetch', reconnection: exponentialBackoff() })
        const { failure, delay } = await reach(source, 'waiting')
        assert.deepInclude(failure, { kind: 'http', status: 503, fatal: false })
        assert.isAtLeast(failure.retryAfter ?? 0, least)
        assert.isAtMost(failure.retryAfter ?? 0, most)
        assert.isAtLeast(delay, failure.retryAfter ?? 0)
        assert.isAtMost(delay, (failure.retryAfter ?? 0) + 3000)
        source.close()
      }
    },
  },
  {
    name: 'a policy has the last word: false gives up, with the failure as the reason',
    async run({ serve, open }) {
      const stream = await serve([{ steps: ['end'] }])
      const source = open<Ticks>(stream, { reconnection: ({ attempt }) => (attempt <= 2 ? 0 : false) })
      const { reason, failure } = await reach(source, 'closed')
      assert.equal(reason, 'failed')
      assert.include(['ended', 'network'], failure?.kind)
      assert.lengthOf(await stream.requests(), 3)
    },
  },
  {
    name: 'a policy may retry a fatal failure',
    transports: ['fetch'],
    async run({ serve, open }) {
      const stream = await serve([{ status: 404 }, {}])
      const source = open<Ticks>(stream, { reconnection: () => 0 })
      await reach(source, 'open')
    },
  },
  {
    name: 'exponentialBackoff gives up after maxAttempts, and if shouldReconnect says so',
    transports: ['fetch'],
    async run({ serve, open }) {
      const failing = await serve([{ status: 503 }])
      const limited = open<Ticks>(failing, { reconnection: exponentialBackoff({ initialDelay: 1, maxAttempts: 3 }) })
      assert.deepInclude((await reach(limited, 'closed')).failure, { status: 503 })
      assert.lengthOf(await failing.requests(), 4)
      const refused = await serve([{ status: 503 }])
      const choosy = open<Ticks>(refused, {
        reconnection: exponentialBackoff({ shouldReconnect: ({ status }) => status !== 503 }),
      })
      assert.equal((await reach(choosy, 'closed')).reason, 'failed')
      assert.lengthOf(await refused.requests(), 1)
    },
  },
  {
    name: 'a policy that throws or returns an invalid time is reported, and the connection fails with the cause',
    async run({ serve, open, reported }) {
      const fault = new Error('a fault of the application')
      const stream = await serve([{ steps: ['end'] }])
      const throwing = open<Ticks>(stream, {
        reconnection() {
          throw fault
        },
      })
      const { reason, failure } = await reach(throwing, 'closed')
      assert.equal(reason, 'failed')
      assert.deepInclude(failure, { kind: 'application', fatal: true, cause: fault })
      assert.deepEqual(reported.splice(0), [fault])

      for (const time of [Number.NaN, -1]) {
        const source = open<Ticks>(stream, { reconnection: () => time })
        assert.equal((await reach(source, 'closed')).failure?.kind, 'application')
        const [error] = reported.splice(0)
        assert.instanceOf(error, RangeError)
        assert.match(String(error), /reconnection/)
      }
    },
  },
  {
    name: 'reconnection: false makes one attempt: the end of the stream closes the source, anything else is a failure',
    transports: ['fetch', 'auto'],
    async run({ serve, open }) {
      const stream = await serve([{ steps: [ticks(1), 'end'] }])
      const source = open<Ticks>(stream, { reconnection: false })
      const seen: number[] = []
      for await (const { data } of source.events('tick')) seen.push(data)
      assert.deepEqual(seen, [1])
      assert.deepEqual(source.status.get(), { state: 'closed', reason: 'ended-by-server' })
      assert.lengthOf(await stream.requests(), 1)

      const broken = open<Ticks>(await serve([{ status: 503 }]), { reconnection: false })
      assert.deepInclude((await reach(broken, 'closed')).failure, { kind: 'http', status: 503 })
    },
  },
  {
    name: 'reconnection: false makes one attempt on native too; every end is a failure, as the browser gives no reason',
    transports: ['native'],
    async run({ serve, open }) {
      const stream = await serve([{ steps: ['end'] }])
      const source = open<Ticks>(stream, { reconnection: false })
      assert.deepInclude((await reach(source, 'closed')).failure, { kind: 'network' })
      assert.lengthOf(await stream.requests(), 1)
    },
  },
  {
    name: 'reconnect() skips a wait',
    async run({ serve, open }) {
      const stream = await serve([{ steps: ['end'] }, {}])
      const source = open<Ticks>(stream, { reconnection: () => 1_000_000 })
      assert.equal((await reach(source, 'waiting')).delay, 1_000_000)
      source.reconnect()
      assert.deepEqual(source.status.get(), { state: 'connecting', attempt: 1 })
      await reach(source, 'open')
      assert.lengthOf(await stream.requests(), 2)
    },
  },
  {
    name: 'reconnect() replaces an open connection, and a request without an answer',
    async run({ serve, open }) {
      const stream = await serve([{ status: 'silent' }, {}, { steps: [ticks(3)] }])
      const source = open<Ticks>(stream)
      const seen = collect(source, 'tick')
      const statuses = record(source)
      await until(async () => (await stream.requests()).length === 1, 'the first request')
      source.reconnect()
      await reach(source, 'open')
      source.reconnect()
      await until(() => seen.length === 1, 'the tick')
      await until(async () => (await stream.report()).open === 1, 'the others to be aborted')
      assert.lengthOf(await stream.requests(), 3)
      assert.deepEqual(
        statuses.map(({ state }) => state),
        // The second 'connecting' is a new attempt, and published as one.
        ['connecting', 'connecting', 'open', 'connecting', 'open'],
      )
    },
  },
  {
    name: 'reconnect() from inside a listener: the rest of the chunk is not delivered',
    transports: ['fetch'],
    async run({ serve, open }) {
      const stream = await serve([{ steps: [ticks(1, 2)] }, { steps: [ticks(3)] }])
      const source = open<Ticks>(stream)
      const seen: number[] = []
      source.on('tick', ({ data }) => {
        seen.push(data)
        if (data === 1) source.reconnect()
      })
      await until(() => seen.includes(3), 'the new stream')
      assert.deepEqual(seen, [1, 3])
    },
  },
  {
    name: "connect: 'while-listening' connects for the first listener and disconnects after the last one",
    async run({ serve, open }) {
      const starts: ((source: TypedEventSource<Ticks>) => () => void)[] = [
        (source) => source.on('tick', () => {}),
        (source) => {
          const loop = source.events('tick')
          return () => void loop.return?.()
        },
        (source) => source.store('tick').subscribe(() => {}),
      ]
      await Promise.all(
        starts.map(async (start) => {
          const stream = await serve([{ steps: [{ send: numbered(1) }] }, {}])
          const source = open<Ticks>(stream, { connect: 'while-listening' })
          source.status.subscribe(() => {})
          source.store('tick')
          source.reconnect()
          await afterTimers(5)
          assert.deepEqual(source.status.get(), { state: 'idle' })
          assert.lengthOf(await stream.requests(), 0)
          const stop = start(source)
          assert.deepEqual(source.status.get(), { state: 'connecting', attempt: 0 })
          await until(() => source.lastEventId === '1', 'the first tick')
          stop()
          await reach(source, 'idle')
          await until(async () => (await stream.report()).open === 0, 'the source to disconnect')
          start(source)
          await reach(source, 'open')
        }),
      )
    },
  },
]
