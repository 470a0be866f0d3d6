import { assert } from 'chai'
import {
  type AttemptContext,
  type EventSourceOptions,
  type FetchLike,
  type FetchLikeInit,
  fetchTransport,
} from '../../../src/entries/index.js'
import type { RequestRecord } from '../../server/script.js'
import { type Case, quick, type Ticks, ticks } from '../case.js'
import { reach, record, until, within } from '../wait.js'

interface Echo {
  echo: RequestRecord
}

const ECHO = { steps: [{ echo: 'echo' }] }

export const request: readonly Case[] = [
  {
    name: 'a request is a GET for text/event-stream without a last event ID',
    async run({ serve, open }) {
      const source = open<Echo>(await serve([ECHO]))
      const { value } = await within(source.events('echo').next(), 'the echo')
      assert.deepInclude(value?.data, { method: 'GET', body: '' })
      assert.deepInclude(value?.data.headers, { accept: 'text/event-stream' })
      assert.notProperty(value?.data.headers, 'last-event-id')
    },
  },
  {
    name: 'headers are sent as given',
    transports: ['fetch', 'auto'],
    async run({ serve, open }) {
      const source = open<Echo>(await serve([ECHO]), {
        headers: { Authorization: 'Bearer 1', accept: 'text/event-stream, */*' },
      })
      const { value } = await within(source.events('echo').next(), 'the echo')
      assert.deepInclude(value?.data.headers, { authorization: 'Bearer 1', accept: 'text/event-stream, */*' })
      assert.deepInclude(source.status.get(), { transport: 'fetch' })
    },
  },
  {
    name: 'a header function is called on every attempt, with the attempt and the failure before it',
    transports: ['fetch', 'auto'],
    async run({ serve, open }) {
      const stream = await serve([{ steps: ['end'] }, { status: 503 }, ECHO])
      const asked: AttemptContext[] = []
      const source = open<Echo>(stream, {
        async headers(context) {
          asked.push(context)
          await Promise.resolve()
          return { 'x-token': `${asked.length}` }
        },
      })
      await within(source.events('echo').next(), 'the echo')
      assert.deepEqual(
        asked.map(({ attempt, failure }) => [attempt, failure?.kind, failure?.status]),
        [
          [0, undefined, undefined],
          [1, 'ended', undefined],
          [2, 'http', 503],
        ],
      )
      const sent = (await stream.requests()).map(({ headers }) => headers['x-token'])
      assert.deepEqual(sent, ['1', '2', '3'])
    },
  },
  {
    name: 'after a 401 a header function is called once more, at once',
    transports: ['fetch', 'auto'],
    async run({ serve, open }) {
      const stream = await serve([{ status: 401 }, ECHO])
      const asked: AttemptContext[] = []
      const source = open<Echo>(stream, {
        headers(context) {
          asked.push(context)
          return { authorization: context.failure?.status === 401 ? 'fresh' : 'stale' }
        },
      })
      const story = record(source)
      const { value } = await within(source.events('echo').next(), 'the echo')
      assert.equal(value?.data.headers['authorization'], 'fresh')
      assert.deepEqual(
        story.map(({ state }) => state),
        ['connecting', 'open'],
      )
      assert.deepEqual(
        asked.map(({ attempt, failure }) => [attempt, failure?.status]),
        [
          [0, undefined],
          [0, 401],
        ],
      )
    },
  },
  {
    name: 'a second 401 is fatal; if the headers are not a function, the first one is',
    transports: ['fetch', 'auto'],
    async run({ serve, open }) {
      for (const [headers, count] of [
        [() => ({ authorization: 'wrong' }), 2],
        [{ authorization: 'wrong' }, 1],
      ] as const) {
        const stream = await serve([{ status: 401 }])
        const source = open<Ticks>(stream, { headers })
        assert.deepInclude((await reach(source, 'closed')).failure, { kind: 'http', status: 401, fatal: true })
        assert.lengthOf(await stream.requests(), count)
      }
    },
  },
  {
    name: 'a header or body function that throws, rejects or returns nonsense fails the attempt, not the source',
    transports: ['fetch', 'auto'],
    async run({ serve, open }) {
      const fault = new Error('no token')
      const stream = await serve([{ steps: [ticks(1)] }])
      let calls = 0
      const source = open<Ticks>(stream, {
        headers(): Record<string, string> | Promise<Record<string, string>> {
          calls += 1
          if (calls === 1) throw fault
          if (calls === 2) return Promise.reject(fault)
          return calls === 3 ? { 'x-name': 1 as never } : { 'x-name': 'value' }
        },
        body() {
          if (calls === 4) throw fault
          return 'body'
        },
      })
      const story = record(source)
      await within(source.events('tick').next(), 'the tick')
      const failures = story.flatMap((status) => (status.state === 'waiting' ? [status.failure] : []))
      assert.deepEqual(
        failures.map(({ kind, fatal }) => [kind, fatal]),
        [
          ['application', false],
          ['application', false],
          ['application', false],
          ['application', false],
        ],
      )
      assert.equal(failures[0]?.cause, fault)
      assert.include(failures[1]?.message, 'no token')
      assert.instanceOf(failures[2]?.cause, TypeError)
      assert.lengthOf(await stream.requests(), 1)
    },
  },
  {
    name: 'a request with a body is a POST; the body is sent on every attempt, and a function is called for each',
    transports: ['fetch', 'auto'],
    async run({ serve, open }) {
      const stream = await serve([{ steps: ['end'] }, ECHO])
      const source = open<Echo>(stream, {
        headers: { 'content-type': 'application/json' },
        body: ({ attempt }) => JSON.stringify({ attempt }),
      })
      await within(source.events('echo').next(), 'the echo')
      assert.deepEqual(
        (await stream.requests()).map(({ method, body }) => [method, body]),
        [
          ['POST', '{"attempt":0}'],
          ['POST', '{"attempt":1}'],
        ],
      )
    },
  },
  {
    name: 'a stream that began with a POST can be resumed by a GET: functions get the last event ID',
    transports: ['fetch', 'auto'],
    async run({ serve, open }) {
      const stream = await serve([{ steps: [{ send: 'id: 7\nevent: tick\ndata: 1\n\n' }, 'end'] }, ECHO])
      const source = open<Echo & Ticks>(stream, {
        reconnection: quick,
        headers: ({ lastEventId }) => ({ 'x-resumes': lastEventId || undefined }),
        body: ({ lastEventId }) => (lastEventId === '' ? 'begin' : undefined),
      })
      const { value } = await within(source.events('echo').next(), 'the echo')
      assert.deepInclude(value?.data, { method: 'GET', body: '' })
      assert.deepInclude(value?.data.headers, { 'last-event-id': '7', 'x-resumes': '7' })
      const [first] = await stream.requests()
      assert.deepInclude(first, { method: 'POST', body: 'begin' })
      assert.notProperty(first?.headers, 'x-resumes')
    },
  },
  {
    name: 'an ID with spaces at its ends is sent, and HTTP trims it',
    transports: ['fetch'],
    async run({ serve, open }) {
      const source = open<Echo>(await serve([ECHO]), { lastEventId: ' 7\t' })
      const { value } = await within(source.events('echo').next(), 'the echo')
      assert.equal(value?.data.headers['last-event-id'], '7')
      assert.deepInclude(source.status.get(), { resumed: true })
    },
  },
  {
    name: 'a body may be text, bytes, a form or a blob; a method may be named',
    transports: ['fetch'],
    async run({ serve, open }) {
      for (const [body, sent] of [
        ['text', 'text'],
        [new TextEncoder().encode('bytes'), 'bytes'],
        [new URLSearchParams({ a: 'b' }), 'a=b'],
        [new Blob(['blob']), 'blob'],
      ] as const) {
        const source = open<Echo>(await serve([ECHO]), { method: 'PUT', body })
        const { value } = await within(source.events('echo').next(), 'the echo')
        assert.deepInclude(value?.data, { method: 'PUT', body: sent })
      }
    },
  },
  {
    name: 'a custom fetch is used if given, also after a 401 and for reconnections',
    transports: ['fetch', 'auto'],
    async run({ serve, open }) {
      const stream = await serve([{ status: 401 }, { steps: ['end'] }, ECHO])
      const calls: [string, FetchLikeInit][] = []
      const stand: FetchLike = (url, init) => {
        calls.push([url, init])
        return globalThis.fetch(url, init)
      }
      const source = open<Echo>(stream, { fetch: stand, headers: () => ({}) })
      await within(source.events('echo').next(), 'the echo')
      assert.lengthOf(calls, 3)
      for (const [url, init] of calls) {
        assert.equal(url, stream.url)
        assert.deepInclude(init, { method: 'GET', credentials: 'same-origin' })
        assert.equal(init.cache, 'cache' in new Request(url) ? 'no-store' : undefined)
        assert.isFalse(init.signal.aborted && calls.at(-1)?.[1] === init)
      }
    },
  },
  {
    name: 'a custom fetch that throws, rejects or returns nonsense is a failure like any other',
    transports: ['fetch', 'auto'],
    async run({ serve, open }) {
      const stream = await serve([{ steps: [ticks(1)] }])
      let calls = 0
      const source = open<Ticks>(stream, {
        fetch(url, init) {
          calls += 1
          if (calls === 1) throw new Error('thrown')
          if (calls === 2) return Promise.reject(new Error('rejected'))
          return globalThis.fetch(url, init)
        },
      })
      const story = record(source)
      await within(source.events('tick').next(), 'the tick')
      assert.deepEqual(
        story.flatMap((status) => (status.state === 'waiting' ? [status.failure.kind] : [])),
        ['network', 'network'],
      )
    },
  },
  {
    name: 'cookies are requested only by withCredentials',
    transports: ['fetch', 'auto'],
    async run({ serve, open }) {
      for (const [withCredentials, expected] of [
        [true, 'include'],
        [false, 'same-origin'],
      ] as const) {
        const modes: string[] = []
        const source = open<Echo>(await serve([ECHO]), {
          withCredentials,
          fetch(url, init) {
            modes.push(init.credentials)
            return globalThis.fetch(url, init)
          },
        })
        await within(source.events('echo').next(), 'the echo')
        assert.deepEqual(modes, [expected])
      }
    },
  },
  {
    name: 'withCredentials takes effect: a server on another origin that does not allow credentials cannot be read',
    needs: ['other-origin', 'same-origin'],
    async run({ serveElsewhere, open }) {
      const script = { connections: [{ steps: [ticks(1)] }], credentials: false }
      await reach(open(await serveElsewhere(script)), 'open')
      const source = open(await serveElsewhere(script), { withCredentials: true, reconnection: () => 1_000_000 })
      const { failure } = await reach(source, 'waiting')
      assert.include(['network', 'native'], failure.kind)
    },
  },
  {
    name: 'auto uses fetch for what only fetch can do, and native for the rest',
    transports: ['auto'],
    needs: ['native', 'same-origin'],
    async run({ serve, open }) {
      async function transportOf(options: EventSourceOptions<Ticks>): Promise<string> {
        const source = open<Ticks>(await serve([{}]), options)
        const { transport } = await reach(source, 'open')
        // One after the other: a browser allows six connections to a host.
        source.close()
        return transport
      }
      assert.equal(await transportOf({}), 'native')
      assert.equal(await transportOf({ reconnection: quick, lastEventIdParam: 'id', lastEventId: '1' }), 'native')
      assert.equal(await transportOf({ withCredentials: true }), 'native')
      for (const options of [
        { method: 'POST' },
        { headers: {} },
        { body: '' },
        { fetch: (...call: Parameters<FetchLike>) => globalThis.fetch(...call) },
        { maxEventSize: 1000 },
        { idleTimeout: 100_000 },
        { lastEventId: '1' },
      ]) {
        assert.equal(await transportOf(options), 'fetch', Object.keys(options).join(','))
      }
    },
  },
  {
    name: 'without an EventSource, auto is fetch, and native names the problem',
    transports: ['auto'],
    needs: ['no-native'],
    async run({ serve, open }) {
      const stream = await serve([{}])
      assert.equal((await reach(open(stream), 'open')).transport, 'fetch')
      const { failure } = await reach(open(stream, { transport: 'native' }), 'closed')
      assert.deepInclude(failure, { kind: 'unsupported', fatal: true })
      assert.lengthOf(await stream.requests(), 1)
    },
  },
  {
    name: 'a transport can be chosen explicitly',
    transports: ['fetch'],
    async run({ serve, open }) {
      const stream = await serve([ECHO])
      const source = open<Echo>(stream, { transport: fetchTransport({ method: 'POST', headers: { 'x-a': 'b' } }) })
      const seen: RequestRecord[] = []
      source.on('echo', ({ data }) => seen.push(data))
      await until(() => seen.length === 1, 'the echo')
      assert.equal(seen[0]?.method, 'POST')
      assert.equal(seen[0]?.headers['x-a'], 'b')
    },
  },
]
