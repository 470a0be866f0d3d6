import { cleanup, render as renderComponent } from '@solidjs/testing-library'
import {
  createEventSource,
  latestByKey,
  type ConnectionStatus,
  type TypedEvent,
  type TypedEventSource,
} from 'everstream'
import { useEvent, useEvents, useEventSource, useLatest, useStatus, useView } from 'everstream/solid'
import { type Accessor, createComputed, createRoot, createSignal, type JSX } from 'solid-js'
import h from 'solid-js/h'
import manifest from 'solid-js/package.json'
import { afterEach, describe, expect, expectTypeOf, inject, test, vi } from 'vitest'
import { z } from 'zod'
import { note, openStream, price, type Price, type Prices } from '../stream.js'

afterEach(cleanup)

function render(component: () => JSX.Element) {
  const { container, unmount } = renderComponent(component)
  const text = (): string | null => container.textContent
  return {
    text,
    shows: (expected: string) => vi.waitFor(() => expect(text()).toBe(expected), { timeout: 5000, interval: 10 }),
    unmount,
  }
}

/** Shows the latest price, and how often its text was computed. */
function priceTag(url: string | Accessor<string>, onUpdate = (): void => {}) {
  return (): JSX.Element => {
    const prices = useEventSource<Prices>(url)
    const latest = useLatest(prices, 'price')
    const status = useStatus(prices)
    return h('p', () => {
      onUpdate()
      return `${status().state} ${latest()?.value ?? 'no price'}`
    }) as unknown as JSX.Element
  }
}

test('the version is the one to be tested', () => {
  expect(manifest.version.startsWith(inject('version'))).toBe(true)
})

describe('a component', () => {
  test('shows the status and the latest payload', async () => {
    const stream = await openStream()
    const { shows, text } = render(priceTag(stream.url))
    expect(text()).toMatch(/no price$/)
    await shows('open no price')
    await stream.send(price(1) + note('no') + price(2))
    await shows('open 2')
  })

  test('disconnects when it is unmounted', async () => {
    const stream = await openStream()
    const { unmount } = render(priceTag(stream.url))
    await stream.connected(1)
    unmount()
    await stream.connected(0)
  })

  test('shares its connection with the others that use the URL', async () => {
    const stream = await openStream()
    const first = render(priceTag(stream.url))
    const second = render(priceTag(stream.url))
    await first.shows('open no price')
    await second.shows('open no price')
    await stream.send(price(1))
    await first.shows('open 1')
    await second.shows('open 1')
    first.unmount()
    await stream.send(price(2))
    await second.shows('open 2')
    expect(await stream.requests()).toHaveLength(1)
  })

  test('keeps the connection while it is replaced', async () => {
    const stream = await openStream()
    const first = render(priceTag(stream.url))
    await first.shows('open no price')
    first.unmount()
    const second = render(priceTag(stream.url))
    await second.shows('open no price')
    await stream.send(price(1))
    await second.shows('open 1')
    expect(await stream.requests()).toHaveLength(1)
  })

  test('follows a URL that changes', async () => {
    const [before, after] = [await openStream(), await openStream()]
    const [url, setUrl] = createSignal(before.url)
    const { shows } = render(priceTag(url))
    await shows('open no price')
    await before.send(price(1))
    await shows('open 1')
    setUrl(after.url)
    await shows('open no price')
    await after.send(price(2))
    await shows('open 2')
    await before.connected(0)
  })

  test('updates a few times in a burst, and shows its end at last', async () => {
    const stream = await openStream()
    const onUpdate = vi.fn()
    const { shows } = render(priceTag(stream.url, onUpdate))
    await shows('open no price')
    const before = onUpdate.mock.calls.length
    await stream.send(Array.from({ length: 5000 }, (_, i) => price(i)).join(''))
    await shows('open 4999')
    expect(onUpdate.mock.calls.length - before).toBeLessThanOrEqual(20)
  })
})

