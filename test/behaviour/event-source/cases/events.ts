import { assert } from 'chai'
import { until } from '../../wait.js'
import { END, type EventSourceCase, listen, messagesOf, QUIET } from '../case.js'

const HANDLERS = ['onopen', 'onmessage', 'onerror'] as const

export const events: readonly EventSourceCase[] = [
  {
    name: 'eventsource-onopen: a plain Event, which neither bubbles nor can be cancelled',
    async run({ serve, open }) {
      const source = open(await serve([QUIET]))
      const seen: Event[] = []
      source.addEventListener('open', (event) => seen.push(event))
      await until(() => seen.length > 0, 'the event')
      const [event] = seen as [Event]
      assert.equal(Object.getPrototypeOf(event), Event.prototype)
      assert.deepEqual([event.type, event.bubbles, event.cancelable], ['open', false, false])
      assert.notProperty(event, 'data')
      assert.equal(event.target, source)
    },
  },
  {
    name: 'eventsource-onmessage: a MessageEvent with only data, origin and last event ID',
    async run({ serve, open }) {
      const stream = await serve([{ steps: [{ send: `id:1\ndata:a\n\n${END}` }] }])
      const source = open(stream)
      const [event] = (await messagesOf(source)) as [MessageEvent]
      assert.equal(Object.getPrototypeOf(event), MessageEvent.prototype)
      assert.deepEqual([event.type, event.bubbles, event.cancelable], ['message', false, false])
      const { data, origin, lastEventId, ports, target } = event
      assert.deepEqual([data, origin, lastEventId], ['a', new URL(stream.url).origin, '1'])
      assert.lengthOf(ports, 0)
      assert.isNull(event.source)
      assert.equal(target, source)
    },
  },
  {
    name: 'eventsource-onmessage-trusted: events are trusted',
    async run({ serve, open }) {
      const [event] = await messagesOf(open(await serve([{ steps: [{ send: `data:a\n\n${END}` }] }])))
      assert.isTrue(event?.isTrusted)
    },
  },
  {
    name: 'eventsource-eventtarget: listeners are functions or objects, called in order, with the source as this',
    async run({ serve, open }) {
      const stream = await serve([QUIET])
      const source = open(stream)
      const opened = listen(source, 'open')
      const calls: unknown[] = []
      const object = {
        handleEvent(this: unknown) {
          calls.push(this === object ? 'object' : this)
        },
      }
      const removed = (): void => void calls.push('removed')
      source.addEventListener('message', function (this: unknown) {
        calls.push(this === source ? 'function' : this)
      })
      source.addEventListener('message', object)
      source.addEventListener('message', removed)
      source.addEventListener('message', () => calls.push('once'), { once: true })
      source.removeEventListener('message', removed)
      await until(() => opened.length > 0, 'the connection')
      await stream.perform({ send: 'data:a\n\n' })
      await until(() => calls.length === 3, 'the first message')
      await stream.perform({ send: `data:b\n\n${END}` })
      await until(() => calls.length === 5, 'the second message')
      assert.deepEqual(calls, ['function', 'object', 'once', 'function', 'object'])
    },
  },
  {
    name: 'eventsource-eventtarget: events dispatched by a script reach listeners and handlers too',
    async run({ serve, open }) {
      const source = open(await serve([QUIET]))
      const calls: unknown[] = []
      source.addEventListener('mine', (event) => calls.push(event.type))
      source.onmessage = () => false
      assert.isTrue(source.dispatchEvent(new Event('mine')))
      // "If return value is false, then set event's canceled flag."
      assert.isFalse(source.dispatchEvent(new Event('message', { cancelable: true })))
      assert.deepEqual(calls, ['mine'])
    },
  },
  {
    name: 'eventsource-onmessage: a handler is null at first, and anything but an object resets it to null',
    async run({ serve, open }) {
      const source = open(await serve([QUIET]))
      for (const name of HANDLERS) {
        assert.isNull(source[name])
        const handler = (): void => {}
        source[name] = handler
        assert.equal(source[name], handler)
        for (const value of [undefined, 1, 'f', Symbol('f'), null]) {
          source[name] = handler
          source[name] = value as null
          assert.isNull(source[name])
        }
      }
    },
  },
  {
    name: 'eventsource-onmessage: an object that is not a function is kept but never called, nor its handleEvent',
    async run({ serve, open }) {
      const source = open(await serve([QUIET]))
      const calls: string[] = []
      const object = { handleEvent: () => calls.push('handleEvent') }
      for (const name of HANDLERS) {
        source[name] = object as unknown as null
        assert.equal(source[name], object as unknown as null)
        source.dispatchEvent(new Event(name.slice(2)))
      }
      assert.deepEqual(calls, [])
    },
  },
  {
    name: 'eventsource-onmessage: a handler that is replaced keeps its place; after null, it comes last',
    async run({ serve, open }) {
      const source = open(await serve([QUIET]))
      const calls: unknown[] = []
      const dispatch = (): unknown[] => {
        source.dispatchEvent(new Event('message'))
        return calls.splice(0)
      }
      source.onmessage = () => calls.push('first')
      source.addEventListener('message', () => calls.push('listener'))
      source.onmessage = function (this: unknown, ...values: unknown[]) {
        calls.push(this === source && values.length === 1 ? 'second' : 'wrong')
      }
      assert.deepEqual(dispatch(), ['second', 'listener'])
      source.onmessage = null
      assert.deepEqual(dispatch(), ['listener'])
      source.onmessage = () => calls.push('third')
      assert.deepEqual(dispatch(), ['listener', 'third'])
    },
  },
  {
    name: 'eventsource-onmessage: each event has a task of its own: promises of a listener settle before the next one',
    async run({ serve, open }) {
      const source = open(await serve([{ steps: [{ send: 'data:a\n\ndata:b\n\ndata:c\n\n' }] }]))
      const calls: unknown[] = []
      source.addEventListener('open', () => queueMicrotask(() => calls.push('after open')))
      const listener = async ({ data }: MessageEvent): Promise<void> => {
        calls.push(data)
        for (let i = 0; i < 10; i++) await Promise.resolve()
        calls.push(`after ${data}`)
        if (data === 'b') source.close()
      }
      source.addEventListener('message', (event) => void listener(event))
      await until(() => source.readyState === source.CLOSED, 'the source to be closed')
      assert.deepEqual(calls, ['after open', 'a', 'after a', 'b', 'after b'])
    },
  },
]
