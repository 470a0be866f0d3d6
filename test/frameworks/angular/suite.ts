import {
  type EnvironmentProviders,
  EnvironmentInjector,
  runInInjectionContext,
  type Signal,
  signal,
  type Type,
  VERSION,
} from '@angular/core'
import { takeUntilDestroyed, toObservable } from '@angular/core/rxjs-interop'
import { type ComponentFixture, TestBed } from '@angular/core/testing'
import { createEventSource, latestByKey, type TypedEvent } from 'everstream'
import {
  injectEvent,
  injectEvents,
  injectEventSource,
  injectLatest,
  injectStatus,
  injectView,
} from 'everstream/angular'
import { fromEvents } from 'everstream/rxjs'
import { switchMap } from 'rxjs'
import { afterEach, beforeEach, describe, expect, inject, test, vi } from 'vitest'
import { note, openStream, price, type Price, type Prices } from '../stream.js'
import { component } from './environment.js'

/** Shows the latest price, and says whenever its text is computed. */
function priceTag(url: string | (() => string), onRender = (): void => {}): Type<unknown> {
  return component(
    '<p>{{ text() }}</p>',
    class {
      readonly prices = injectEventSource<Prices>(url)
      readonly latest = injectLatest(this.prices, 'price')
      readonly status = injectStatus(this.prices)
      text(): string {
        onRender()
        return `${this.status().state} ${this.latest()?.value ?? 'no price'}`
      }
    },
  )
}

function render(type: Type<unknown>) {
  const fixture: ComponentFixture<unknown> = TestBed.createComponent(type)
  fixture.autoDetectChanges()
  const text = (): string | null => (fixture.nativeElement as HTMLElement).textContent
  return {
    text,
    shows: (expected: string) => vi.waitFor(() => expect(text()).toBe(expected), { timeout: 5000, interval: 10 }),
    destroy: () => fixture.destroy(),
  }
}

/** The adapter, with change detection of one kind or the other. */
export function testAdapter(provideChangeDetection: () => EnvironmentProviders): void {
  beforeEach(() => {
    TestBed.configureTestingModule({ providers: [provideChangeDetection()] })
  })
  afterEach(() => TestBed.resetTestingModule())

  test('the version is the one to be tested', () => {
    expect(VERSION.full.startsWith(inject('version'))).toBe(true)
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

    test('disconnects when it is destroyed', async () => {
      const stream = await openStream()
      const { destroy } = render(priceTag(stream.url))
      await stream.connected(1)
      destroy()
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
      first.destroy()
      await stream.send(price(2))
      await second.shows('open 2')
      expect(await stream.requests()).toHaveLength(1)
    })

    test('keeps the connection while it is replaced', async () => {
      const stream = await openStream()
      const first = render(priceTag(stream.url))
      await first.shows('open no price')
      first.destroy()
      const second = render(priceTag(stream.url))
      await second.shows('open no price')
      await stream.send(price(1))
      await second.shows('open 1')
      expect(await stream.requests()).toHaveLength(1)
    })

    test('follows a URL that changes', async () => {
      const [before, after] = [await openStream(), await openStream()]
      const url = signal(before.url)
      const { shows } = render(priceTag(url))
      await shows('open no price')
      await before.send(price(1))
      await shows('open 1')
      url.set(after.url)
      await shows('open no price')
      await after.send(price(2))
      await shows('open 2')
      await before.connected(0)
    })

    test('reads its URL late enough for required inputs', async () => {
      const stream = await openStream()
      let isReady = false
      const fixture = TestBed.createComponent(
        priceTag(() => {
          if (!isReady) throw new Error('NG0950: no value yet')
          return stream.url
        }),
      )
      isReady = true
      fixture.autoDetectChanges()
      await stream.connected(1)
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

    test('uses a source of your own as it is', async () => {
      const stream = await openStream()
      const source = createEventSource<Prices>(stream.url, { connect: 'while-listening' })
      const Own = component(
        '<p>{{ status().state }} {{ latest()?.value }}</p>',
        class {
          readonly status = injectStatus(source)
          readonly latest = injectLatest(source, 'price')
        },
      )
      const { shows, destroy } = render(Own)
      await stream.connected(1)
      await stream.send(price(1))
      await shows('open 1')
      destroy()
      await stream.connected(0)
      source.close()
    })
  })

  test('injectEvents is the last events, the oldest first', async () => {
    const stream = await openStream()
    const Log = component(
      '<p>{{ text() }}</p>',
      class {
        readonly events = injectEvents(injectEventSource<Prices>(stream.url), ['price', 'note'], { limit: 3 })
        text(): string {
          return this.events()
            .map(({ type, data }) => (type === 'note' ? data : data.value))
            .join(' ')
        }
      },
    )
    const { shows } = render(Log)
    await stream.connected(1)
    await stream.send(price(1) + note('two') + price(3) + note('four'))
    await shows('two 3 four')
  })

  test('injectView is the value of any view, such as the latest event for each key', async () => {
    const stream = await openStream()
    const Table = component(
      '<p>{{ text() }}</p>',
      class {
        readonly prices = injectEventSource<Prices>(stream.url)
        readonly rows = injectView(this.prices, (source) => latestByKey(source, 'price', ({ data }) => data.symbol))
        text(): string {
          return Array.from(this.rows(), ([symbol, { data }]) => `${symbol} ${data.value}`).join(', ')
        }
      },
    )
    const { shows } = render(Table)
    await stream.connected(1)
    await stream.send(price(1) + price(2, 'OTHER') + price(3))
    await shows('ACME 3, OTHER 2')
  })

  test('injectEvent calls the listener with every event until the component is destroyed', async () => {
    const stream = await openStream()
    const listener = vi.fn<(event: TypedEvent<'price', Price>) => void>()
    const Silent = component(
      '',
      class {
        constructor() {
          injectEvent(injectEventSource<Prices>(stream.url), 'price', listener)
        }
      },
    )
    const { destroy } = render(Silent)
    const other = createEventSource<Prices>(stream.url)
    await stream.connected(2)
    await stream.send(price(1) + price(2))
    await vi.waitFor(() => expect(listener.mock.calls.map(([{ data }]) => data.value)).toEqual([1, 2]))
    destroy()
    const last = other.events('price').next()
    await stream.send(price(3))
    await last
    expect(listener).toHaveBeenCalledTimes(2)
    other.close()
  })

  test('with an observable, every event is a value', async () => {
    const stream = await openStream()
    const values: number[] = []
    const Observing = component(
      '',
      class {
        readonly prices = injectEventSource<Prices>(stream.url)
        readonly all = toObservable(this.prices).pipe(
          switchMap((source) => fromEvents(source, 'price')),
          takeUntilDestroyed(),
        )
        constructor() {
          this.all.subscribe(({ data }) => values.push(data.value))
        }
      },
    )
    const { destroy } = render(Observing)
    await stream.connected(1)
    await stream.send(price(1) + price(2))
    await vi.waitFor(() => expect(values).toEqual([1, 2]))
    destroy()
    await stream.connected(0)
  })

  test('a plain function in an injection context may use it, and the injector cleans up', async () => {
    const stream = await openStream()
    const latest: Signal<Price | undefined> = runInInjectionContext(TestBed.inject(EnvironmentInjector), () =>
      injectLatest(injectEventSource<Prices>(stream.url), 'price'),
    )
    expect(latest()).toBeUndefined()
    await stream.connected(1)
    await stream.send(price(1))
    await vi.waitFor(() => expect(latest()?.value).toBe(1))
    TestBed.resetTestingModule()
    await stream.connected(0)
  })
}
