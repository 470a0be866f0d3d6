import { afterEach, beforeEach, describe, expect, test, vi } from 'vitest'
import {
  ConnectionError,
  createEventSource,
  exponentialBackoff,
  history,
  latestByKey,
  onBatch,
  type TypedEventSource,
} from '../../src/entries/index.js'
import { createTestServer, installManualClock, type ManualClock, type TestServer } from '../../src/entries/testing.js'
import { codeOf, regionsOf } from './page.js'

interface Price {
  symbol: string
  value: number
}

interface Prices {
  price: Price
  news: { title: string }
}

const acme = { symbol: 'ACME', value: 42 }

let backend: TestServer<Prices>
let clock: ManualClock
/** Closes the sources of a test. Those of the page may not close themselves. */
let signal: AbortSignal
let closeAll: () => void
const fetched = vi.fn<typeof fetch>()

beforeEach(() => {
  backend = createTestServer<Prices>()
  fetched.mockImplementation(backend.fetch)
  vi.stubGlobal('fetch', fetched)
  clock = installManualClock()
  const controller = new AbortController()
  ;({ signal } = controller)
  closeAll = () => controller.abort()
})

afterEach(() => {
  closeAll()
  clock.restore()
  vi.unstubAllGlobals()
  vi.useRealTimers()
  fetched.mockReset()
})

/** What the page calls `prices`. */
function open(): TypedEventSource<Prices> {
  return createEventSource<Prices>('/prices', { signal })
}

const isOpen = (source: Pick<TypedEventSource<Prices>, 'status'>) =>
  source.status.until(({ state }) => state === 'open')

describe('the recipes', () => {
  test('are the code that is tested here, each of at most ten lines', () => {
    const regions = regionsOf('test/docs/recipes.test.ts')
    const page = codeOf('recipes.md')
    expect([...page]).toEqual([...regions])
    expect(page.size).toBeGreaterThanOrEqual(20)
    for (const [heading, code] of page) expect(code.trimEnd().split('\n').length, heading).toBeLessThanOrEqual(10)
  })
})

