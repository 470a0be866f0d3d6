import { assert } from 'chai'
import type { RemoteStream } from '../../../server/remote.js'
import { afterTimers, until } from '../../wait.js'
import { type EventSourceCase, failure, listen, SOON, told, QUIET } from '../case.js'

/** Waits until the server counts no open connection, and long enough for any late event to be dispatched. */
async function givenUp(stream: RemoteStream): Promise<void> {
  await until(async () => (await stream.report()).open === 0, 'the connection to be closed')
  await afterTimers(20)
}

export const connection: readonly EventSourceCase[] = [
  {
    name: 'eventsource-onopen: CONNECTING, then OPEN with an open event when the headers of the answer have arrived',
    async run({ serve, open }) {
      const stream = await serve([{}])
      const source = open(stream)
      assert.deepEqual([source.readyState, source.url, source.withCredentials], [source.CONNECTING, stream.url, false])
      const states: unknown[] = []
      source.addEventListener('open', () => states.push(source.readyState))
      await until(() => states.length > 0, 'the event')
      assert.deepEqual(states, [source.OPEN])
    },
  },
  {
    name: 'eventsource-onopen: handlers are called too, in the order open, message, error',
    async run({ serve, open }) {
      const source = open(await serve([{ steps: [{ send: 'data: a\n\n' }, 'end'] }]))
      const called: string[] = []
      source.addEventListener('open', () => called.push('listener'))
      source.onopen = () => called.push('onopen')
      source.onmessage = ({ data }) => called.push(`onmessage ${data}`)
      source.onerror = () => {
        called.push('onerror')
        source.close()
      }
      await until(() => called.includes('onerror'), 'the end of the stream')
      assert.deepEqual(called, ['listener', 'onopen', 'onmessage a', 'onerror'])
    },
  },
  {
    name: 'event-data: server events called "open" and "error" are messages, and the connection stays',
    async run({ serve, open }) {
      const source = open(await serve([{ steps: [{ send: 'event: error\ndata: a\n\nevent: open\ndata: b\n\n' }] }]))
      const seen = listen(source, 'open', 'error')
      const handled: unknown[] = []
      source.onerror = (event) => handled.push((event as MessageEvent).data)
      await until(() => seen.length === 3, 'the events')
      assert.deepEqual(told(seen), ['open', 'a', 'b'])
      assert.deepEqual(handled, ['a'])
      assert.equal(source.readyState, source.OPEN)
    },
  },
  {
    name: 'eventsource-close: while it is connecting; nothing is dispatched, and the request is aborted',
    async run({ serve, open }) {
      const stream = await serve([{ status: 'silent' }])
      const source = open(stream)
      const seen = listen(source, 'open', 'error')
      await until(async () => (await stream.report()).open === 1, 'the request')
      source.close()
      assert.equal(source.readyState, source.CLOSED)
      await givenUp(stream)
      assert.deepEqual(told(seen), [])
      assert.lengthOf(await stream.requests(), 1)
    },
  },
  {
    name: 'eventsource-close: right after the construction; nothing is dispatched',
    async run({ serve, open }) {
      const stream = await serve([{ steps: [{ send: 'data: a\n\n' }] }])
      const source = open(stream)
      const seen = listen(source, 'open', 'message', 'error')
      source.close()
      source.close()
      assert.equal(source.readyState, source.CLOSED)
      await givenUp(stream)
      assert.deepEqual(told(seen), [])
    },
  },
  {
    name: 'eventsource-close: while it is open, from outside and for good',
    async run({ serve, open }) {
      const stream = await serve([{ steps: [{ send: 'data: a\n\n' }] }])
      const source = open(stream)
      const seen = listen(source, 'open', 'message', 'error')
      await until(() => seen.length === 2, 'the message')
      source.close()
      assert.equal(source.readyState, source.CLOSED)
      await givenUp(stream)
      assert.deepEqual(told(seen), ['open', 'a'])
      assert.equal(source.readyState, source.CLOSED)
    },
  },
  {
    name: 'eventsource-close: from an open listener; a message that has already arrived is not dispatched',
    async run({ serve, open }) {
      const stream = await serve([{ steps: [{ send: 'data: a\n\n' }] }])
      const source = open(stream)
      const seen = listen(source, 'open', 'message', 'error')
      source.addEventListener('open', () => source.close())
      await until(() => seen.length > 0, 'the open event')
      await givenUp(stream)
      assert.deepEqual(told(seen), ['open'])
    },
  },
  {
    name: 'eventsource-close: from a message listener; the rest of the chunk is not dispatched',
    async run({ serve, open }) {
      const stream = await serve([{ steps: [{ send: 'data: a\n\ndata: b\n\nevent: other\ndata: c\n\n' }] }])
      const source = open(stream)
      const seen = listen(source, 'message', 'other')
      source.addEventListener('message', () => source.close())
      const after = listen(source, 'message')
      await until(() => seen.length > 0, 'the message')
      await givenUp(stream)
      assert.deepEqual(told(seen), ['a'])
      assert.deepEqual(told(after), ['a'], 'the listeners behind it still get the event that is being dispatched')
      assert.lengthOf(await stream.requests(), 1)
    },
  },
  {
    name: 'eventsource-close: from an error listener; it does not reconnect',
    async run({ serve, open }) {
      const stream = await serve([{ steps: [SOON, 'end'] }, { steps: [{ send: 'data: a\n\n' }] }])
      const source = open(stream)
      const seen = listen(source, 'open', 'message', 'error')
      source.addEventListener('error', () => source.close())
      await until(() => seen.length === 2, 'the end of the stream')
      assert.equal(source.readyState, source.CLOSED)
      // Longer than the wait: a reconnection would have happened by then.
      await afterTimers(700)
      assert.deepEqual(told(seen), ['open', 'error'])
      assert.lengthOf(await stream.requests(), 1)
    },
  },
  {
    name: 'eventsource-close: while it waits to reconnect; it does not reconnect',
    async run({ serve, open }) {
      const stream = await serve([{ steps: [SOON, 'end'] }, QUIET])
      const source = open(stream)
      const seen = listen(source, 'open', 'error')
      source.addEventListener('error', () => queueMicrotask(() => source.close()))
      await until(() => source.readyState === source.CLOSED, 'the source to be closed')
      await afterTimers(700)
      assert.deepEqual(told(seen), ['open', 'error'])
      assert.lengthOf(await stream.requests(), 1)
    },
  },
  {
    name: 'eventsource-reconnect: a loss is an error event, then a request with the last event ID',
    async run({ serve, open }) {
      const stream = await serve([
        { steps: [SOON, { send: 'id: é7\ndata: a\n\n' }] },
        { steps: [{ send: 'data: b\n\n' }] },
      ])
      const source = open(stream)
      const seen = listen(source, 'open', 'message', 'error')
      const states: number[] = []
      source.addEventListener('error', () => states.push(source.readyState))
      await until(() => seen.length === 2, 'the first message')
      await stream.perform('cut')
      await until(() => seen.length === 5, 'the second message')
      assert.deepEqual(told(seen), ['open', 'a', 'error', 'open', 'b'])
      assert.isFalse(seen[2] instanceof MessageEvent)
      assert.deepEqual([seen[2]?.bubbles, seen[2]?.cancelable], [false, false])
      assert.deepEqual(states, [source.CONNECTING])
      assert.equal((seen[4] as MessageEvent).lastEventId, 'é7')
      const ids = (await stream.requests()).map(({ headers }) => headers['last-event-id'])
      // As UTF-8, which Node gives byte by byte.
      assert.deepEqual(ids, [undefined, 'Ã©7'])
    },
  },
  {
    name: 'eventsource-reconnect: the end of the stream is a loss like any other, each time',
    async run({ serve, open }) {
      const stream = await serve([{ steps: [SOON, { send: 'data: a\n\n' }, 'end'] }])
      const seen = listen(open(stream), 'open', 'message', 'error')
      await until(() => seen.length >= 8, 'three connections')
      assert.deepEqual(told(seen).slice(0, 8), ['open', 'a', 'error', 'open', 'a', 'error', 'open', 'a'])
    },
  },
  {
    name: 'eventsource-reconnect: a request that breaks before its answer is a loss too',
    async run({ serve, open }) {
      // The first connection sets the time, the second never answers.
      const stream = await serve([{ steps: [SOON, 'end'] }, { status: 'silent' }, { steps: [{ send: 'data: a\n\n' }] }])
      const source = open(stream)
      const seen = listen(source, 'open', 'message', 'error')
      await until(async () => (await stream.requests()).length === 2, 'the second request')
      await until(async () => (await stream.report()).open === 1, 'the request to wait for its answer')
      await stream.perform('cut')
      await until(() => told(seen).includes('a') || source.readyState === source.CLOSED, 'the message')
      assert.deepEqual(told(seen), ['open', 'error', 'error', 'open', 'a'])
    },
  },
  {
    name: 'eventsource-reconnect: an empty answer is a loss too',
    async run({ serve, open }) {
      const stream = await serve([
        { steps: [SOON, 'end'] },
        { headers: { 'content-length': '0' }, steps: ['end'] },
        { steps: [{ send: 'data: a\n\n' }] },
      ])
      const seen = listen(open(stream), 'open', 'message', 'error')
      await until(() => seen.length === 6, 'the message')
      assert.deepEqual(told(seen), ['open', 'error', 'open', 'error', 'open', 'a'])
    },
  },
  {
    name: 'eventsource-reconnect: an ID that was reset is not sent',
    async run({ serve, open }) {
      const stream = await serve([{ steps: [SOON, { send: 'id: 1\ndata: a\n\nid\n\n' }, 'end'] }, QUIET])
      const seen = listen(open(stream), 'open')
      await until(() => seen.length === 2, 'the second connection')
      assert.notProperty((await stream.requests())[1]?.headers, 'last-event-id')
    },
  },
  {
    name: 'eventsource-reconnect: an ID of a block without data is sent',
    async run({ serve, open }) {
      const stream = await serve([{ steps: [SOON, { send: 'id: 1\ndata: a\n\nid: 2\n\n' }, 'end'] }, QUIET])
      const seen = listen(open(stream), 'open')
      await until(() => seen.length === 2, 'the second connection')
      assert.equal((await stream.requests())[1]?.headers['last-event-id'], '2')
    },
  },
  {
    name: 'eventsource-reconnect: an ID with a control character does not end it',
    async run({ serve, open }) {
      const stream = await serve([{ steps: [SOON, { send: 'id: a\u0001b\ndata: a\n\n' }, 'end'] }, QUIET])
      const source = open(stream)
      const seen = listen(source, 'open')
      // A short wait, because neither browser ever reconnects here.
      await until(() => seen.length === 2, 'the second connection', 4000)
      assert.equal(source.readyState, source.OPEN)
    },
  },
  ...[204, 205, 210, 299, 400, 404, 410, 500, 503].map((status): EventSourceCase => ({
    name: `request-status-error: ${status} fails the connection, whatever the body is`,
    async run({ serve, open }) {
      const body = [204, 205].includes(status) ? [] : [{ send: 'data: a\n\n' }]
      const stream = await serve([{ status, steps: [...body, 'end'] }])
      const source = open(stream)
      const seen = listen(source, 'open', 'message', 'error')
      await failure(source)
      await afterTimers(20)
      assert.deepEqual(told(seen), ['error'])
      assert.lengthOf(await stream.requests(), 1)
    },
  })),
  {
    name: 'request-status-error: after an earlier connection was open, it fails for good too',
    async run({ serve, open }) {
      const stream = await serve([{ steps: [SOON, { send: 'data: a\n\n' }, 'end'] }, { status: 204 }])
      const source = open(stream)
      const seen = listen(source, 'open', 'message', 'error')
      await until(() => source.readyState === source.CLOSED && seen.length === 4, 'the second error')
      assert.deepEqual(told(seen), ['open', 'a', 'error', 'error'])
      await afterTimers(700)
      assert.lengthOf(await stream.requests(), 2)
    },
  },
]
