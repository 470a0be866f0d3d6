import { assert } from 'chai'
import type { RemoteStream } from '../../server/remote.js'
import type { Script } from '../../server/script.js'
import { afterTimers, until } from '../wait.js'

/** A class that claims to be the standard's `EventSource`: a browser's own, or one that stands in for it. */
export type EventSourceClass = typeof globalThis.EventSource

/** One promise of the HTML standard, section 9.2, that everstream builds on. */
export interface StandardCase {
  readonly name: string
  run(context: StandardContext): Promise<void>
}

export interface StandardContext {
  readonly serve: (script: Script | Script['connections']) => Promise<RemoteStream>
  /** `new EventSource`, closed when the case is over. */
  readonly open: (stream: RemoteStream, init?: EventSourceInit) => EventSource
  readonly EventSource: EventSourceClass
}

/** Everything that the source dispatches of these types, in order. */
function listen(source: EventSource, ...types: readonly string[]): Event[] {
  const events: Event[] = []
  for (const type of types) source.addEventListener(type, (event) => events.push(event))
  return events
}

function dataOf(events: readonly Event[]): unknown[] {
  return events.map((event) => (event instanceof MessageEvent ? event.data : event.type))
}

/** So that a reconnection does not take the seconds of a browser. */
const SOON = { send: 'retry: 10\n\n' }

