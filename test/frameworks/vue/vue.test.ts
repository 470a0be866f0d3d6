import { enableAutoUnmount, mount } from '@vue/test-utils'
import {
  createEventSource,
  latestByKey,
  type ConnectionStatus,
  type TypedEvent,
  type TypedEventSource,
} from 'everstream'
import { useEvent, useEvents, useEventSource, useLatest, useStatus, useView } from 'everstream/vue'
import { afterEach, describe, expect, expectTypeOf, inject, test, vi } from 'vitest'
import {
  type Component,
  type ComputedRef,
  defineComponent,
  effectScope,
  h,
  type Ref,
  ref,
  type ShallowRef,
  version,
  watchEffect,
} from 'vue'
import { z } from 'zod'
import { note, openStream, price, type Price, type Prices } from '../stream.js'

enableAutoUnmount(afterEach)

function render(component: Component) {
  const wrapper = mount(component)
  return {
    text: () => wrapper.text(),
    shows: (text: string) => vi.waitFor(() => expect(wrapper.text()).toBe(text), { timeout: 5000, interval: 10 }),
    unmount: () => wrapper.unmount(),
  }
}

/** Shows the latest price, and how often it was rendered. */
function priceTag(url: string | (() => string) | Ref<string>, onRender = (): void => {}) {
  return defineComponent(() => {
    const prices = useEventSource<Prices>(url)
    const latest = useLatest(prices, 'price')
    const status = useStatus(prices)
    return () => {
      onRender()
      return h('p', `${status.value.state} ${latest.value?.value ?? 'no price'}`)
    }
  })
}

test('the version is the one to be tested', () => {
  expect(version.startsWith(inject('version'))).toBe(true)
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
    const url = ref(before.url)
    const { shows } = render(priceTag(url))
    await shows('open no price')
    await before.send(price(1))
    await shows('open 1')
    url.value = after.url
    await shows('open no price')
    await after.send(price(2))
    await shows('open 2')
    await before.connected(0)
  })

  test('follows a getter', async () => {
    const [before, after] = [await openStream(), await openStream()]
    const isAfter = ref(false)
    const { shows } = render(priceTag(() => (isAfter.value ? after.url : before.url)))
    await before.connected(1)
    isAfter.value = true
    await after.connected(1)
    await before.connected(0)
    await shows('open no price')
  })

  test('renders a burst a few times, and its end at last', async () => {
    const stream = await openStream()
    const onRender = vi.fn()
    const { shows } = render(priceTag(stream.url, onRender))
    await shows('open no price')
    const before = onRender.mock.calls.length
    await stream.send(Array.from({ length: 5000 }, (_, i) => price(i)).join(''))
    await shows('open 4999')
    expect(onRender.mock.calls.length - before).toBeLessThanOrEqual(20)
  })
})

describe('useEvents', () => {
  test('is the last events, the oldest first', async () => {
    const stream = await openStream()
    const Log = defineComponent(() => {
      const prices = useEventSource<Prices>(stream.url)
      const events = useEvents(prices, ['price', 'note'], { limit: 3 })
      return () => h('p', events.value.map(({ type, data }) => (type === 'note' ? data : data.value)).join(' '))
    })
    const { shows } = render(Log)
    await stream.connected(1)
    await stream.send(price(1) + note('two') + price(3) + note('four'))
    await shows('two 3 four')
  })
})

describe('useView', () => {
  test('is the value of any view, such as the latest event for each key', async () => {
    const stream = await openStream()
    const Table = defineComponent(() => {
      const prices = useEventSource<Prices>(stream.url)
      const rows = useView(prices, (source) => latestByKey(source, 'price', ({ data }) => data.symbol))
      return () => h('p', Array.from(rows.value, ([symbol, { data }]) => `${symbol} ${data.value}`).join(', '))
    })
    const { shows } = render(Table)
    await stream.connected(1)
    await stream.send(price(1) + price(2, 'OTHER') + price(3))
    await shows('ACME 3, OTHER 2')
  })
})

describe('useEvent', () => {
  test('calls the listener with every event until the component is unmounted', async () => {
    const stream = await openStream()
    const listener = vi.fn<(event: TypedEvent<'price', Price>) => void>()
    const Silent = defineComponent(() => {
      useEvent(useEventSource<Prices>(stream.url), 'price', listener)
      return () => h('p')
    })
    const other = createEventSource<Prices>(stream.url)
    const { unmount } = render(Silent)
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
  test('an effect scope is what cleans up', async () => {
    const stream = await openStream()
    const scope = effectScope()
    const values: unknown[] = []
    scope.run(() => {
      const latest = useLatest(useEventSource<Prices>(stream.url), 'price')
      watchEffect(() => values.push(latest.value?.value), { flush: 'sync' })
    })
    await stream.connected(1)
    await stream.send(price(1))
    await vi.waitFor(() => expect(values).toEqual([undefined, 1]))
    scope.stop()
    await stream.connected(0)
  })

  test('a source of your own is used as it is', async () => {
    const stream = await openStream()
    const prices = createEventSource<Prices>(stream.url, { connect: 'while-listening' })
    const Tag = defineComponent(() => {
      const latest = useLatest(prices, 'price')
      return () => h('p', String(latest.value?.value))
    })
    const { shows, unmount } = render(Tag)
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
  expect(call).toThrow(`${name}: call it in setup() or in an effect scope.`)
})

test('the types are those of the source', () => {
  const neverCalled = (): void => {
    const prices = useEventSource<Prices>('/prices')
    expectTypeOf(prices).toEqualTypeOf<ComputedRef<TypedEventSource<Prices>>>()
    expectTypeOf(useLatest(prices, 'price')).toEqualTypeOf<Readonly<ShallowRef<Price | undefined>>>()
    expectTypeOf(useStatus(prices)).toEqualTypeOf<Readonly<ShallowRef<ConnectionStatus>>>()
    expectTypeOf(useEvents(prices, 'note', { limit: 1 })).toEqualTypeOf<
      Readonly<ShallowRef<readonly TypedEvent<'note', string>[]>>
    >()
    useEvent(prices, 'price', ({ data }) => expectTypeOf(data).toEqualTypeOf<Price>())
    const checked = useEventSource('/prices', { schemas: { tick: z.object({ at: z.number() }) } })
    expectTypeOf(useLatest(checked, 'tick')).toEqualTypeOf<Readonly<ShallowRef<{ at: number } | undefined>>>()
    // @ts-expect-error -- misspelt
    useLatest(prices, 'prise')
    // @ts-expect-error -- not declared by a schema
    useLatest(checked, 'tock')
  }
  expectTypeOf(neverCalled).toBeFunction()
})
