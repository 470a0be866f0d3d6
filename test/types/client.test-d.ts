import { type } from 'arktype'
import * as v from 'valibot'
import { describe, expectTypeOf, test } from 'vitest'
import { z } from 'zod'
import {
  type ClosedStatus,
  type ConnectingStatus,
  type ConnectionFailure,
  type ConnectionStatus,
  createEventSource,
  type EventOf,
  exponentialBackoff,
  fetchTransport,
  type IdleStatus,
  nativeTransport,
  type OpenStatus,
  type PausedStatus,
  type ReadableStore,
  type Reconnection,
  standardReconnection,
  type TypedEvent,
  type TypedEventSource,
  type WaitingStatus,
} from '../../src/entries/index.js'

interface Price {
  symbol: string
  value: number
}

interface Events {
  price: Price
  note: string
  error: { code: number }
}

const source = createEventSource<Events>('/prices')

function listen<Declared, Type extends keyof Declared & string>(
  from: TypedEventSource<Declared>,
  name: Type,
  hear: (data: Declared[Type]) => void,
): () => void {
  return from.on(name, ({ data }) => hear(data))
}

describe('one interface declares everything', () => {
  test('listeners get the payload of their type', () => {
    expectTypeOf(source.on('price', () => {})).toEqualTypeOf<() => void>()
    source.on('price', (event) => {
      expectTypeOf(event).toEqualTypeOf<TypedEvent<'price', Price>>()
      expectTypeOf(event.data.value).toEqualTypeOf<number>()
      // @ts-expect-error -- not a property of the payload
      void event.data.amount
      // @ts-expect-error -- events are read-only
      event.data = { symbol: 'A', value: 1 }
    })
    source.on('error', ({ data }) => expectTypeOf(data.code).toEqualTypeOf<number>())
    // @ts-expect-error -- a listener for another payload
    source.on('price', (event: TypedEvent<'price', string>) => event)
  })

  test('one listener for several types narrows by type', () => {
    const listener = (event: EventOf<Events, 'price' | 'note'>): void => {
      if (event.type === 'note') expectTypeOf(event.data).toEqualTypeOf<string>()
    }
    for (const name of ['price', 'note'] as const) source.on(name, listener)
  })

  test('a wrong event name is an error', () => {
    // @ts-expect-error -- misspelt
    source.on('prise', () => {})
    // @ts-expect-error -- not declared
    source.on('message', () => {})
    // @ts-expect-error -- misspelt
    source.events('prise')
    // @ts-expect-error -- one of them is misspelt
    source.events(['price', 'nota'])
    // @ts-expect-error -- misspelt
    source.store('prise')
    // @ts-expect-error -- not a string
    source.on(1, () => {})
  })

  test('a function for any declaration accepts its types', () => {
    listen(source, 'price', (data) => expectTypeOf(data).toEqualTypeOf<Price>())
    // @ts-expect-error -- misspelt
    listen(source, 'prise', () => {})
  })

  test('iterations narrow by type', async () => {
    for await (const event of source) {
      expectTypeOf(event).toEqualTypeOf<EventOf<Events>>()
      if (event.type === 'price') expectTypeOf(event.data).toEqualTypeOf<Price>()
      else if (event.type === 'note') expectTypeOf(event.data).toEqualTypeOf<string>()
      else expectTypeOf(event.data).toEqualTypeOf<{ code: number }>()
    }
    for await (const event of source.events('note')) expectTypeOf(event).toEqualTypeOf<TypedEvent<'note', string>>()
    for await (const event of source.events(['note', 'price'])) {
      expectTypeOf(event.type).toEqualTypeOf<'note' | 'price'>()
      // @ts-expect-error -- not narrowed
      void event.data.value
    }
  })

  test('stores hold the payload, or undefined at first', () => {
    expectTypeOf(source.store('price')).toEqualTypeOf<ReadableStore<Price | undefined>>()
    // @ts-expect-error -- stores are read-only
    source.store('price').set({ symbol: 'A', value: 1 })
  })

  test('type aliases declare as well as interfaces', () => {
    type Aliased = { tick: number }
    createEventSource<Aliased>('/').on('tick', ({ data }) => expectTypeOf(data).toEqualTypeOf<number>())
  })

  test('without a declaration every type has an unknown payload', () => {
    createEventSource('/').on('anything', (event) => {
      expectTypeOf(event.data).toEqualTypeOf<unknown>()
      expectTypeOf(event.type).toEqualTypeOf<'anything'>()
      // @ts-expect-error -- unknown has no properties
      void event.data.value
    })
  })
})