describe('connecting', () => {
  test('a toast after 5 s', async () => {
    vi.useFakeTimers()
    const [showToast, hideToast] = [vi.fn<() => void>(), vi.fn<() => void>()]
    const prices = open()

    // #region Show a toast after 5 s without a connection
    let timer: ReturnType<typeof setTimeout> | undefined
    prices.status.subscribe(({ state }) => {
      if (state !== 'open' && state !== 'closed') return (timer ??= setTimeout(showToast, 5000))
      clearTimeout(timer)
      timer = undefined
      hideToast()
    })
    // #endregion

    await vi.advanceTimersByTimeAsync(4999)
    expect(showToast).not.toHaveBeenCalled()
    await vi.advanceTimersByTimeAsync(1)
    expect(showToast).toHaveBeenCalledOnce()
    await backend.open()
    await isOpen(prices)
    expect(hideToast).toHaveBeenCalledOnce()
    await backend.fail('network')
    await prices.status.until(({ state }) => state === 'waiting')
    clock.next()
    await vi.advanceTimersByTimeAsync(4000)
    await backend.open()
    await vi.advanceTimersByTimeAsync(5000)
    expect(showToast).toHaveBeenCalledOnce()
  })

  test('giving up', async () => {
    const showError = vi.fn()

    // #region Give up after five attempts
    const prices = createEventSource<Prices>('/prices', {
      reconnection: exponentialBackoff({ maxAttempts: 5 }),
    })
    prices.status.subscribe(({ state, failure }) => {
      if (state === 'closed' && failure) showError(failure.message)
    })
    // #endregion

    for (let attempt = 0; attempt < 5; attempt++) {
      await backend.fail('network')
      await prices.status.until(({ state }) => state === 'waiting')
      clock.next()
    }
    await backend.fail('network')
    await vi.waitFor(() => expect(showError).toHaveBeenCalledWith(expect.stringContaining('failed')))
    expect(backend.requests).toHaveLength(6)
    prices.close()
  })

  test('a button', async () => {
    const retryButton = document.createElement('button')
    const prices = open()

    // #region Offer a button to try again
    retryButton.addEventListener('click', prices.reconnect)
    prices.status.subscribe(({ state }) => {
      retryButton.hidden = state !== 'waiting' && state !== 'closed'
    })
    // #endregion

    expect(retryButton.hidden).toBe(true)
    await backend.fail('http', { status: 404 })
    await vi.waitFor(() => expect(retryButton.hidden).toBe(false))
    retryButton.click()
    expect(retryButton.hidden).toBe(true)
    await backend.open()
    await isOpen(prices)
  })

  test('pausing by hand', async () => {
    const [pauseButton, resumeButton] = [document.createElement('button'), document.createElement('button')]
    const draw = vi.fn()

    // #region Pause by hand
    const prices = createEventSource<Prices>('/prices', { connect: 'while-listening' })
    const listen = () => prices.on('price', ({ data }) => draw(data))
    let stop = listen()
    pauseButton.addEventListener('click', () => stop())
    resumeButton.addEventListener('click', () => {
      stop()
      stop = listen()
    })
    // #endregion

    await backend.open()
    backend.emit('price', acme, { id: '1' })
    await vi.waitFor(() => expect(draw).toHaveBeenCalledTimes(1))
    pauseButton.click()
    clock.next()
    await vi.waitFor(() => expect(backend.connections).toBe(0))
    resumeButton.click()
    resumeButton.click()
    await backend.open()
    backend.emit('price', acme)
    await vi.waitFor(() => expect(draw).toHaveBeenCalledTimes(2))
    expect(backend.requests.map(({ lastEventId }) => lastEventId)).toEqual(['', '1'])
    prices.close()
  })

  test('waiting for the connection', async () => {
    const prices = open()
    const waitUntilOpen = async () => {
      // #region Wait until the connection is open
      const { failure } = await prices.status.until(({ state }) => state === 'open' || state === 'closed', {
        signal: AbortSignal.timeout(5000),
      })
      if (failure) throw new ConnectionError(failure)
      // #endregion
    }

    const opened = waitUntilOpen()
    await backend.open()
    await opened
    backend.end()
    await prices.status.until(({ state }) => state === 'waiting')
    clock.next()
    await backend.fail('http', { status: 403 })
    await expect(waitUntilOpen()).rejects.toThrow(/403/)
  })

  test('leaving the page of a router', async () => {
    const leaving: (() => void)[] = []
    const onLeave = (run: () => void) => void leaving.push(run)

    // #region Close on a change of the route
    const controller = new AbortController()
    onLeave(() => controller.abort())
    const prices = createEventSource<Prices>('/prices', { signal: controller.signal })
    // #endregion

    await backend.open()
    await isOpen(prices)
    leaving.forEach((leave) => leave())
    expect(prices.status.get()).toEqual({ state: 'closed', reason: 'aborted' })
    await vi.waitFor(() => expect(backend.connections).toBe(0))
  })

  test('a hidden tab', async () => {
    // #region Disconnect while the tab is hidden
    const prices = createEventSource<Prices>('/prices', { whenHidden: 'pause' })
    // #endregion

    await backend.open()
    await isOpen(prices)
    const visibility = vi.spyOn(document, 'visibilityState', 'get').mockReturnValue('hidden')
    document.dispatchEvent(new Event('visibilitychange'))
    expect(prices.status.get()).toEqual({ state: 'paused', reason: 'hidden' })
    visibility.mockRestore()
    document.dispatchEvent(new Event('visibilitychange'))
    await backend.open()
    await isOpen(prices)
    prices.close()
  })

  test('a proxy that has forgotten the connection', async () => {
    // #region Notice a dead connection behind a proxy
    const prices = createEventSource<Prices>('/prices', { idleTimeout: 35_000 })
    // #endregion

    await backend.open()
    await isOpen(prices)
    clock.advance(20_000)
    backend.write(': keep-alive\n\n')
    await new Promise((resolve) => setTimeout(resolve))
    clock.advance(20_000)
    expect(prices.status.get().state).toBe('open')
    clock.advance(15_000)
    expect(prices.status.get()).toMatchObject({ state: 'waiting', failure: { kind: 'idle' } })
    prices.close()
  })
})

