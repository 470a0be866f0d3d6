import { assert } from 'chai'
import { type Case, type Ticks, ticks } from '../case.js'
import { afterTimers, collect, reach, record, until } from '../wait.js'

const EVENT_STREAM = { 'content-type': 'text/event-stream' }

export const closing: readonly Case[] = [
  {
    name: 'close() before anybody listens: nothing is requested',
    async run({ serve, open }) {
      const stream = await serve([{}])
      const lazy = open<Ticks>(stream, { connect: 'while-listening' })
      const eager = open<Ticks>(stream)
      lazy.close()
      eager.close()
      lazy.on('tick', () => {})
      await afterTimers(10)
      assert.deepEqual(lazy.status.get(), { state: 'closed', reason: 'close-called' })
      assert.deepEqual(eager.status.get(), { state: 'closed', reason: 'close-called' })
      assert.lengthOf(await stream.requests(), 0)
    },
  },
  {
    name: 'close() in the same turn as the creation: no function of the application is called',
    transports: ['fetch', 'auto'],
    async run({ serve, open }) {
      const stream = await serve([{}])
      const asked: string[] = []
      const source = open<Ticks>(stream, {
        headers() {
          asked.push('headers')
          return {}
        },
      })
      source.close()
      await afterTimers(10)
      assert.deepEqual(asked, [])
      assert.lengthOf(await stream.requests(), 0)
    },
  },
  {
    name: 'the timer of idleTimeout stops with its connection, however that ends',
    transports: ['fetch'],
    async run({ serve, open }) {
      // Long enough to be found by runtimes that count the timers left.
      const idleTimeout = 1_000_000
      const silent = await serve([{ status: 'silent' }])
      open<Ticks>(silent, { idleTimeout })
      await until(async () => (await silent.report()).open === 1, 'the request')
      await reach(open<Ticks>(await serve([{}]), { idleTimeout }), 'open')
      await reach(open<Ticks>(await serve([{ status: 404 }]), { idleTimeout }), 'closed')
      const stream = await serve([{ steps: ['end'] }, {}])
      open<Ticks>(stream, { idleTimeout })
      await until(async () => (await stream.requests()).length === 2, 'the reconnection')
    },
  },
  {
    name: 'close() while connecting aborts the request',
    async run({ serve, open }) {
      const stream = await serve([{ status: 'silent' }])
      const source = open<Ticks>(stream)
      const story = record(source)
      await until(async () => (await stream.report()).open === 1, 'the request')
      source.close()
      await until(async () => (await stream.report()).open === 0, 'the request to be aborted')
      await afterTimers(20)
      assert.deepEqual(
        story.map(({ state }) => state),
        ['connecting', 'closed'],
      )
      assert.lengthOf(await stream.requests(), 1)
    },
  },
  {
    name: 'close() while connecting to another origin, with an ID: the header function is not called again',
    transports: ['fetch', 'auto'],
    needs: ['other-origin'],
    async run({ serveElsewhere, open }) {
      const stream = await serveElsewhere([{ status: 'silent' }])
      let asked = 0
      const source = open<Ticks>(stream, {
        lastEventId: '1',
        headers() {
          asked += 1
          return {}
        },
      })
      await until(async () => (await stream.report()).open === 1, 'the request')
      source.close()
      await until(async () => (await stream.report()).open === 0, 'the request to be aborted')
      await afterTimers(20)
      assert.equal(asked, 1)
      assert.lengthOf(await stream.requests(), 1)
    },
  },
  {
    name: 'close() while a header function is pending: no request is made',
    transports: ['fetch', 'auto'],
    async run({ serve, open }) {
      const stream = await serve([{}])
      let giveHeaders: ((headers: Record<string, string>) => void) | undefined
      const source = open<Ticks>(stream, {
        headers: () =>
          new Promise<Record<string, string>>((resolve) => {
            giveHeaders = resolve
          }),
      })
      await until(() => giveHeaders !== undefined, 'the header function to be called')
      source.close()
      giveHeaders?.({})
      await afterTimers(10)
      assert.lengthOf(await stream.requests(), 0)
    },
  },
  {
    name: 'close() of an open stream closes the connection, and nothing is called afterwards',
    async run({ serve, open }) {
      const stream = await serve([{ steps: [ticks(1)] }])
      const source = open<Ticks>(stream)
      const story = record(source)
      const seen = collect(source, 'tick')
      await until(() => seen.length === 1, 'the tick')
      source.close()
      await until(async () => (await stream.report()).open === 0, 'the connection to be closed')
      await afterTimers(20)
      assert.deepEqual(
        story.map(({ state }) => state),
        ['connecting', 'open', 'closed'],
      )
      assert.lengthOf(await stream.requests(), 1)
    },
  },
  {
    name: 'close() while waiting: the next attempt is not made',
    async run({ serve, open }) {
      const stream = await serve([{ steps: ['end'] }])
      const source = open<Ticks>(stream, { reconnection: () => 20 })
      const story = record(source)
      await reach(source, 'waiting')
      source.close()
      await afterTimers(25)
      assert.lengthOf(await stream.requests(), 1)
      assert.deepEqual(
        story.map(({ state }) => state),
        ['connecting', 'open', 'waiting', 'closed'],
      )
    },
  },
  {
    name: 'after close(), a second close(), reconnect(), on() and loops do nothing',
    async run({ serve, open }) {
      const stream = await serve([{}])
      const source = open<Ticks>(stream)
      await reach(source, 'open')
      const story = record(source)
      source.close()
      const closed = source.status.get()
      source.close()
      source.reconnect()
      source.on('tick', () => {})()
      assert.isTrue((await source.events('tick').next()).done)
      await afterTimers(10)
      assert.equal(source.status.get(), closed)
      assert.deepEqual(
        story.map(({ state }) => state),
        ['open', 'closed'],
      )
      assert.lengthOf(await stream.requests(), 1)
    },
  },
  {
    name: 'close() from inside a listener: nobody gets the rest of the chunk',
    async run({ serve, open }) {
      const stream = await serve([{ steps: [ticks(1, 2, 3)] }])
      const source = open<Ticks>(stream)
      const heard: string[] = []
      source.on('tick', ({ data }) => {
        heard.push(`first ${data}`)
        if (data === 2) source.close()
      })
      source.on('tick', ({ data }) => heard.push(`second ${data}`))
      await reach(source, 'closed')
      await until(async () => (await stream.report()).open === 0, 'the connection to be closed')
      assert.deepEqual(heard, ['first 1', 'second 1', 'first 2'])
    },
  },
  {
    name: 'close() from inside a status subscriber is just as final, in every state',
    async run({ serve, open }) {
      for (const fatefulState of ['connecting', 'open', 'waiting'] as const) {
        const stream = await serve([{ steps: [ticks(1), 'end'] }])
        const source = open<Ticks>(stream)
        const told: string[] = []
        source.status.subscribe(({ state }) => {
          told.push(state)
          if (state === fatefulState) source.close()
        })
        const late = record(source)
        await reach(source, 'closed')
        await until(async () => (await stream.report()).open === 0, 'nothing to be open')
        await afterTimers(20)
        assert.isAtMost((await stream.requests()).length, 1)
        assert.equal(told.at(-1), 'closed')
        assert.equal(late.at(-1)?.state, 'closed')
        assert.equal(late.filter(({ state }) => state === 'closed').length, 1)
      }
    },
  },
  {
    name: 'close() cancels the body even if a custom fetch ignores its signal',
    transports: ['fetch', 'auto'],
    async run({ serve, open }) {
      let cancelled = false
      const source = open<Ticks>(await serve([{}]), {
        fetch: () => {
          const body = new ReadableStream<Uint8Array>({
            start: (controller) => controller.enqueue(new TextEncoder().encode(ticks(1).send)),
            cancel() {
              cancelled = true
            },
          })
          return Promise.resolve({ status: 200, url: '', headers: new Headers(EVENT_STREAM), body })
        },
      })
      const seen = collect(source, 'tick')
      await until(() => seen.length === 1, 'the tick')
      source.close()
      await until(() => cancelled, 'the body to be cancelled')
    },
  },
  {
    name: 'a signal closes the source for good, with the reason aborted',
    async run({ serve, open }) {
      const controller = new AbortController()
      const stream = await serve([{ steps: [ticks(1)] }])
      const source = open<Ticks>(stream, { signal: controller.signal })
      const seen = collect(source, 'tick')
      await until(() => seen.length === 1, 'the tick')
      controller.abort()
      assert.deepEqual(source.status.get(), { state: 'closed', reason: 'aborted' })
      await until(async () => (await stream.report()).open === 0, 'the connection to be closed')
    },
  },
  {
    name: 'a signal that is already aborted: the source is closed from the start, and nothing is requested',
    async run({ serve, open }) {
      const stream = await serve([{}])
      const source = open<Ticks>(stream, { signal: AbortSignal.abort() })
      assert.deepEqual(source.status.get(), { state: 'closed', reason: 'aborted' })
      source.on('tick', () => {})
      assert.isTrue((await source.events('tick').next()).done)
      await afterTimers(10)
      assert.lengthOf(await stream.requests(), 0)
    },
  },
  {
    name: 'a closed source releases the signal',
    async run({ serve, open }) {
      const { signal } = new AbortController()
      const listening = new Set<unknown>()
      const add = signal.addEventListener.bind(signal)
      const remove = signal.removeEventListener.bind(signal)
      signal.addEventListener = (...args: Parameters<typeof add>) => {
        listening.add(args[1])
        add(...args)
      }
      signal.removeEventListener = (...args: Parameters<typeof remove>) => {
        listening.delete(args[1])
        remove(...args)
      }
      const source = open<Ticks>(await serve([{}]), { signal })
      source.on('tick', () => {}, { signal })()
      await source.events('tick', { signal }).return?.()
      assert.equal(listening.size, 1)
      source.close()
      assert.equal(listening.size, 0)
    },
  },
  {
    name: 'Symbol.dispose closes the source',
    async run({ serve, open }) {
      const stream = await serve([{}])
      const source = open<Ticks>(stream)
      await reach(source, 'open')
      if (typeof Symbol.dispose === 'symbol') source[Symbol.dispose]()
      else source.close()
      assert.deepEqual(source.status.get(), { state: 'closed', reason: 'close-called' })
    },
  },
]
