import { assert } from 'chai'
import type { RemoteStream } from '../../../server/remote.js'
import { afterTimers, until } from '../../wait.js'
import { type Context, type EventSourceCase, listen, SOON, told, QUIET } from '../case.js'

const HELLO = { steps: [{ send: 'data: a\n\n' }] }

/** The headers of the first request, once the source is open. */
async function headersOf({ serve, open }: Context): Promise<Readonly<Record<string, string>>> {
  const stream = await serve([QUIET])
  const seen = listen(open(stream), 'open')
  await until(() => seen.length > 0, 'the open event')
  return (await stream.requests())[0]?.headers ?? {}
}

/** Opens the source and returns what came first: `open` and the messages, or `error`. */
async function outcome(open: Context['open'], stream: RemoteStream, init?: EventSourceInit): Promise<unknown[]> {
  const seen = listen(open(stream, init), 'open', 'message', 'error')
  await until(() => seen.length === 2 || seen[0]?.type === 'error', 'the outcome')
  return told(seen)
}

export const request: readonly EventSourceCase[] = [
  {
    name: 'request-accept: is text/event-stream',
    async run(context) {
      assert.equal((await headersOf(context))['accept'], 'text/event-stream')
    },
  },
  {
    name: 'request-cache-control: the request bypasses every cache',
    async run(context) {
      assert.equal((await headersOf(context))['cache-control'], 'no-cache')
    },
  },
  {
    name: 'request-cache-control: a stored answer is not used',
    async run({ serve, open }) {
      const cacheable = { headers: { 'cache-control': 'max-age=3600' } }
      const stream = await serve([
        { ...cacheable, steps: [{ send: 'data: a\n\n' }, 'end'] },
        { ...cacheable, steps: [{ send: 'data: b\n\n' }] },
      ])
      for (const data of ['a', 'b']) {
        const source = open(stream)
        const messages = listen(source, 'message')
        await until(() => messages.length === 1, 'the message')
        source.close()
        assert.deepEqual(told(messages), [data])
      }
    },
  },
  {
    name: 'request-post-to-connect: the method is GET, there is no body and no last event ID',
    async run({ serve, open }) {
      const stream = await serve([QUIET])
      const seen = listen(open(stream), 'open')
      await until(() => seen.length > 0, 'the open event')
      const [asked] = await stream.requests()
      assert.deepEqual([asked?.method, asked?.body], ['GET', ''])
      assert.notProperty(asked?.headers, 'last-event-id')
    },
  },
  ...[301, 302, 303, 307, 308].map((status): EventSourceCase => ({
    name: `request-redirect: ${status} is followed, and the url attribute stays`,
    async run({ serve, open }) {
      const stream = await serve([{ status, headers: { location: '?moved' }, steps: ['end'] }, HELLO])
      const source = open(stream)
      const messages = listen(source, 'message') as MessageEvent[]
      await until(() => messages.length === 1, 'the message')
      assert.equal(source.url, stream.url)
      assert.equal(messages[0]?.origin, new URL(stream.url).origin)
      assert.equal((await stream.requests())[1]?.url.split('?')[1], 'moved')
    },
  })),
  {
    name: 'request-redirect: the origin of messages is that of the last URL',
    needs: ['other-origin'],
    async run({ serve, serveElsewhere, open }) {
      const elsewhere = await serveElsewhere([HELLO])
      const stream = await serve([{ status: 307, headers: { location: elsewhere.url }, steps: ['end'] }])
      const source = open(stream)
      const messages = listen(source, 'message') as MessageEvent[]
      await until(() => messages.length === 1, 'the message')
      assert.equal(messages[0]?.origin, new URL(elsewhere.url).origin)
      assert.equal(source.url, stream.url)
    },
  },
  ...[302, 307, 308].map((status): EventSourceCase => ({
    name: `eventsource-reconnect: after a redirect by ${status}, the next attempt requests the original URL`,
    async run({ serve, open }) {
      const other = await serve([{ steps: [SOON, { send: 'id: 1\ndata: a\n\n' }, 'end'] }])
      const stream = await serve([{ status, headers: { location: other.url }, steps: ['end'] }, HELLO])
      const opened = listen(open(stream), 'open')
      await until(() => opened.length === 2, 'the second connection')
      const counts = [await stream.requests(), await other.requests()].map(({ length }) => length)
      assert.deepEqual(counts, [2, 1])
      assert.equal((await stream.requests())[1]?.headers['last-event-id'], '1')
    },
  })),
  {
    name: 'eventsource-cross-origin: if CORS allows it, it works, and the origin is that of the server',
    needs: ['browser', 'other-origin'],
    async run({ serveElsewhere, open }) {
      const stream = await serveElsewhere([HELLO])
      const messages = listen(open(stream), 'message') as MessageEvent[]
      await until(() => messages.length === 1, 'the message')
      assert.equal(messages[0]?.origin, new URL(stream.url).origin)
      assert.equal((await stream.report()).preflights, 0)
    },
  },
  {
    name: 'eventsource-cross-origin: if CORS does not allow it, there is an error, and nothing is read',
    needs: ['browser', 'other-origin'],
    async run({ serveElsewhere, open }) {
      const stream = await serveElsewhere({ cors: false, connections: [HELLO] })
      assert.deepEqual(await outcome(open, stream), ['error'])
    },
  },
  {
    name: 'eventsource-cross-origin: a redirect to a server that CORS does not allow is an error too',
    needs: ['browser', 'other-origin'],
    async run({ serve, serveElsewhere, open }) {
      const elsewhere = await serveElsewhere({ cors: false, connections: [HELLO] })
      const stream = await serve([{ status: 302, headers: { location: elsewhere.url }, steps: ['end'] }])
      assert.deepEqual(await outcome(open, stream), ['error'])
    },
  },
  {
    name: 'eventsource-cross-origin: the last event ID is sent to another origin too',
    needs: ['browser', 'other-origin'],
    async run({ serveElsewhere, open }) {
      const stream = await serveElsewhere([{ steps: [SOON, { send: 'id: 1\ndata: a\n\n' }, 'end'] }, QUIET])
      const opened = listen(open(stream), 'open')
      await until(() => opened.length === 2, 'the second connection')
      assert.equal((await stream.requests())[1]?.headers['last-event-id'], '1')
    },
  },
  {
    name: 'eventsource-cross-origin: it reconnects even to a server that refuses preflights',
    needs: ['browser', 'other-origin'],
    async run({ serveElsewhere, open }) {
      const steps = [SOON, { send: 'id: 1\ndata: a\n\n' }, 'end' as const]
      const stream = await serveElsewhere({ preflight: false, connections: [{ steps }, QUIET] })
      const opened = listen(open(stream), 'open')
      await until(() => opened.length === 2, 'the second connection')
    },
  },
  {
    name: 'request-credentials: cookies are sent to the same origin, with and without withCredentials',
    needs: ['browser', 'same-origin'],
    async run({ serve, open }) {
      const setCookie = { headers: { 'set-cookie': 'flavour=own; Path=/' } }
      const stream = await serve([{ ...setCookie, ...HELLO }, HELLO])
      for (const withCredentials of [false, false, true]) {
        assert.deepEqual(await outcome(open, stream, { withCredentials }), ['open', 'a'])
      }
      const cookies = (await stream.requests()).slice(1).map(({ headers }) => headers['cookie'])
      for (const cookie of cookies) assert.include(cookie, 'flavour=own')
    },
  },
  {
    name: 'request-credentials: cookies are sent to another origin only with withCredentials',
    needs: ['browser', 'other-origin'],
    async run({ serveElsewhere, open }) {
      const name = `flavour${Math.random()}`.replace('.', '')
      const stream = await serveElsewhere([{ headers: { 'set-cookie': `${name}=there; Path=/` }, ...HELLO }])
      // Another origin of the same site: a browser does not send cookies to other sites in any case.
      const url = stream.url.replace(/\/\/127\.0\.0\.1:/, `//${location.hostname}:`)
      for (const withCredentials of [false, true, true, false]) {
        const source = open(url, { withCredentials })
        assert.equal(source.withCredentials, withCredentials)
        const messages = listen(source, 'message')
        await until(() => messages.length === 1, 'the message')
        source.close()
      }
      // The cookie of an answer to a request without credentials is not stored either.
      const sent = (await stream.requests()).map(({ headers }) => headers['cookie']?.includes(name) ?? false)
      assert.deepEqual(sent, [false, false, true, false])
    },
  },
  {
    name: 'request-credentials: a server that does not allow credentials is an error',
    needs: ['browser', 'other-origin'],
    async run({ serveElsewhere, open }) {
      const stream = await serveElsewhere({ credentials: false, connections: [HELLO] })
      assert.deepEqual(await outcome(open, stream, { withCredentials: true }), ['error'])
      assert.deepEqual(await outcome(open, stream), ['open', 'a'])
    },
  },
  {
    name: 'eventsource-request-cancellation: close() aborts a request that waits for its answer',
    async run({ serve, open }) {
      const stream = await serve([{ status: 'silent' }])
      const source = open(stream)
      await until(async () => (await stream.report()).open === 1, 'the request')
      source.close()
      await until(async () => (await stream.report()).open === 0, 'the request to be aborted')
      await afterTimers(20)
      assert.lengthOf(await stream.requests(), 1)
    },
  },
]
