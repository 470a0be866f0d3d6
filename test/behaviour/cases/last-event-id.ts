import { assert } from 'chai'
import type { RemoteStream } from '../../server/remote.js'
import { LAST_EVENT_ID_PARAM, type RequestRecord, type Script } from '../../server/script.js'
import { type Case, numbered } from '../case.js'
import { collect, reach, record, until } from '../wait.js'

interface Numbers {
  message: number
}

/** Makes a browser's own reconnection as quick as ours in these tests. */
const SOON = { send: 'retry: 10\n\n' }

/**
 * Seven numbers over four connections; the server replays what follows the client's ID. The test cuts the first
 * connection after its numbers have arrived: fetch would lose what is still unread, and get it again.
 */
const REPLAY: Script = {
  history: Array.from({ length: 7 }, (_, index) => ({ id: `${index + 1}`, data: `${index + 1}` })),
  connections: [
    { steps: [SOON, { replay: 2 }] },
    { steps: [SOON, { replay: 2 }, { send: 'id: 99\ndata: 99\n' }, 'end'] },
    { steps: [SOON, { replay: 1 }, 'end'] },
    { steps: [SOON, { replay: 'all' }] },
  ],
}

async function playThrough(stream: RemoteStream, seen: readonly number[]): Promise<void> {
  await until(() => seen.length >= 2, 'the first two numbers')
  await stream.perform('cut')
  await until(() => seen.length >= 7, 'all numbers')
  assert.deepEqual(seen, [1, 2, 3, 4, 5, 6, 7])
}

function headersOf(requests: readonly RequestRecord[]): (string | undefined)[] {
  return requests.map(({ headers }) => headers['last-event-id'])
}

