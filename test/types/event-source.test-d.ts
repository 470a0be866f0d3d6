import { describe, expectTypeOf, test } from 'vitest'
import {
  type ConnectionFailure,
  EventSource,
  type EventSourceErrorEvent,
  type EventSourceInit,
} from '../../src/entries/event-source.js'

type NativeClass = typeof globalThis.EventSource
type NativeObject = globalThis.EventSource

const source = new EventSource('/prices')

describe("the class replaces the DOM's", () => {
  test('the class and its objects are assignable', () => {
    expectTypeOf(EventSource).toExtend<NativeClass>()
    expectTypeOf(source).toExtend<NativeObject>()
    expectTypeOf(source).toExtend<EventTarget>()
    const native: NativeClass = EventSource
    const object: NativeObject = new native('/prices', { withCredentials: true })
    expectTypeOf<NativeObject>().toExtend<typeof source>()
    void object
  })

  test("its events are the DOM's", () => {
    const listener = (event: MessageEvent): void => void event.data
    const handler = (event: Event): void => void event.type
    source.onmessage = listener
    source.onopen = handler
    source.onerror = handler
    source.onerror = null
    source.addEventListener('price', listener)
    source.addEventListener('price', { handleEvent: handler }, { once: true, signal: new AbortController().signal })
    source.removeEventListener('price', listener)
    source.onmessage = function (event) {
      expectTypeOf(this).toEqualTypeOf<EventSource>()
      expectTypeOf(event).toEqualTypeOf<MessageEvent>()
    }
  })

  test('it can be extended', () => {
    class Prices extends EventSource {
      readonly latest = new Map<string, number>()
    }
    expectTypeOf(new Prices('/prices').readyState).toEqualTypeOf<number>()
    expectTypeOf(EventSource.CLOSED).toEqualTypeOf<2>()
  })

  test('the same mistakes are errors', () => {
    // @ts-expect-error -- a URL is required
    new EventSource()
    // @ts-expect-error -- not a URL
    new EventSource(1)
    // @ts-expect-error -- not a function
    source.onmessage = 'listener'
    // @ts-expect-error -- read-only
    source.readyState = 1
    // @ts-expect-error -- read-only
    source.url = '/'
    // @ts-expect-error -- misspelt
    new EventSource('/prices', { withCredential: true })
    // @ts-expect-error -- no such option: headers go through fetch
    new EventSource('/prices', { headers: { authorization: 'Bearer' } })
    // @ts-expect-error -- a class
    EventSource('/prices')
  })
})

describe('what we add', () => {
  test('fetch is the global one, or a custom one', () => {
    new EventSource('/prices', { fetch })
    new EventSource('/prices', {
      fetch: (input, init) => {
        expectTypeOf(input).toEqualTypeOf<string>()
        return fetch(input, { ...init, headers: { ...init.headers, authorization: 'Bearer' } })
      },
    })
    expectTypeOf<EventSourceInit>().toHaveProperty('fetch')
    // @ts-expect-error -- not a function
    new EventSource('/prices', { fetch: '/proxy' })
    // @ts-expect-error -- not a response
    new EventSource('/prices', { fetch: async () => 'data: a' })
  })

  test('error events have the reason, if it is known', () => {
    source.onerror = (event) => {
      expectTypeOf(event).toEqualTypeOf<EventSourceErrorEvent>()
      expectTypeOf(event.status).toEqualTypeOf<number | undefined>()
      expectTypeOf(event.failure).toEqualTypeOf<ConnectionFailure | undefined>()
      expectTypeOf(event.message).toEqualTypeOf<string | undefined>()
      // @ts-expect-error -- read-only
      event.message = ''
    }
    source.addEventListener('error', ({ failure }) =>
      expectTypeOf(failure).toEqualTypeOf<ConnectionFailure | undefined>(),
    )
    source.addEventListener('open', (event) => {
      // @ts-expect-error -- only on errors
      void event.failure
    })
  })
})
