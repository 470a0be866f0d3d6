import { http } from 'msw'
import { setupServer } from 'msw/node'
import { afterAll, afterEach, beforeAll, expect, it, vi } from 'vitest'
import { readEvents } from '../../src/entries/event-stream.js'
import { createTestServer } from '../../src/entries/testing.js'
import { type Prices, showPrices } from './price-board.js'

const network = setupServer()
beforeAll(() => network.listen({ onUnhandledRequest: 'error' }))
afterAll(() => network.close())

const root = document.body.appendChild(document.createElement('main'))
let source: ReturnType<typeof showPrices> | undefined
afterEach(() => {
  source?.close()
  network.resetHandlers()
  vi.unstubAllGlobals()
})

const shows = (text: string) => vi.waitFor(() => expect(root.textContent).toContain(text), { timeout: 5000 })

it('answers the GET of an application through msw', async () => {
  const server = createTestServer<Prices>()
  network.use(http.get('/prices', ({ request }) => server.respond(request)))
  source = showPrices(root)
  await server.fail('network')
  await shows('failed')
  await server.fail('http', { status: 503 })
  await server.open()
  server.emit('price', { symbol: 'ACME', value: 41 }, { id: '1' })
  await shows('ACME 41')
  server.cut('price', { symbol: 'ACME', value: 42 })
  await shows('interrupted')
  await server.open()
  server.emit('price', { symbol: 'ACME', value: 43 })
  await shows('ACME 43')
  expect(server.requests.map(({ lastEventId }) => lastEventId)).toEqual(['', '', '', '1'])
  source.close()
  await vi.waitFor(() => expect(server.connections).toBe(0))
})

it('answers a POST through msw', async () => {
  const server = createTestServer<{ token: string }>()
  network.use(http.post('/chat', ({ request }) => server.respond(request)))
  const asking = fetch('/chat', { method: 'POST', body: 'Hello?' })
  await server.open()
  server.emit('token', 'Hi')
  server.end()
  const seen: string[] = []
  for await (const { data } of readEvents(await asking)) seen.push(data)
  expect(seen).toEqual(['"Hi"'])
  expect(server.requests).toMatchObject([{ method: 'POST', body: 'Hello?' }])
})

it("takes the place of the page's fetch", async () => {
  const server = createTestServer<Prices>()
  vi.stubGlobal('fetch', server.fetch)
  source = showPrices(root)
  await server.open()
  server.emit('price', { symbol: 'ACME', value: 42 })
  await shows('ACME 42')
  expect(server.requests).toMatchObject([{ url: new URL('/prices', location.href).href }])
})
