import { assert } from 'chai'
import { type Case, type Ticks, ticks } from '../case.js'
import { collect, reach, record, until } from '../wait.js'

const HTML = {
  headers: { 'content-type': 'text/html; charset=utf-8' },
  steps: [{ send: '<h1>Sign in</h1>' }, 'end'],
} as const

export const answers: readonly Case[] = [
  {
    name: 'an event stream is recognised by the essence of its media type, in any case and with parameters',
    transports: ['fetch', 'auto'],
    async run({ serve, open }) {
      for (const mediaType of ['text/event-stream', 'Text/Event-Stream; charset=UTF-8', 'text/event-stream ;a=b']) {
        await reach(open(await serve([{ headers: { 'content-type': mediaType } }])), 'open')
      }
    },
  },
  {
    name: 'any other media type is fatal, and the failure names it and the final URL',
    transports: ['fetch', 'auto'],
    async run({ serve, open }) {
      for (const mediaType of ['text/html; charset=utf-8', 'text/event-streamish', 'application/json']) {
        const stream = await serve([{ headers: { 'content-type': mediaType } }])
        const { reason, failure } = await reach(open(stream), 'closed')
        assert.equal(reason, 'failed')
        assert.deepInclude(failure, { kind: 'content-type', fatal: true, status: 200, mediaType, url: stream.url })
        assert.include(failure?.message, mediaType)
        assert.include(failure?.message, stream.url)
      }
    },
  },
  {
    name: 'a login page that the server redirects to is recognisable by its URL',
    transports: ['fetch', 'auto'],
    async run({ serve, open }) {
      const stream = await serve([{ status: 302, headers: { location: '?login' } }, HTML])
      const source = open(stream, { transport: 'fetch' })
      assert.deepInclude((await reach(source, 'closed')).failure, {
        kind: 'content-type',
        url: `${stream.url}?login`,
      })
    },
  },
  {
    name: '204 closes the source for good: the server asks the client not to reconnect',
    transports: ['fetch', 'auto'],
    async run({ serve, open }) {
      const stream = await serve([{ steps: [ticks(1)] }, { status: 204 }])
      const source = open<Ticks>(stream, { reconnection: () => 0 })
      const seen = collect(source, 'tick')
      await until(() => seen.length === 1, 'the tick')
      await stream.perform('end')
      assert.deepEqual(await reach(source, 'closed'), { state: 'closed', reason: 'ended-by-server' })
      const loop = source.events('tick')
      assert.isTrue((await loop.next()).done)
    },
  },
  {
    name: 'any 2xx status that can have content opens the stream',
    transports: ['fetch'],
    async run({ serve, open }) {
      for (const status of [201, 202, 206]) {
        const source = open<Ticks>(await serve([{ status, steps: [ticks(1)] }]), { method: 'POST' })
        const seen = collect(source, 'tick')
        await until(() => seen.length === 1, 'the tick')
      }
    },
  },
  {
    name: 'a status or a media type that comes with Retry-After is retried',
    transports: ['fetch'],
    async run({ serve, open }) {
      const late = { 'retry-after': '1' }
      for (const refusal of [
        { status: 404, headers: late },
        { headers: { ...late, 'content-type': 'text/html' }, steps: ['end'] },
      ] as const) {
        const stream = await serve([refusal, { steps: [ticks(1)] }])
        const source = open<Ticks>(stream)
        const { failure } = await reach(source, 'waiting')
        assert.deepInclude(failure, { fatal: false, retryAfter: 1000 })
        const seen = collect(source, 'tick')
        await until(() => seen.length === 1, 'the tick')
      }
    },
  },
  {
    name: 'statuses that say "not now" are retried',
    transports: ['fetch', 'auto'],
    async run({ serve, open }) {
      const statuses = [408, 425, 429, 500, 502, 503, 504, 507, 520, 524, 529, 530, 599]
      const stream = await serve([...statuses.map((status) => ({ status })), { steps: [ticks(1)] }])
      const source = open<Ticks>(stream, { transport: 'fetch' })
      const story = record(source)
      const seen = collect(source, 'tick')
      await until(() => seen.length === 1, 'the tick')
      assert.deepEqual(
        story.flatMap((status) => (status.state === 'waiting' ? [[status.attempt, status.failure.status]] : [])),
        statuses.map((status, index) => [index + 1, status]),
      )
    },
  },
  {
    name: 'any other status is fatal, and the failure has the URL',
    transports: ['fetch', 'auto'],
    async run({ serve, open }) {
      for (const status of [205, 400, 401, 403, 404, 410, 501, 505]) {
        const stream = await serve([{ status }])
        const { reason, failure } = await reach(open(stream), 'closed')
        assert.equal(reason, 'failed')
        assert.deepInclude(failure, { kind: 'http', fatal: true, status, url: stream.url })
        assert.include(failure?.message, String(status))
        assert.include(failure?.message, stream.url)
      }
    },
  },
  {
    name: 'the body of a refused answer is part of the failure if it is text, up to 16 KiB',
    transports: ['fetch', 'auto'],
    async run({ serve, open }) {
      const long = JSON.stringify({ error: { message: 'ä'.repeat(4000) } })
      for (const [steps, body] of [
        [[{ send: '{"error":' }, { send: '"quota"}' }, 'end'], '{"error":"quota"}'],
        [[{ send: long }, 'end'], long],
        [[{ send: 'x'.repeat(20_000) }], 'x'.repeat(16_384)],
        [[{ send: 'begun, and never ended' }], 'begun, and never ended'],
        [[{ send: '\u0089PNG\u0000\u001a' }, 'end'], undefined],
        [['end'], undefined],
      ] as const) {
        for (const refusal of [{ status: 403 }, { headers: { 'content-type': 'text/html' } }]) {
          const stream = await serve([{ ...refusal, steps }])
          const { failure } = await reach(open(stream, { transport: 'fetch' }), 'closed')
          assert.equal(failure?.body, body)
          await until(async () => (await stream.report()).open === 0, 'the release')
        }
      }
    },
  },
  {
    name: 'the body of a refused answer is released, even if it is endless',
    transports: ['fetch', 'auto'],
    async run({ serve, open }) {
      for (const refused of [{ status: 404 }, { headers: { 'content-type': 'text/html' } }]) {
        const stream = await serve([{ ...refused, steps: [{ send: 'x'.repeat(10_000) }] }])
        await reach(open(stream), 'closed')
        await until(async () => (await stream.report()).open === 0, 'the release')
      }
    },
  },
  {
    name: 'auto: if the browser gives up without a reason, fetch finds out why',
    transports: ['auto'],
    needs: ['native', 'same-origin'],
    async run({ serve, open }) {
      const stream = await serve([{ status: 404 }])
      const source = open(stream)
      const story = record(source)
      assert.deepInclude((await reach(source, 'closed')).failure, { kind: 'http', status: 404 })
      assert.deepEqual(
        story.flatMap((status) => (status.state === 'waiting' ? [status.failure.kind] : [])),
        ['native'],
      )
      assert.lengthOf(await stream.requests(), 2)
    },
  },
  {
    name: 'auto: fetch survives a restart on which the browser gives up; native is back at the next attempt',
    transports: ['auto'],
    needs: ['native', 'same-origin'],
    async run({ serve, open }) {
      const stream = await serve([
        { status: 503 },
        { status: 503 },
        { steps: [ticks(1)] },
        { steps: [ticks(2)] },
        { steps: [ticks(3)] },
      ])
      const source = open<Ticks>(stream)
      const story = record(source)
      const seen = collect(source, 'tick')
      await until(() => seen.length === 1, 'the first tick')
      await stream.perform('end')
      await until(() => seen.length === 2, 'the second tick')
      source.reconnect()
      await until(() => seen.length === 3, 'the third tick')
      assert.deepEqual(
        story.flatMap((status) => (status.state === 'open' ? [status.transport] : [])),
        ['fetch', 'fetch', 'native'],
      )
    },
  },
  {
    name: 'native: if the browser gives up, one request finds out why, and is released at once',
    transports: ['native'],
    async run({ serve, open }) {
      for (const { status, story } of [
        { status: 404, story: { state: 'closed', reason: 'failed' } },
        { status: 204, story: { state: 'closed', reason: 'ended-by-server' } },
        { status: 503, story: { state: 'waiting' } },
      ] as const) {
        const stream = await serve([{ status, headers: status === 503 ? { 'retry-after': '60' } : {}, steps: ['end'] }])
        const source = open(stream)
        const reached = await reach(source, story.state)
        assert.deepInclude(reached, story)
        if (status !== 204 && 'failure' in reached) assert.deepInclude(reached.failure, { kind: 'http', status })
        assert.lengthOf(await stream.requests(), 2)
        source.close()
      }
    },
  },
  {
    name: 'native: if the server has recovered by then, the next attempt uses native again',
    transports: ['native'],
    async run({ serve, open }) {
      const stream = await serve([{ status: 503 }, { steps: [ticks(0)] }, { steps: [ticks(1)] }])
      const source = open<Ticks>(stream)
      const story = record(source)
      const seen = collect(source, 'tick')
      await until(() => seen.length === 1, 'the tick')
      assert.deepEqual(seen, [1])
      assert.deepEqual(
        story.flatMap((status) => (status.state === 'waiting' ? [status.failure.kind] : [])),
        ['native'],
      )
      await until(async () => (await stream.report()).open === 1, 'the request in between to be released')
    },
  },
  {
    name: 'a server without CORS headers is a network failure, and the message says so',
    transports: ['fetch'],
    needs: ['other-origin', 'same-origin'],
    async run({ serveElsewhere, open }) {
      const source = open(await serveElsewhere({ connections: [{}], cors: false }), { reconnection: () => 1_000_000 })
      const { failure } = await reach(source, 'waiting')
      assert.deepInclude(failure, { kind: 'network', fatal: false })
      // The lean build names the page that says so.
      assert.match(failure.message, /CORS|docs\/failures\.md/)
    },
  },
]
