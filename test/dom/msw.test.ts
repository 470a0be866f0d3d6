import { http, HttpResponse, sse } from 'msw'
import { setupServer } from 'msw/node'
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, it, vi } from 'vitest'
import { type Prices, showPrices } from './price-board.js'

const server = setupServer()
let root: HTMLElement
let source: ReturnType<typeof showPrices> | undefined

beforeAll(() => server.listen({ onUnhandledRequest: 'error' }))
beforeEach(() => {
  root = document.body.appendChild(document.createElement('main'))
})
afterEach(() => {
  source?.close()
  server.resetHandlers()
  root.remove()
})
afterAll(() => server.close())

function price(id: number, symbol: string, value: number): string {
  return `id: ${id}\nevent: price\ndata: ${JSON.stringify({ symbol, value })}\n\n`
}

/** An open answer of msw, as an application's test writes it. */
function openStream(request: Request, ...chunks: readonly string[]): Response {
  const encoder = new TextEncoder()
  const body = new ReadableStream<Uint8Array>({
    start(controller) {
      for (const chunk of chunks) controller.enqueue(encoder.encode(chunk))
      request.signal.addEventListener('abort', () => controller.error(request.signal.reason))
    },
  })
  return new HttpResponse(body, { headers: { 'content-type': 'text/event-stream' } })
}

const shows = (text: string) => vi.waitFor(() => expect(root.textContent).toContain(text), { timeout: 5000 })

describe('an application under happy-dom, its server played by http.get', () => {
  it('renders the events, and requests an event stream at a relative URL', async () => {
    const asked: (string | null)[] = []
    server.use(
      http.get('/prices', ({ request }) => {
        asked.push(request.url, request.headers.get('accept'))
        return openStream(request, price(1, 'ACME', 41), price(2, 'INIT', 7), price(3, 'ACME', 42))
      }),
    )
    source = showPrices(root)
    await shows('ACME 42')
    expect(Array.from(root.querySelectorAll('li'), (item) => item.textContent)).toEqual(['ACME 42', 'INIT 7'])
    expect(root.querySelector('p')?.textContent).toBe('open')
    expect(asked).toEqual([new URL('/prices', location.href).href, 'text/event-stream'])
  })

  it('survives a 503 and the end of a stream, and continues with the last event ID', async () => {
    const ids: (string | null)[] = []
    server.use(
      http.get('/prices', ({ request }) => {
        ids.push(request.headers.get('last-event-id'))
        if (ids.length === 1) return new HttpResponse(null, { status: 503, headers: { 'retry-after': '1' } })
        if (ids.length === 2) {
          return new HttpResponse(price(5, 'ACME', 41), { headers: { 'content-type': 'text/event-stream' } })
        }
        return openStream(request, price(6, 'ACME', 42))
      }),
    )
    source = showPrices(root)
    await shows('ACME 42')
    expect(ids).toEqual([null, null, '5'])
    expect(source.lastEventId).toBe('6')
  })

  it('fetches a fresh token when the old one has expired', async () => {
    const tokens = ['stale', 'fresh']
    server.use(
      http.get('/prices', ({ request }) =>
        request.headers.get('authorization') === 'fresh'
          ? openStream(request, price(1, 'ACME', 42))
          : new HttpResponse(null, { status: 401 }),
      ),
    )
    source = showPrices(root, { headers: () => ({ authorization: tokens.shift() ?? '' }) })
    await shows('ACME 42')
  })

  it('reports it if the server sends its login page, and does not reconnect', async () => {
    let asked = 0
    server.use(
      http.get('/prices', () => {
        asked += 1
        return HttpResponse.html('<h1>Sign in</h1>')
      }),
    )
    source = showPrices(root)
    await shows('closed')
    expect(root.textContent).toContain('text/html')
    expect(asked).toBe(1)
  })

  it('skips an invalid payload, and shows why', async () => {
    server.use(
      http.get('/prices', ({ request }) =>
        openStream(request, 'event: price\ndata: {"symbol":\n\n', price(2, 'ACME', 42)),
      ),
    )
    source = showPrices(root)
    await shows('ACME 42')
    expect(root.title).toContain('{\\"symbol\\":')
    expect(root.querySelector('p')?.textContent).toBe('open')
  })

  it('recovers from a network error', async () => {
    let asked = 0
    server.use(
      http.get('/prices', ({ request }) => {
        asked += 1
        return asked === 1 ? HttpResponse.error() : openStream(request, price(1, 'ACME', 42))
      }),
    )
    source = showPrices(root)
    await shows('ACME 42')
  })

  it('aborts the request with close(), and the page does not change afterwards', async () => {
    let signal: AbortSignal | undefined
    server.use(
      http.get('/prices', ({ request }) => {
        ;({ signal } = request)
        return openStream(request, price(1, 'ACME', 42))
      }),
    )
    source = showPrices(root)
    await shows('ACME 42')
    source.close()
    await vi.waitFor(() => expect(signal?.aborted).toBe(true))
    expect(root.querySelector('p')?.textContent).toBe('closed')
  })
})

describe("an application under happy-dom, its server played by msw's sse()", () => {
  it('renders what the handler sends', async () => {
    // msw needs the class when the handler is created, although it answers fetch too; happy-dom has none.
    vi.stubGlobal('EventSource', EventTarget)
    const handler = sse<{ price: Prices['price'] }>('/prices', ({ client }) => {
      client.send({ id: '1', event: 'price', data: { symbol: 'ACME', value: 42 } })
    })
    vi.unstubAllGlobals()
    server.use(handler)
    source = showPrices(root)
    await shows('ACME 42')
    expect(source.lastEventId).toBe('1')
  })
})
