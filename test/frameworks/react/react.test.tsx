import { act, cleanup, render } from '@testing-library/react'
import { createEventSource, type TypedEventSource } from 'everstream'
import { useEvent, useEvents, useEventSource, useLatest, useStatus } from 'everstream/react'
import { type ReactElement, startTransition, StrictMode, Suspense, useState } from 'react'
import { hydrateRoot } from 'react-dom/client'
import { renderToString } from 'react-dom/server'
import { afterEach, describe, expect, onTestFinished, test, vi } from 'vitest'
import { note, openStream, price, type Prices } from '../stream.js'

afterEach(cleanup)

function show(element: ReactElement) {
  const { container, rerender, unmount } = render(element)
  return {
    container,
    rerender,
    unmount,
    shows: (text: string) =>
      vi.waitFor(() => expect(container.textContent).toBe(text), { timeout: 5000, interval: 10 }),
  }
}

function Price({ url }: { url: string }) {
  const prices = useEventSource<Prices>(url)
  const status = useStatus(prices)
  const latest = useLatest(prices, 'price')
  return (
    <p>
      {status.state} {latest?.value ?? 'no price'}
    </p>
  )
}

describe.each([
  ['a component', false],
  ['a component in StrictMode', true],
])('%s', (_, isStrict) => {
  const wrap = (element: ReactElement): ReactElement => (isStrict ? <StrictMode>{element}</StrictMode> : element)

  test('shows the status and the latest payload, on one connection', async () => {
    const stream = await openStream()
    const { shows, container } = show(wrap(<Price url={stream.url} />))
    expect(container.textContent).toMatch(/no price$/)
    await shows('open no price')
    await stream.send(price(1) + note('no') + price(2))
    await shows('open 2')
    expect(await stream.requests()).toHaveLength(1)
  })

  test('disconnects when it is unmounted', async () => {
    const stream = await openStream()
    const { unmount } = show(wrap(<Price url={stream.url} />))
    await stream.connected(1)
    unmount()
    await stream.connected(0)
  })

  test('shares its connection with others', async () => {
    const stream = await openStream()
    const { shows, rerender } = show(
      wrap(
        <>
          <Price key="first" url={stream.url} />
          <Price key="second" url={stream.url} />
        </>,
      ),
    )
    await shows('open no priceopen no price')
    await stream.send(price(1))
    await shows('open 1open 1')
    rerender(wrap(<Price key="second" url={stream.url} />))
    await stream.send(price(2))
    await shows('open 2')
    // One that comes later has the price at once.
    rerender(
      wrap(
        <>
          <Price key="second" url={stream.url} />
          <Price key="third" url={stream.url} />
        </>,
      ),
    )
    await shows('open 2open 2')
    expect(await stream.requests()).toHaveLength(1)
  })

  test('keeps the connection while one view replaces another', async () => {
    const stream = await openStream()
    const { shows, rerender } = show(wrap(<Price key="first" url={stream.url} />))
    await shows('open no price')
    rerender(wrap(<p>loading</p>))
    rerender(wrap(<Price key="second" url={stream.url} />))
    await stream.send(price(1))
    await shows('open 1')
    expect(await stream.requests()).toHaveLength(1)
  })

  test('follows its URL, and releases the old one', async () => {
    const [before, after] = [await openStream(), await openStream()]
    const { shows, rerender } = show(wrap(<Price url={before.url} />))
    await shows('open no price')
    await before.send(price(1))
    await shows('open 1')
    rerender(wrap(<Price url={after.url} />))
    await shows('open no price')
    await after.connected(1)
    await after.send(price(2))
    await shows('open 2')
    await before.connected(0)
    await after.connected(1)
  })

  test('follows its options, and calls the functions of the latest render', async () => {
    const stream = await openStream()
    function Account({ room, token }: { room: string; token: string }) {
      const prices = useEventSource<Prices>(stream.url, {
        transport: 'fetch',
        lastEventIdParam: room,
        headers: () => ({ authorization: token }),
      })
      const { state } = useStatus(prices)
      return <button onClick={prices.reconnect}>{state}</button>
    }
    const { shows, rerender, container } = show(wrap(<Account room="a" token="old" />))
    await shows('open')
    rerender(wrap(<Account room="a" token="new" />))
    act(() => container.querySelector('button')!.click())
    await vi.waitFor(async () => expect(await stream.requests()).toHaveLength(2))
    await shows('open')
    rerender(wrap(<Account room="b" token="new" />))
    await vi.waitFor(async () => expect(await stream.requests()).toHaveLength(3))
    const tokens = (await stream.requests()).map(({ headers }) => headers['authorization'])
    expect(tokens).toEqual(['old', 'new', 'new'])
    await stream.connected(1)
  })

  test('keeps the latest events of several types, up to a limit', async () => {
    const stream = await openStream()
    function Log() {
      const prices = useEventSource<Prices>(stream.url)
      const events = useEvents(prices, ['price', 'note'], { limit: 2 })
      return <>{events.map((event) => (event.type === 'note' ? event.data : event.data.value)).join()}</>
    }
    const { shows } = show(wrap(<Log />))
    await stream.connected(1)
    await stream.send(price(1) + note('a') + price(2))
    await shows('a,2')
  })

  test('calls the listener of the latest render with each event', async () => {
    const stream = await openStream()
    const heard: string[] = []
    function Listener({ user }: { user: string }) {
      const prices = useEventSource<Prices>(stream.url)
      useEvent(prices, ['note'], ({ data }) => heard.push(`${user} ${data}`))
      return null
    }
    const { rerender, unmount } = show(wrap(<Listener user="Ann" />))
    await stream.connected(1)
    await stream.send(note('1') + note('2'))
    await vi.waitFor(() => expect(heard).toEqual(['Ann 1', 'Ann 2']))
    rerender(wrap(<Listener user="Bob" />))
    await stream.send(note('3'))
    await vi.waitFor(() => expect(heard).toEqual(['Ann 1', 'Ann 2', 'Bob 3']))
    unmount()
    await stream.connected(0)
    expect(await stream.requests()).toHaveLength(1)
  })

  test('shares a source that a function creates, by its key', async () => {
    const stream = await openStream()
    const create = vi.fn(() => createEventSource<Prices>(stream.url, { connect: 'while-listening' }))
    const sources = new Set<TypedEventSource<Prices>>()
    function Own() {
      const prices = useEventSource(() => create(), { key: stream.url })
      sources.add(prices)
      return <>{useStatus(prices).state}</>
    }
    const { shows } = show(
      wrap(
        <>
          <Own />
          <Own />
        </>,
      ),
    )
    await shows('openopen')
    expect([create.mock.calls.length, sources.size]).toEqual([1, 1])
    expect(await stream.requests()).toHaveLength(1)
  })

  test('that is suspended at first connects once, when it is shown', async () => {
    const stream = await openStream()
    let load = (): void => {}
    let isLoaded = false
    const loading = new Promise<void>((resolve) => {
      load = () => {
        isLoaded = true
        resolve()
      }
    })
    function Slow() {
      const prices = useEventSource<Prices>(stream.url)
      if (!isLoaded) throw loading
      return <>{useStatus(prices).state}</>
    }
    const { shows } = show(
      wrap(
        <Suspense fallback="loading">
          <Slow />
        </Suspense>,
      ),
    )
    await shows('loading')
    expect(await stream.requests()).toHaveLength(0)
    await act(async () => load())
    await shows('open')
    expect(await stream.requests()).toHaveLength(1)
  })
})

