import {
  createEventSource,
  latestByKey,
  type ConnectionStatus,
  type TypedEvent,
  type TypedEventSource,
} from 'everstream'
import { useEvent, useEvents, useEventSource, useLatest, useStatus, useView } from 'everstream/svelte'
import manifest from 'svelte/package.json'
import { type Readable, readable, writable } from 'svelte/store'
import { describe, expect, expectTypeOf, inject, test, vi } from 'vitest'
import { z } from 'zod'
import { note, openStream, price, type Price, type Prices } from '../stream.js'
import { render } from './render.js'
import Listener from './Listener.svelte'
import Log from './Log.svelte'
import Own from './Own.svelte'
import PriceTag from './PriceTag.svelte'

test('the version is the one to be tested', () => {
  expect(manifest.version.startsWith(inject('version'))).toBe(true)
})

describe('a component', () => {
  test('shows the status and the latest payload', async () => {
    const stream = await openStream()
    const { findByText, getByText } = render(PriceTag, { url: stream.url })
    getByText(/no price/)
    await findByText('open no price')
    await stream.send(price(1) + note('no') + price(2))
    await findByText('open 2')
  })

  test('disconnects when it is unmounted', async () => {
    const stream = await openStream()
    const { unmount } = render(PriceTag, { url: stream.url })
    await stream.connected(1)
    unmount()
    await stream.connected(0)
  })

  test('shares its connection with the others that use the URL', async () => {
    const stream = await openStream()
    const first = render(PriceTag, { url: stream.url })
    const second = render(PriceTag, { url: stream.url })
    await vi.waitFor(() => expect(second.getAllByText('open no price')).toHaveLength(2))
    await stream.send(price(1))
    await vi.waitFor(() => expect(second.getAllByText('open 1')).toHaveLength(2))
    first.unmount()
    await stream.send(price(2))
    await second.findByText('open 2')
    expect(await stream.requests()).toHaveLength(1)
  })

  test('keeps the connection while it is replaced', async () => {
    const stream = await openStream()
    const first = render(PriceTag, { url: stream.url })
    await first.findByText('open no price')
    first.unmount()
    const second = render(PriceTag, { url: stream.url })
    await second.findByText('open no price')
    await stream.send(price(1))
    await second.findByText('open 1')
    expect(await stream.requests()).toHaveLength(1)
  })

  test('follows a store of URLs', async () => {
    const [before, after] = [await openStream(), await openStream()]
    const url = writable(before.url)
    const { findByText } = render(PriceTag, { url })
    await findByText('open no price')
    await before.send(price(1))
    await findByText('open 1')
    url.set(after.url)
    await findByText('open no price')
    await after.send(price(2))
    await findByText('open 2')
    await before.connected(0)
  })

  test('renders a burst a few times, and its end at last', async () => {
    const stream = await openStream()
    const onRender = vi.fn()
    const { findByText } = render(PriceTag, { url: stream.url, onRender })
    await findByText('open no price')
    const before = onRender.mock.calls.length
    await stream.send(Array.from({ length: 5000 }, (_, i) => price(i)).join(''))
    await findByText('open 4999')
    expect(onRender.mock.calls.length - before).toBeLessThanOrEqual(20)
  })

  test('uses a source of your own as it is', async () => {
    const stream = await openStream()
    const source = createEventSource<Prices>(stream.url, { connect: 'while-listening' })
    const { findByText, unmount } = render(Own, { source })
    await stream.connected(1)
    await stream.send(price(1))
    await findByText('1')
    unmount()
    await stream.connected(0)
    source.close()
  })
})

test('useEvents is the last events, the oldest first', async () => {
  const stream = await openStream()
  const { findByText } = render(Log, { url: stream.url })
  await stream.connected(1)
  await stream.send(price(1) + note('two') + price(3) + note('four'))
  await findByText('two 3 four')
})

test('a later subscriber of useEvents gets the same events', async () => {
  const stream = await openStream()
  const events = useEvents(useEventSource<Prices>(stream.url), 'price', { limit: 3 })
  const values = (list: readonly TypedEvent<'price', Price>[]): number[] => list.map(({ data }) => data.value)
  const first = vi.fn()
  const unsubscribe = events.subscribe((list) => first(values(list)))
  await stream.connected(1)
  await stream.send(price(1) + price(2))
  await vi.waitFor(() => expect(first).toHaveBeenLastCalledWith([1, 2]))
  const second = vi.fn()
  events.subscribe((list) => second(values(list)))()
  expect(second).toHaveBeenCalledExactlyOnceWith([1, 2])
  unsubscribe()
})

test('useView is the value of any view, such as the latest event for each key', async () => {
  const stream = await openStream()
  const prices = useEventSource<Prices>(stream.url)
  const rows = useView(prices, (source) => latestByKey(source, 'price', ({ data }) => data.symbol))
  let table = ''
  const unsubscribe = rows.subscribe((map) => {
    table = Array.from(map, ([symbol, { data }]) => `${symbol} ${data.value}`).join(', ')
  })
  await stream.connected(1)
  await stream.send(price(1) + price(2, 'OTHER') + price(3))
  await vi.waitFor(() => expect(table).toBe('ACME 3, OTHER 2'))
  unsubscribe()
})

test('useEvent calls the listener with every event until the component is unmounted', async () => {
  const stream = await openStream()
  const listener = vi.fn<(event: TypedEvent<'price', Price>) => void>()
  const { unmount } = render(Listener, { url: stream.url, listener })
  const other = createEventSource<Prices>(stream.url)
  await stream.connected(2)
  await stream.send(price(1) + price(2))
  await vi.waitFor(() => expect(listener.mock.calls.map(([{ data }]) => data.value)).toEqual([1, 2]))
  unmount()
  const last = other.events('price').next()
  await stream.send(price(3))
  await last
  expect(listener).toHaveBeenCalledTimes(2)
  other.close()
})

test('outside of components, a subscription is what connects', async () => {
  const stream = await openStream()
  const latest = useLatest(useEventSource<Prices>(stream.url), 'price')
  const values: unknown[] = []
  const unsubscribe = latest.subscribe((payload) => values.push(payload?.value))
  await stream.connected(1)
  await stream.send(price(1))
  await vi.waitFor(() => expect(values).toEqual([undefined, 1]))
  unsubscribe()
  await stream.connected(0)
})

test('the types are those of the source', () => {
  const neverCalled = (): void => {
    const prices = useEventSource<Prices>('/prices')
    expectTypeOf(prices).toExtend<Readable<TypedEventSource<Prices>>>()
    expectTypeOf(useLatest(prices, 'price')).toExtend<Readable<Price | undefined>>()
    expectTypeOf(useStatus(prices)).toExtend<Readable<ConnectionStatus>>()
    expectTypeOf(useEvents(prices, 'note', { limit: 1 })).toExtend<Readable<readonly TypedEvent<'note', string>[]>>()
    useEvent(prices, 'price', ({ data }) => expectTypeOf(data).toEqualTypeOf<Price>())
    const checked = useEventSource(readable('/prices'), { schemas: { tick: z.object({ at: z.number() }) } })
    expectTypeOf(useLatest(checked, 'tick')).toExtend<Readable<{ at: number } | undefined>>()
    // @ts-expect-error -- misspelt
    useLatest(prices, 'prise')
    // @ts-expect-error -- not declared by a schema
    useLatest(checked, 'tock')
  }
  expectTypeOf(neverCalled).toBeFunction()
})