describe('signing in', () => {
  test('a token in a header', async () => {
    const getToken = vi.fn(async ({ refresh }: { refresh: boolean }) => (refresh ? 'fresh' : 'stale'))

    // #region Refresh an expired token
    const prices = createEventSource<Prices>('/prices', {
      headers: async ({ failure }) => ({
        authorization: `Bearer ${await getToken({ refresh: failure?.status === 401 })}`,
      }),
    })
    // #endregion

    await backend.fail('http', { status: 401 })
    await backend.open()
    await isOpen(prices)
    expect(backend.requests.map(({ headers }) => headers['authorization'])).toEqual(['Bearer stale', 'Bearer fresh'])
    prices.close()
  })

  test('a token in the query', async () => {
    const tokens = ['one', 'two']
    const getToken = async () => tokens.shift()

    // #region Put a token that expires into the query
    const prices = createEventSource<Prices>(async () => `/prices?token=${await getToken()}`)
    // #endregion

    await backend.open()
    backend.end()
    await prices.status.until(({ state }) => state === 'waiting')
    clock.next()
    await backend.open()
    expect(backend.requests.map(({ url }) => new URL(url).search)).toEqual(['?token=one', '?token=two'])
    prices.close()
  })

  test('cookies', async () => {
    // #region Send cookies to another origin
    const prices = createEventSource<Prices>('https://api.example.com/prices', { withCredentials: true })
    // #endregion

    await backend.open()
    await isOpen(prices)
    expect(fetched).toHaveBeenCalledWith(
      'https://api.example.com/prices',
      expect.objectContaining({ credentials: 'include' }),
    )
    prices.close()
  })
})