describe('useEvents', () => {
  test('is the last events, the oldest first', async () => {
    const stream = await openStream()
    const { shows } = render(() => {
      const prices = useEventSource<Prices>(stream.url)
      const events = useEvents(prices, ['price', 'note'], { limit: 3 })
      const texts = (): unknown[] => events().map(({ type, data }) => (type === 'note' ? data : data.value))
      return h('p', () => texts().join(' ')) as unknown as JSX.Element
    })
    await stream.connected(1)
    await stream.send(price(1) + note('two') + price(3) + note('four'))
    await shows('two 3 four')
  })
})

describe('useView', () => {
  test('is the value of any view, such as the latest event for each key', async () => {
    const stream = await openStream()
    const { shows } = render(() => {
      const prices = useEventSource<Prices>(stream.url)
      const rows = useView(prices, (source) => latestByKey(source, 'price', ({ data }) => data.symbol))
      const texts = (): string[] => Array.from(rows(), ([symbol, { data }]) => `${symbol} ${data.value}`)
      return h('p', () => texts().join(', ')) as unknown as JSX.Element
    })
    await stream.connected(1)
    await stream.send(price(1) + price(2, 'OTHER') + price(3))
    await shows('ACME 3, OTHER 2')
  })
})

describe('useEvent', () => {
  test('calls the listener with every event until the component is unmounted', async () => {
    const stream = await openStream()
    const listener = vi.fn<(event: TypedEvent<'price', Price>) => void>()
    const { unmount } = render(() => {
      useEvent(useEventSource<Prices>(stream.url), 'price', listener)
      return h('p') as unknown as JSX.Element
    })
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
})

describe('outside of components', () => {
  test('a root is what cleans up', async () => {
    const stream = await openStream()
    const values: unknown[] = []
    const dispose = createRoot((disposeRoot) => {
      const latest = useLatest(useEventSource<Prices>(stream.url), 'price')
      createComputed(() => values.push(latest()?.value))
      return disposeRoot
    })
    await stream.connected(1)
    await stream.send(price(1))
    await vi.waitFor(() => expect(values).toEqual([undefined, 1]))
    dispose()
    await stream.connected(0)
  })

  test('a source of your own is used as it is', async () => {
    const stream = await openStream()
    const prices = createEventSource<Prices>(stream.url, { connect: 'while-listening' })
    const { shows, unmount } = render(() => {
      const latest = useLatest(prices, 'price')
      return h('p', () => String(latest()?.value)) as unknown as JSX.Element
    })
    await stream.connected(1)
    await stream.send(price(1))
    await shows('1')
    unmount()
    await stream.connected(0)
    prices.close()
  })
})

test.each([
  ['useEventSource', () => useEventSource('/prices')],
  ['useLatest', () => useLatest(createEventSource('/prices', { connect: 'while-listening' }), 'price')],
  ['useEvent', () => useEvent(createEventSource('/prices', { connect: 'while-listening' }), 'price', () => {})],
])('%s is refused if nothing would clean up', (name, call) => {
  expect(call).toThrow(`${name}: call it in a component or in createRoot().`)
})

test('the types are those of the source', () => {
  const neverCalled = (): void => {
    const prices = useEventSource<Prices>('/prices')
    expectTypeOf(prices).toEqualTypeOf<Accessor<TypedEventSource<Prices>>>()
    expectTypeOf(useLatest(prices, 'price')).toEqualTypeOf<Accessor<Price | undefined>>()
    expectTypeOf(useStatus(prices)).toEqualTypeOf<Accessor<ConnectionStatus>>()
    expectTypeOf(useEvents(prices, 'note', { limit: 1 })).toEqualTypeOf<
      Accessor<readonly TypedEvent<'note', string>[]>
    >()
    useEvent(prices, 'price', ({ data }) => expectTypeOf(data).toEqualTypeOf<Price>())
    const checked = useEventSource('/prices', { schemas: { tick: z.object({ at: z.number() }) } })
    expectTypeOf(useLatest(checked, 'tick')).toEqualTypeOf<Accessor<{ at: number } | undefined>>()
    // @ts-expect-error -- misspelt
    useLatest(prices, 'prise')
    // @ts-expect-error -- not declared by a schema
    useLatest(checked, 'tock')
  }
  expectTypeOf(neverCalled).toBeFunction()
})