export const lastEventId: readonly Case[] = [
  {
    name: 'no event is lost or repeated over several reconnections (Last-Event-ID header)',
    async run({ serve, open }) {
      const stream = await serve(REPLAY)
      const source = open<Numbers>(stream)
      await playThrough(stream, collect(source, 'message'))
      assert.equal(source.lastEventId, '7')
      // Not 99: an ID takes effect only at the blank line.
      assert.deepEqual(headersOf(await stream.requests()), [undefined, '2', '4', '5'])
    },
  },
  {
    name: 'no event is lost or repeated over several reconnections (lastEventIdParam)',
    async run({ serve, open }) {
      const stream = await serve(REPLAY)
      const source = open<Numbers>(stream, { lastEventIdParam: LAST_EVENT_ID_PARAM })
      const statuses = record(source)
      await playThrough(stream, collect(source, 'message'))
      const requests = await stream.requests()
      assert.isTrue(headersOf(requests).every((header) => header === undefined))
      const params = requests.map(({ url }) => new URL(url, stream.url).searchParams.get(LAST_EVENT_ID_PARAM))
      assert.deepEqual(params, [null, '2', '4', '5'])
      assert.deepEqual(
        statuses.flatMap((status) => (status.state === 'open' ? [status.resumed] : [])),
        [false, true, true, true],
      )
    },
  },
  {
    name: 'no event is lost or repeated over several reconnections to another origin',
    needs: ['other-origin'],
    async run({ serveElsewhere, open }) {
      const stream = await serveElsewhere(REPLAY)
      await playThrough(stream, collect(open<Numbers>(stream), 'message'))
    },
  },
  {
    name: 'auto: native first, then fetch as soon as an ID has to be sent, on the same origin',
    transports: ['auto'],
    needs: ['native', 'same-origin'],
    async run({ serve, open }) {
      const stream = await serve(REPLAY)
      const source = open<Numbers>(stream)
      const statuses = record(source)
      await playThrough(stream, collect(source, 'message'))
      assert.deepEqual(
        statuses.flatMap((status) => (status.state === 'open' ? [[status.transport, status.resumed]] : [])),
        [
          ['native', false],
          ['fetch', true],
          ['fetch', true],
          ['fetch', true],
        ],
      )
    },
  },
  {
    name: "auto: to another origin that refuses preflights, the browser's own reconnection sends the ID",
    transports: ['auto'],
    needs: ['native', 'other-origin'],
    async run({ serveElsewhere, open }) {
      const stream = await serveElsewhere({ ...REPLAY, preflight: false })
      const source = open<Numbers>(stream)
      const statuses = record(source)
      await playThrough(stream, collect(source, 'message'))
      assert.equal((await stream.report()).preflights, 0)
      assert.deepEqual(
        statuses.flatMap((status) => (status.state === 'open' ? [[status.transport, status.resumed]] : [])),
        [
          ['native', false],
          ['native', true],
          ['native', true],
          ['native', true],
        ],
      )
      assert.isFalse(
        statuses.some(({ state }) => state === 'waiting'),
        'the browser waits on its own',
      )
    },
  },
  {
    name: 'auto: when the browser gives up on another origin, fetch takes over with the ID',
    transports: ['auto'],
    needs: ['native', 'other-origin'],
    async run({ serveElsewhere, open }) {
      const stream = await serveElsewhere({
        ...REPLAY,
        connections: [{ steps: [SOON, { replay: 2 }] }, { status: 503 }, { steps: [{ replay: 'all' }] }],
      })
      const source = open<Numbers>(stream)
      await playThrough(stream, collect(source, 'message'))
      assert.deepInclude(source.status.get(), { state: 'open', transport: 'fetch', resumed: true })
    },
  },
  {
    name: 'auto: returns to a server on another origin that refuses preflights, even after the browser has given up',
    transports: ['auto'],
    needs: ['native', 'other-origin', 'same-origin'],
    async run({ serveElsewhere, open }) {
      const stream = await serveElsewhere({
        preflight: false,
        connections: [
          { steps: [SOON, { send: 'id: 1\ndata: 1\n\n' }, 'end'] },
          { status: 503 },
          { steps: [{ send: 'id: 2\ndata: 2\n\n' }] },
        ],
      })
      const source = open<Numbers>(stream)
      const seen = collect(source, 'message')
      await until(() => seen.length === 2, 'the server to be back')
      // The ID could not be sent, and the status says so.
      assert.deepInclude(source.status.get(), { state: 'open', resumed: false })
    },
  },
  {
    name: 'the option lastEventId continues where an earlier visit ended',
    transports: ['fetch', 'auto'],
    async run({ serve, open }) {
      const stream = await serve({ ...REPLAY, connections: [{ steps: [{ replay: 'all' }] }] })
      const source = open<Numbers>(stream, { lastEventId: '5' })
      assert.equal(source.lastEventId, '5')
      const seen = collect(source, 'message')
      await until(() => seen.length === 2, 'the rest')
      assert.deepEqual(seen, [6, 7])
      assert.deepInclude(source.status.get(), { state: 'open', transport: 'fetch', resumed: true })
    },
  },
  {
    name: 'the option lastEventId with lastEventIdParam works on every transport',
    async run({ serve, open }) {
      const stream = await serve({ ...REPLAY, connections: [{ steps: [{ replay: 'all' }] }] })
      const source = open<Numbers>(stream, { lastEventId: '5', lastEventIdParam: LAST_EVENT_ID_PARAM })
      const seen = collect(source, 'message')
      await until(() => seen.length === 2, 'the rest')
      assert.deepEqual(seen, [6, 7])
    },
  },
  {
    name: 'events without an ID keep the last event ID; an empty ID resets it',
    async run({ serve, open }) {
      const stream = await serve([{ steps: [{ send: 'id: 1\ndata: 1\n\ndata: 2\n\nid\ndata: 3\n\ndata: 4\n\n' }] }])
      const source = open<Numbers>(stream)
      const ids: string[] = []
      source.on('message', ({ lastEventId: id }) => ids.push(id))
      await until(() => ids.length === 4, 'four events')
      assert.deepEqual(ids, ['1', '1', '', ''])
      assert.equal(source.lastEventId, '')
    },
  },
  {
    name: 'events without an ID keep the last event ID after a reconnection too',
    async run({ serve, open }) {
      for (const options of [{}, { lastEventIdParam: LAST_EVENT_ID_PARAM }]) {
        const stream = await serve([
          { steps: [SOON, { send: 'id: 1\ndata: 1\n\n' }] },
          { steps: [{ send: 'data: 2\n\n' }] },
        ])
        const source = open<Numbers>(stream, options)
        const ids: string[] = []
        source.on('message', ({ lastEventId: id }) => ids.push(id))
        await until(() => ids.length === 1, 'the first event')
        await stream.perform('cut')
        await until(() => ids.length === 2, 'the second event')
        assert.deepEqual(ids, ['1', '1'])
        assert.equal(source.lastEventId, '1')
      }
    },
  },
  {
    name: 'an event that a connection reset cuts off is discarded, with its ID',
    async run({ transport, serve, open }) {
      const withParam = { lastEventIdParam: LAST_EVENT_ID_PARAM }
      // Without the parameter, native leaves it to the browser, and WebKit joins the rest to its next first event.
      for (const options of transport === 'native' ? [withParam] : [{}, withParam]) {
        const stream = await serve([
          { steps: [SOON, { send: 'id: 1\ndata: 1\n\nid: 2\ndata: 2\nda' }] },
          { steps: [{ send: 'data: 3\n\n' }] },
        ])
        const source = open<Numbers>(stream, options)
        const seen: [number, string][] = []
        source.on('message', ({ data, lastEventId: id }) => seen.push([data, id]))
        await until(() => seen.length === 1, 'the first event')
        await stream.perform('reset')
        await until(() => seen.length === 2, 'the event of the next connection')
        assert.deepEqual(seen, [
          [1, '1'],
          [3, '1'],
        ])
      }
    },
  },
  {
    name: 'an ID that was reset is not sent, and the status does not say resumed',
    transports: ['fetch', 'auto'],
    async run({ serve, open }) {
      const stream = await serve([{ steps: [{ send: 'id: 1\ndata: 1\n\nid\ndata: 2\n\n' }] }, {}])
      const source = open<Numbers>(stream)
      const seen = collect(source, 'message')
      await until(() => seen.length === 2, 'both events')
      await stream.perform('end')
      await until(async () => (await stream.requests()).length === 2, 'the reconnection')
      assert.deepInclude(await reach(source, 'open'), { resumed: false })
      assert.deepEqual(headersOf(await stream.requests()), [undefined, undefined])
    },
  },
  {
    name: 'an ID without an event is remembered; an ID that contains NUL is not',
    transports: ['fetch'],
    async run({ serve, open }) {
      const stream = await serve([{ steps: [{ send: 'id: 1\n\nid: 2\0\ndata: 1\n\n' }] }, {}])
      const source = open<Numbers>(stream)
      const seen = collect(source, 'message')
      await until(() => seen.length === 1, 'the event')
      await stream.perform('end')
      await until(async () => (await stream.requests()).length === 2, 'the reconnection')
      assert.deepEqual(headersOf(await stream.requests()), [undefined, '1'])
    },
  },
  {
    name: 'a non-ASCII ID is sent as UTF-8',
    transports: ['fetch', 'auto'],
    async run({ serve, open }) {
      const stream = await serve({
        history: [
          { id: 'é🙂', data: '1' },
          { id: 'b', data: '2' },
        ],
        connections: [{ steps: [{ replay: 1 }, 'end'] }, { steps: [{ replay: 'all' }] }],
      })
      const seen = collect(open<Numbers>(stream), 'message')
      await until(() => seen.length === 2, 'both events')
      assert.deepEqual(seen, [1, 2])
    },
  },
  {
    name: 'reconnect() continues with the last event ID',
    transports: ['fetch', 'auto'],
    async run({ serve, open }) {
      const stream = await serve([{ steps: [{ send: numbered(1) }] }, {}])
      const source = open<{ tick: number }>(stream)
      const seen = collect(source, 'tick')
      await until(() => seen.length === 1, 'the event')
      source.reconnect()
      assert.deepInclude(await reach(source, 'open'), { resumed: true })
      assert.deepEqual(headersOf(await stream.requests()), [undefined, '1'])
    },
  },
]