describe('schemas declare and check', () => {
  test('zod', () => {
    const checked = createEventSource('/', {
      schemas: { price: z.object({ value: z.number() }), length: z.string().transform((text) => text.length) },
    })
    checked.on('price', ({ data }) => expectTypeOf(data).toEqualTypeOf<{ value: number }>())
    checked.on('length', ({ data }) => expectTypeOf(data).toEqualTypeOf<number>())
    // @ts-expect-error -- no schema
    checked.on('prise', () => {})
    checked.on('price', ({ data }) => {
      // @ts-expect-error -- not in the schema
      void data.amount
    })
  })

  test('valibot', () => {
    const checked = createEventSource('/', {
      schemas: { price: v.object({ value: v.number() }), note: v.pipe(v.string(), v.transform(Number)) },
    })
    checked.on('price', ({ data }) => expectTypeOf(data).toEqualTypeOf<{ value: number }>())
    checked.on('note', ({ data }) => expectTypeOf(data).toEqualTypeOf<number>())
    // @ts-expect-error -- no schema
    checked.store('prise')
  })

  test('arktype', () => {
    const checked = createEventSource('/', { schemas: { price: type({ value: 'number', 'symbol?': 'string' }) } })
    checked.on('price', ({ data }) => expectTypeOf(data).toEqualTypeOf<{ value: number; symbol?: string }>())
    // @ts-expect-error -- no schema
    checked.events('prise')
  })

  test('anything but a schema is an error', () => {
    // @ts-expect-error -- a class is not a schema
    createEventSource('/', { schemas: { price: Date } })
    // @ts-expect-error -- an interface cannot be declared beside schemas
    createEventSource<Events>('/', { schemas: { price: z.string() } })
  })
})

describe('options', () => {
  test('text is for payloads that are strings', () => {
    createEventSource<Events>('/', { parse: { note: 'text' } })
    createEventSource<Events>('/', { parse: { note: 'text', price: 'json' } })
    createEventSource<{ a: string }>('/', { parse: 'text' })
    createEventSource('/', { parse: 'text' })
    createEventSource('/', { parse: { whatever: 'text' } }).on('other', ({ data }) => expectTypeOf(data).toBeUnknown())
    createEventSource<{ a: string; b: unknown }>('/', { parse: 'text' })
    // @ts-expect-error -- a price is not a string
    createEventSource<Events>('/', { parse: { price: 'text' } })
    // @ts-expect-error -- not every payload is a string
    createEventSource<Events>('/', { parse: 'text' })
    // @ts-expect-error -- misspelt
    createEventSource<Events>('/', { parse: { prise: 'json' } })
    // @ts-expect-error -- no parser of this name
    createEventSource<Events>('/', { parse: 'yaml' })
  })

  test('an option may be undefined, which means that it is not given', () => {
    const maybe: { signal: AbortSignal | undefined; token: string | undefined; size: number | undefined } = {
      signal: undefined,
      token: undefined,
      size: undefined,
    }
    const maybeSource = createEventSource<Events>('/', {
      signal: maybe.signal,
      lastEventId: maybe.token,
      maxEventSize: maybe.size,
      reconnection: exponentialBackoff({ maxAttempts: maybe.size }),
      parse: { note: undefined },
    })
    maybeSource.on('note', () => {}, { signal: maybe.signal })
    maybeSource.events('note', { signal: maybe.signal, maxQueueSize: maybe.size })
  })

  test('a parse function returns the declared payload', () => {
    createEventSource<Events>('/', {
      parse: { price: (data, raw) => ({ symbol: raw.event, value: data.length }), note: async (data) => data },
    })
    // @ts-expect-error -- a number is not a price
    createEventSource<Events>('/', { parse: { price: () => 1 } })
  })

  test('before a schema it returns the input, of any type', () => {
    createEventSource('/', { schemas: { size: z.number() }, parse: { size: Number } })
    // @ts-expect-error -- no schema of this type
    createEventSource('/', { schemas: { size: z.number() }, parse: { sise: Number } })
  })

  test('transports and policies are values', () => {
    createEventSource<Events>('/', { transport: 'native', reconnection: exponentialBackoff({ maxAttempts: 3 }) })
    createEventSource<Events>('/', { transport: fetchTransport({ headers: async () => ({ a: 'b' }) }) })
    createEventSource<Events>('/', { transport: nativeTransport(), reconnection: standardReconnection })
    createEventSource<Events>('/', { reconnection: ({ attempt, failure }) => (failure.fatal ? false : attempt * 100) })
    createEventSource<Events>('/', { reconnection: false, fetch: globalThis.fetch, body: new URLSearchParams() })
    createEventSource<Events>('/', { endOn: 'price', whenHidden: 'pause', duplicateWindow: 100 })
    createEventSource<Events>('/', { endOn: ({ event, data }) => event === 'message' && data === '[DONE]' })
    // @ts-expect-error -- no such event
    createEventSource<Events>('/', { endOn: 'prise' })
    // @ts-expect-error -- a function of the event returns a boolean or 'deliver'
    createEventSource<Events>('/', { endOn: ({ data }) => data.length })
    // @ts-expect-error -- no such answer
    createEventSource<Events>('/', { whenHidden: 'close' })
    // @ts-expect-error -- no such transport
    createEventSource<Events>('/', { transport: 'websocket' })
    // @ts-expect-error -- a policy returns ms or false
    createEventSource<Events>('/', { reconnection: () => true })
    // @ts-expect-error -- header values are strings
    createEventSource<Events>('/', { headers: { retries: 3 } })
    // @ts-expect-error -- no such option
    createEventSource<Events>('/', { retries: 3 })
  })
})

