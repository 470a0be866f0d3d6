import { assert } from 'chai'
import { afterTimers } from '../../wait.js'
import { type EventSourceCase, type EventSourceClass, failure, listen, QUIET } from '../case.js'

/** What `new EventSource` throws for these arguments; undefined if it throws nothing. */
function thrown(EventSource: EventSourceClass, ...values: readonly unknown[]): unknown {
  try {
    const source = Reflect.construct(EventSource, values) as EventSource
    source.close()
  } catch (error) {
    return error
  }
}

function assertSyntaxError(error: unknown, message: string): void {
  assert.instanceOf(error, DOMException, message)
  assert.include(error, { name: 'SyntaxError', code: 12 }, message)
}

export const construction: readonly EventSourceCase[] = [
  {
    name: 'eventsource-constructor-no-new: a call without `new` is a TypeError',
    async run({ EventSource }) {
      assert.throws(() => Reflect.apply(EventSource, undefined, ['http://127.0.0.1/']) as unknown, TypeError)
    },
  },
  {
    name: 'eventsource-constructor-url-bogus: a URL that cannot be parsed is a SyntaxError',
    async run({ EventSource }) {
      for (const url of ['http://', 'http://[', 'http://:80:80/', 'http://host:port/', 'https://a<b/']) {
        assertSyntaxError(thrown(EventSource, url), url)
      }
    },
  },
  {
    name: 'eventsource-constructor-url-bogus: no URL at all is a TypeError',
    async run({ EventSource }) {
      assert.instanceOf(thrown(EventSource), TypeError)
      assert.instanceOf(thrown(EventSource, Symbol('url')), TypeError)
      assert.propertyVal(EventSource, 'length', 1)
    },
  },
  {
    name: 'eventsource-constructor-url-bogus: an init that is not an object is a TypeError, null is an empty one',
    async run({ EventSource }) {
      for (const init of [1, true, 'withCredentials']) {
        assert.instanceOf(thrown(EventSource, 'http://127.0.0.1/', init), TypeError)
      }
      for (const init of [null, undefined, {}, () => {}]) {
        assert.isUndefined(thrown(EventSource, 'http://127.0.0.1/', init))
      }
    },
  },
  {
    name: 'eventsource-constructor-url-bogus: unknown members of the init are ignored',
    async run({ EventSource }) {
      assert.isUndefined(thrown(EventSource, 'http://127.0.0.1/', { withCredential: true }))
    },
  },
  {
    name: 'eventsource-constructor-stringify: any value is converted to a string',
    async run({ EventSource, serve }) {
      const { url } = await serve([QUIET])
      for (const value of [{ toString: () => url }, new URL(url)]) {
        const source = new EventSource(value as URL)
        source.close()
        assert.equal(source.url, url)
      }
      const error = new Error('from toString')
      const throwing = {
        toString() {
          throw error
        },
      }
      assert.equal(thrown(EventSource, throwing), error)
    },
  },
  {
    name: 'eventsource-constructor-stringify: null and undefined are relative URLs',
    needs: ['browser'],
    async run({ EventSource }) {
      for (const value of [null, undefined]) {
        const source = new EventSource(value as unknown as string)
        source.close()
        assert.equal(source.url, new URL(String(value), location.href).href)
      }
    },
  },
  {
    name: 'eventsource-constructor-empty-url: is the address of the page or worker',
    needs: ['browser'],
    async run({ open }) {
      const source = open('')
      source.close()
      assert.equal(source.url, location.href.replace(/#.*/, ''))
    },
  },
  {
    name: 'eventsource-constructor-non-same-origin: schemes that cannot be fetched fail the connection',
    async run({ open }) {
      for (const url of ['about:blank', 'mailto:nobody@example.invalid', 'javascript:alert()', 'ftp://127.0.0.1/']) {
        const source = open(url)
        assert.equal(source.readyState, source.CONNECTING, url)
        await failure(source)
      }
    },
  },
  {
    name: 'eventsource-url: is the given URL, resolved and serialized',
    async run({ serve, open }) {
      const { url } = await serve([QUIET])
      const given = `${url.replace('http://', 'HTTP://')}/../a b?é#f`
      assert.equal(open(given).url, new URL(given).href)
    },
  },
  {
    name: 'eventsource-url: a relative URL is resolved against the page or worker',
    needs: ['same-origin'],
    async run({ serve, open }) {
      const { url } = await serve([QUIET])
      assert.equal(open(new URL(url).pathname).url, url)
    },
  },
  {
    name: 'eventsource-url: the fragment stays, and is not sent',
    async run({ serve, open }) {
      const stream = await serve([QUIET])
      const source = open(`${stream.url}?a#b`)
      const opened = listen(source, 'open')
      while (opened.length === 0) await afterTimers(1)
      assert.equal(source.url, `${stream.url}?a#b`)
      assert.equal((await stream.requests())[0]?.url.split('?')[1], 'a')
    },
  },
  {
    name: 'eventsource-prototype: the constants are on the class, its prototype and every object, and cannot change',
    async run({ EventSource, serve, open }) {
      const source = open(await serve([QUIET]))
      for (const [name, value] of Object.entries({ CONNECTING: 0, OPEN: 1, CLOSED: 2 })) {
        const expected = { value, writable: false, enumerable: true, configurable: false }
        assert.deepEqual(Object.getOwnPropertyDescriptor(EventSource, name), expected)
        assert.deepEqual(Object.getOwnPropertyDescriptor(EventSource.prototype, name), expected)
        assert.equal(Reflect.get(source, name), value)
        assert.isFalse(Reflect.set(source, name, 7), `${name} cannot be set`)
      }
    },
  },
  {
    name: 'interfaces: the class is an EventTarget named EventSource',
    async run({ EventSource, serve, open }) {
      const source = open(await serve([QUIET]))
      assert.equal(EventSource.name, 'EventSource')
      assert.equal(Object.getPrototypeOf(EventSource), EventTarget)
      assert.equal(Object.getPrototypeOf(EventSource.prototype), EventTarget.prototype)
      assert.equal(Object.getPrototypeOf(source), EventSource.prototype)
      assert.equal(Object.prototype.toString.call(source), '[object EventSource]')
      assert.equal(source.constructor, EventSource)
      assert.deepEqual(Object.getOwnPropertyDescriptor(EventSource, 'prototype')?.writable, false)
      assert.deepEqual(Object.getOwnPropertyDescriptor(EventSource.prototype, Symbol.toStringTag), {
        value: 'EventSource',
        writable: false,
        enumerable: false,
        configurable: true,
      })
      class Derived extends EventSource {}
      const derived = new Derived(source.url)
      derived.close()
      assert.instanceOf(derived, EventSource)
    },
  },
  {
    name: 'interfaces: attributes are enumerable accessors of the prototype, and work on no other object',
    async run({ EventSource }) {
      for (const name of ['url', 'withCredentials', 'readyState', 'onopen', 'onmessage', 'onerror']) {
        const descriptor = Object.getOwnPropertyDescriptor(EventSource.prototype, name)
        assert.deepEqual([name, descriptor?.enumerable, descriptor?.configurable], [name, true, true])
        assert.equal(descriptor?.get?.name, `get ${name}`)
        assert.equal(descriptor?.set !== undefined, name.startsWith('on'))
        assert.throws(() => descriptor?.get?.call({}), TypeError)
      }
      const close = Object.getOwnPropertyDescriptor(EventSource.prototype, 'close')
      assert.deepEqual([close?.enumerable, close?.configurable, close?.writable], [true, true, true])
      assert.throws(() => Reflect.apply(close?.value as () => void, {}, []), TypeError)
      assert.propertyVal(close?.value, 'length', 0)
    },
  },
  {
    name: 'interfaces: an object has no properties of its own, and for-in finds those of the prototype',
    async run({ serve, open }) {
      const source = open(await serve([QUIET]))
      assert.deepEqual(Object.keys(source), [])
      const found: string[] = []
      // oxlint-disable-next-line guard-for-in -- inherited properties are what this looks for
      for (const name in source) found.push(name)
      const members = ['url', 'withCredentials', 'readyState', 'onopen', 'onmessage', 'onerror', 'close']
      assert.includeMembers(found, [...members, 'CONNECTING', 'OPEN', 'CLOSED', 'addEventListener'])
      assert.notInclude(found, 'constructor')
    },
  },
  {
    name: 'interfaces: withCredentials is converted to a boolean, and is false by default',
    async run({ EventSource }) {
      const values = [undefined, {}, { withCredentials: false }, { withCredentials: 0 }, { withCredentials: 'x' }]
      const read = [...values, Object.create({ withCredentials: true }) as object].map((init) => {
        const source = new EventSource('http://127.0.0.1/', init)
        source.close()
        return source.withCredentials
      })
      assert.deepEqual(read, [false, false, false, false, true, true])
    },
  },
]