describe('events', () => {
  test('one source for several components', async () => {
    const draw = vi.fn()

    // #region Share one source between components
    const prices = createEventSource<Prices>('/prices', { connect: 'while-listening' })
    const mount = () => prices.on('price', ({ data }) => draw(data))
    // #endregion

    const unmounts = [mount(), mount(), mount(), mount(), mount()]
    await backend.open()
    backend.emit('price', acme)
    await vi.waitFor(() => expect(draw).toHaveBeenCalledTimes(5))
    expect(backend.requests).toHaveLength(1)
    unmounts.forEach((unmount) => unmount())
    clock.next()
    await vi.waitFor(() => expect(backend.connections).toBe(0))
    prices.close()
  })

  test('the raw log', async () => {
    const log = document.createElement('pre')

    // #region Log the raw events
    const source = createEventSource<Record<string, string>>('/prices', { parse: 'text' })
    source.onAny(({ type, data, lastEventId }) => log.append(`${lastEventId} ${type}: ${data}\n`))
    // #endregion

    await backend.open()
    backend.emit('price', acme, { id: '7' })
    backend.write('data: not JSON\n\n')
    await vi.waitFor(() => expect(log.textContent).toBe('7 price: {"symbol":"ACME","value":42}\n7 message: not JSON\n'))
    source.close()
  })

  test('a type with many shapes', async () => {
    const [draw, show] = [vi.fn(), vi.fn()]

    // #region Tell the shapes of one type apart
    interface Feed {
      message: { kind: 'price'; value: number } | { kind: 'news'; title: string }
    }
    const feed = createEventSource<Feed>('/feed')
    feed.on('message', ({ data }) => {
      if (data.kind === 'price') draw(data.value)
      else show(data.title)
    })
    // #endregion

    await backend.open()
    backend.write('data: {"kind":"price","value":42}\n\ndata: {"kind":"news","title":"Up"}\n\n')
    await vi.waitFor(() => expect(show).toHaveBeenCalledWith('Up'))
    expect(draw).toHaveBeenCalledWith(42)
    feed.close()
  })

  test('all types', async () => {
    const [draw, show] = [vi.fn(), vi.fn()]
    const prices = open()

    // #region Listen to all types
    prices.onAny((event) => {
      if (event.type === 'price') draw(event.data.value)
      else show(event.data.title)
    })
    // #endregion

    await backend.open()
    backend.emit('price', acme)
    backend.emit('news', { title: 'Up' })
    await vi.waitFor(() => expect(show).toHaveBeenCalledWith('Up'))
    expect(draw).toHaveBeenCalledWith(42)
  })

  test('the first event', async () => {
    const prices = open()
    const first = async () => {
      // #region Wait for the first event, but not forever
      const price = await prices.store('price').until((value) => value !== undefined, {
        signal: AbortSignal.timeout(5000),
      })
      // #endregion
      return price
    }

    const value = first()
    await backend.open()
    backend.emit('price', acme)
    expect(await value).toEqual(acme)
    vi.spyOn(AbortSignal, 'timeout').mockReturnValueOnce(AbortSignal.abort(new Error('too late')))
    await expect(first()).rejects.toThrow('too late')
  })

  test('rendering', async () => {
    const [appendToChart, drawTable] = [vi.fn(), vi.fn()]
    const prices = open()

    // #region Render at most once per frame
    onBatch(prices, 'price', (events) => appendToChart(events.map(({ data }) => data)))
    latestByKey(prices, 'price', ({ data }) => data.symbol).subscribe((rows) => drawTable([...rows.values()]))
    // #endregion

    await backend.open()
    for (let value = 0; value < 100; value++) backend.emit('price', { ...acme, value })
    await vi.waitFor(() => expect(drawTable.mock.lastCall?.[0]).toMatchObject([{ data: { value: 99 } }]))
    expect(appendToChart.mock.calls.flatMap(([batch]) => batch as Price[]).map(({ value }) => value)).toEqual(
      Array.from({ length: 100 }, (_, i) => i),
    )
    expect(appendToChart.mock.calls.length).toBeLessThan(10)
  })

  test('a history', async () => {
    const drawLog = vi.fn()
    const prices = open()

    // #region Keep several types in one list
    history(prices, ['price', 'news'], { limit: 100 }).subscribe((events) => {
      drawLog(events.map(({ type, data }) => `${type}: ${JSON.stringify(data)}`))
    })
    // #endregion

    await backend.open()
    backend.emit('price', acme)
    backend.emit('news', { title: 'Up' })
    await vi.waitFor(() =>
      expect(drawLog).toHaveBeenLastCalledWith(['price: {"symbol":"ACME","value":42}', 'news: {"title":"Up"}']),
    )
  })

  test('a reload', async () => {
    sessionStorage.clear()
    const load = () => {
      // #region Resume after a reload
      const prices = createEventSource<Prices>('/prices', { lastEventId: sessionStorage.getItem('prices') ?? '' })
      addEventListener('pagehide', () => sessionStorage.setItem('prices', prices.lastEventId))
      // #endregion
      return prices
    }

    const before = load()
    const arrived = vi.fn()
    before.on('price', arrived)
    await backend.open()
    backend.emit('price', acme, { id: '7' })
    await vi.waitFor(() => expect(arrived).toHaveBeenCalled())
    window.dispatchEvent(new Event('pagehide'))
    before.close()
    const after = load()
    await backend.open()
    expect(backend.requests.map(({ lastEventId }) => lastEventId)).toEqual(['', '7'])
    after.close()
  })

  test('a test', async () => {
    const showPrices = (into: HTMLElement, transport: TestServer<Prices>['transport']) => {
      const prices = createEventSource<Prices>('/prices', { transport, signal })
      prices.on('price', ({ data }) => into.append(`${data.symbol} ${data.value}`))
    }

    // #region Test without a server
    const server = createTestServer<Prices>()
    showPrices(document.body, server.transport)
    await server.open()
    server.emit('price', { symbol: 'ACME', value: 42 })
    expect(document.body.textContent).toContain('ACME 42')
    // #endregion
  })
})