export const standardCases: readonly StandardCase[] = [
  {
    name: 'it is CONNECTING, then OPEN with an open event, then CLOSED for good',
    async run({ serve, open, EventSource }) {
      const stream = await serve([{}])
      const source = open(stream)
      assert.deepEqual([EventSource.CONNECTING, EventSource.OPEN, EventSource.CLOSED], [0, 1, 2])
      assert.equal(source.readyState, source.CONNECTING)
      assert.equal(source.url, stream.url)
      assert.isFalse(source.withCredentials)
      const events = listen(source, 'open', 'error')
      await until(() => events.length === 1, 'the event')
      assert.deepEqual([events[0]?.type, source.readyState], ['open', source.OPEN])
      source.close()
      source.close()
      assert.equal(source.readyState, source.CLOSED)
      await until(async () => (await stream.report()).open === 0, 'the connection to be given up')
      assert.lengthOf(events, 1, 'close() dispatches nothing')
    },
  },
  {
    name: 'messages carry data, last event ID and origin, and named events reach their listeners only',
    async run({ serve, open }) {
      const stream = await serve([
        {
          steps: [{ send: 'id: 1\ndata: a\ndata: b\n\nevent: named\ndata: c\n\nevent: unheard\ndata\n\ndata: d\n\n' }],
        },
      ])
      const source = open(stream)
      const messages = listen(source, 'message', 'named') as MessageEvent[]
      await until(() => messages.length === 3, 'three messages')
      assert.deepEqual(
        messages.map(({ type, data, lastEventId, origin }) => [type, data, lastEventId, origin]),
        [
          ['message', 'a\nb', '1', new URL(stream.url).origin],
          ['named', 'c', '1', new URL(stream.url).origin],
          ['message', 'd', '1', new URL(stream.url).origin],
        ],
      )
    },
  },
  {
    name: 'handler attributes are called too',
    async run({ serve, open }) {
      const source = open(await serve([{ steps: [{ send: 'data: a\n\n' }, 'end'] }, { status: 204 }]))
      const called: string[] = []
      source.addEventListener('open', () => called.push('listener'))
      // oxlint-disable-next-line unicorn/prefer-add-event-listener -- the attributes are what is tested
      source.onopen = () => called.push('onopen')
      // oxlint-disable-next-line unicorn/prefer-add-event-listener -- the same
      source.onmessage = ({ data }) => called.push(`onmessage ${data}`)
      // oxlint-disable-next-line unicorn/prefer-add-event-listener -- the same
      source.onerror = () => {
        called.push('onerror')
        source.close()
      }
      await until(() => called.includes('onerror'), 'the end of the stream')
      assert.deepEqual(called, ['listener', 'onopen', 'onmessage a', 'onerror'])
    },
  },
  {
    name: 'a server event called "error" is a MessageEvent, and the connection stays',
    async run({ serve, open }) {
      const source = open(await serve([{ steps: [{ send: 'event: error\ndata: a\n\nevent: open\ndata: b\n\n' }] }]))
      const events = listen(source, 'open', 'error')
      await until(() => events.length === 3, 'the events')
      assert.deepEqual(dataOf(events), ['open', 'a', 'b'])
      assert.equal(source.readyState, source.OPEN)
    },
  },
  {
    name: 'it reestablishes a lost connection, with an error event before, after the time of "retry:" and with the last event ID',
    async run({ serve, open }) {
      const stream = await serve([
        { steps: [SOON, { send: 'id: é7\ndata: a\n\n' }] },
        { steps: [{ send: 'data: b\n\n' }] },
      ])
      const source = open(stream)
      const events = listen(source, 'open', 'message', 'error')
      const states: number[] = []
      source.addEventListener('error', () => states.push(source.readyState))
      await until(() => events.length === 2, 'the first message')
      await stream.perform('cut')
      await until(() => events.length === 5, 'the second message')
      assert.deepEqual(dataOf(events), ['open', 'a', 'error', 'open', 'b'])
      assert.deepEqual(states, [source.CONNECTING])
      assert.equal((events[4] as MessageEvent).lastEventId, 'é7')
      const ids = (await stream.requests()).map(({ headers }) => headers['last-event-id'])
      // As UTF-8, which Node hands out byte by byte.
      assert.deepEqual(ids, [undefined, 'Ã©7'])
    },
  },
  {
    name: 'the end of the stream is a loss like any other; what is unfinished is not dispatched',
    async run({ serve, open }) {
      const stream = await serve([
        { steps: [SOON, { send: 'id: 1\ndata: a\n\nid: 2\ndata: unfinished\n' }, 'end'] },
        { steps: [{ send: 'data: b\n\n' }] },
      ])
      const messages = listen(open(stream), 'message')
      await until(() => messages.length === 2, 'both messages')
      assert.deepEqual(dataOf(messages), ['a', 'b'])
      assert.equal((await stream.requests())[1]?.headers['last-event-id'], '1')
    },
  },
  ...[204, 404, 500, 503].map((status): StandardCase => ({
    name: `the status ${status} fails the connection for good`,
    async run({ serve, open }) {
      const stream = await serve([{ status, steps: ['end'] }])
      const source = open(stream)
      const events = listen(source, 'open', 'error')
      await until(() => events.length === 1, 'the error')
      assert.deepEqual([events[0]?.type, source.readyState], ['error', source.CLOSED])
      assert.isFalse(events[0] instanceof MessageEvent)
      assert.lengthOf(await stream.requests(), 1)
    },
  })),
  {
    name: 'any other media type fails the connection for good',
    async run({ serve, open }) {
      for (const mediaType of ['text/html', 'text/event-streamish', 'application/json']) {
        const source = open(await serve([{ headers: { 'content-type': mediaType }, steps: ['end'] }]))
        const events = listen(source, 'open', 'error')
        await until(() => events.length === 1, 'the error')
        assert.deepEqual([events[0]?.type, source.readyState], ['error', source.CLOSED], mediaType)
      }
    },
  },
  {
    name: 'close() from inside a listener: the rest of the chunk is not dispatched',
    async run({ serve, open }) {
      const stream = await serve([{ steps: [{ send: 'data: a\n\ndata: b\n\n' }] }])
      const source = open(stream)
      const messages = listen(source, 'message')
      source.addEventListener('message', () => source.close())
      await until(
        async () => (await stream.report()).open === 0 && messages.length > 0,
        'the connection to be given up',
      )
      await afterTimers(20)
      assert.deepEqual(dataOf(messages), ['a'])
      assert.lengthOf(await stream.requests(), 1)
    },
  },
  {
    name: 'redirects are followed, and the origin of an event is that of the last URL',
    async run({ serve, open }) {
      const stream = await serve([
        { status: 307, headers: { location: '?moved' } },
        { steps: [{ send: 'data: a\n\n' }] },
      ])
      const source = open(stream)
      const messages = listen(source, 'message')
      await until(() => messages.length === 1, 'the message')
      assert.equal(source.url, stream.url)
      assert.equal((messages[0] as MessageEvent).origin, new URL(stream.url).origin)
    },
  },
  {
    name: 'a URL that cannot be parsed is a SyntaxError',
    async run({ EventSource }) {
      assert.throws(() => new EventSource('http://'), DOMException)
      try {
        new EventSource('http://').close()
      } catch (error) {
        assert.equal((error as DOMException).name, 'SyntaxError')
      }
    },
  },
]
