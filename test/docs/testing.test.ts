import { http } from 'msw'
import { setupServer } from 'msw/node'
import { afterAll, afterEach, beforeAll, describe, expect, test, vi } from 'vitest'
import { z } from 'zod'
import { readEvents } from '../../src/entries/event-stream.js'
import { createEventSource, type Transport } from '../../src/entries/index.js'
import { createTestServer, installManualClock, type ManualClock } from '../../src/entries/testing.js'
import { codeOf, regionsOf } from './page.js'

interface Prices {
  price: { symbol: string; value: number }
}

const network = setupServer()
const closing: (() => void)[] = []
let clock: ManualClock | undefined
beforeAll(() => network.listen({ onUnhandledRequest: 'error' }))
afterEach(() => {
  closing.splice(0).forEach((close) => close())
  clock?.restore()
  network.resetHandlers()
  vi.useRealTimers()
})
afterAll(() => network.close())

/** What the page tests: a board that shows prices. */
function showPrices({ transport }: { transport: Transport }): { text: string } {
  const board = { text: '' }
  const prices = createEventSource<Prices>('/prices', { transport })
  closing.push(prices.close)
  prices.on('price', ({ data }) => {
    board.text = `${data.symbol} ${data.value}`
  })
  prices.status.subscribe(({ state }) => {
    if (state === 'waiting') board.text = 'reconnecting'
  })
  return board
}

test('the page has the code that is tested', () => {
  const files = ['test/frameworks/react/testing.test.tsx', 'test/docs/testing.test.ts']
  expect([...codeOf('testing.md')]).toEqual(files.flatMap((file) => Array.from(regionsOf(file))))
  expect(codeOf('testing.md').get('A component')?.trimEnd().split('\n').length).toBeLessThanOrEqual(10)
})

describe('a plain function', () => {
  // #region A function
  test('shows the latest price', async () => {
    const server = createTestServer<Prices>()
    const board = showPrices({ transport: server.transport })
    await server.open()
    server.emit('price', { symbol: 'ACME', value: 42 })
    expect(board.text).toBe('ACME 42')
  })
  // #endregion

  test('shows that it is reconnecting', async () => {
    clock = installManualClock()
    const server = createTestServer<Prices>()
    const acme = { symbol: 'ACME', value: 42 }
    const board = showPrices({ transport: server.transport })

    // #region Failures
    await server.fail('http', { status: 503, retryAfter: 5000 })
    expect(board.text).toBe('reconnecting')
    clock.next() // the wait is over
    await server.open()
    server.emit('price', acme, { id: '7' })
    server.cut('price', acme, { id: '8' }) // in the middle of the event
    clock.next()
    await server.open()
    expect(server.requests.at(-1)?.lastEventId).toBe('7')
    // #endregion
  })
})

describe('time', () => {
  test('by a manual clock', async () => {
    const server = createTestServer<Prices>()
    const { transport } = server

    // #region A manual clock
    clock = installManualClock() // before the source is created; afterEach(() => clock.restore())
    const prices = createEventSource<Prices>('/prices', { transport, idleTimeout: 30_000 })
    await server.open()
    clock.advance(20_000)
    server.write(': keep-alive\n\n')
    clock.advance(30_000) // too long
    expect(prices.status.get().failure?.kind).toBe('idle')
    // #endregion
    prices.close()
  })

  test('by fake timers', async () => {
    const server = createTestServer<Prices>()
    const { transport } = server

    // #region Fake timers
    vi.useFakeTimers()
    const prices = createEventSource<Prices>('/prices', { transport })
    await server.fail('network')
    vi.advanceTimersByTime(3000) // the longest first wait
    await server.open()
    expect(prices.status.get().state).toBe('open')
    // #endregion
    prices.close()
  })
})

describe('msw', () => {
  test('answers a GET and a POST', async () => {
    // #region msw
    const server = createTestServer<{ token: string }>()
    network.use(http.post('/chat', ({ request }) => server.respond(request)))
    const asked = fetch('/chat', { method: 'POST', body: 'Hello?' })
    await server.open()
    server.emit('token', 'Hi')
    server.end()
    for await (const { data } of readEvents(await asked)) expect(data).toBe('"Hi"')
    expect(server.requests[0]?.body).toBe('Hello?')
    // #endregion
  })
})

test('schemas', async () => {
  const schemas = { price: z.object({ value: z.number() }) }

  // #region Schemas
  const server = createTestServer({ schemas })
  const prices = createEventSource('/prices', { schemas, transport: server.transport })
  await server.open()
  server.emit('price', { value: 42 }) // another type, or another shape, does not compile
  // #endregion
  prices.close()
})

test('leaks', async () => {
  const server = createTestServer<Prices>()
  showPrices({ transport: server.transport })
  await server.open()
  const unmount = (): void => closing.splice(0).forEach((close) => close())

  // #region Leaks
  unmount()
  expect(server.connections).toBe(0)
  // #endregion
})