test('a burst of events makes few renders, and none is lost', async () => {
  const stream = await openStream()
  let renders = 0
  function Counter() {
    const prices = useEventSource<Prices>(stream.url)
    const events = useEvents(prices, 'price', { limit: 20_000 })
    renders += 1
    return <>{events.length}</>
  }
  const { shows } = show(<Counter />)
  await stream.connected(1)
  await stream.perform({ send: price(1).repeat(1000), times: 10 })
  await shows('10000')
  expect(renders).toBeLessThanOrEqual(12)
})

test('a transition that is interrupted keeps one connection, and shows the same price everywhere', async () => {
  const stream = await openStream()
  let toggle = (): void => {}
  function Page() {
    const [count, setCount] = useState(1)
    toggle = () => startTransition(() => setCount((before) => before + 1))
    return (
      <>
        {Array.from({ length: count }, (_, index) => (
          <Price key={index} url={stream.url} />
        ))}
      </>
    )
  }
  const { shows } = show(<Page />)
  await shows('open no price')
  act(() => {
    toggle()
  })
  await stream.send(price(1))
  act(() => {
    toggle()
  })
  await shows('open 1open 1open 1')
  expect(await stream.requests()).toHaveLength(1)
})

test('hydrates without a mismatch, and connects then', async () => {
  const stream = await openStream()
  const errors: unknown[] = []
  const log = vi.spyOn(console, 'error').mockImplementation((...given) => errors.push(given))
  onTestFinished(() => log.mockRestore())
  // Somebody else in the page has a price by then: the server has not.
  const { shows: otherShows } = show(<Price url={stream.url} />)
  await otherShows('open no price')
  await stream.send(price(1))
  await otherShows('open 1')
  const container = document.body.appendChild(document.createElement('div'))
  container.innerHTML = renderToString(<Price url={stream.url} />)
  expect(container.textContent).toBe('idle no price')
  const root = await act(async () =>
    hydrateRoot(container, <Price url={stream.url} />, { onRecoverableError: (error) => errors.push(error) }),
  )
  onTestFinished(() => act(() => root.unmount()))
  await vi.waitFor(() => expect(container.textContent).toBe('open 1'))
  expect(errors).toEqual([])
})

function Eager() {
  useEventSource(() => createEventSource('http://127.0.0.1:9/'), { key: 'eager' })
  return null
}

function Unbounded() {
  const prices = useEventSource<Prices>('http://127.0.0.1:9/')
  // @ts-expect-error -- what JavaScript may pass
  useEvents(prices, 'price', {})
  return null
}

test('wrong arguments are refused with the name of the function', () => {
  const log = vi.spyOn(console, 'error').mockImplementation(() => {})
  onTestFinished(() => log.mockRestore())
  expect(() => render(<Eager />)).toThrow(/useEventSource: the factory must return a source that is idle/)
  expect(() => render(<Unbounded />)).toThrow(/limit must be a whole number/)
})