test('the status is a union that narrows', () => {
  const status: ConnectionStatus = source.status.get()
  if (status.state === 'waiting') expectTypeOf(status.retryAt).toEqualTypeOf<number>()
  if (status.state === 'open') expectTypeOf(status.transport).toEqualTypeOf<string>()
  if (status.state === 'waiting') expectTypeOf(status.failure).toEqualTypeOf<ConnectionFailure>()
  // @ts-expect-error -- only while it waits
  void status.retryAt
  // @ts-expect-error -- no such state
  void (status.state === 'reconnecting')
  // @ts-expect-error -- the status is read-only
  source.status.set({ state: 'idle' })
})

test('each state of the status has a name', () => {
  type Of<State extends ConnectionStatus['state']> = Extract<ConnectionStatus, { state: State }>
  expectTypeOf<Of<'idle'>>().toEqualTypeOf<IdleStatus>()
  expectTypeOf<Of<'connecting'>>().toEqualTypeOf<ConnectingStatus>()
  expectTypeOf<Of<'open'>>().toEqualTypeOf<OpenStatus>()
  expectTypeOf<Of<'waiting'>>().toEqualTypeOf<WaitingStatus>()
  expectTypeOf<Of<'paused'>>().toEqualTypeOf<PausedStatus>()
  expectTypeOf<Of<'closed'>>().toEqualTypeOf<ClosedStatus>()
})

test('the failure can be read in every state', () => {
  expectTypeOf(source.status.get().failure).toEqualTypeOf<ConnectionFailure | undefined>()
  const status: ConnectionStatus = source.status.get()
  if (status.failure) expectTypeOf(status.state).toEqualTypeOf<'connecting' | 'waiting' | 'closed'>()
})

test('a reconnection reports what was sent to the server', () => {
  const undo = source.onReconnect((reconnection) => {
    expectTypeOf(reconnection).toEqualTypeOf<Reconnection>()
    expectTypeOf(reconnection.resumed).toEqualTypeOf<boolean>()
    expectTypeOf(reconnection.downtime).toEqualTypeOf<number>()
  })
  expectTypeOf(undo).toEqualTypeOf<() => void>()
  // @ts-expect-error -- no such property
  source.onReconnect(({ missed }) => missed)
})

test('the source is disposable', () => {
  expectTypeOf(source).toExtend<Disposable>()
  expectTypeOf(source).toExtend<AsyncIterable<EventOf<Events>>>()
})
