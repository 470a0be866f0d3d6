import { describe, expectTypeOf, test } from 'vitest'
import { z } from 'zod'
import { createEventSource, fetchTransport } from '../../src/entries/index.js'
import { createTestServer, installManualClock, type TestServer } from '../../src/entries/testing.js'

interface Prices {
  price: { symbol: string; value: number }
  notice: string
}

describe('createTestServer', () => {
  const server = createTestServer<Prices>()

  test('sends the payloads of the events', () => {
    server.emit('price', { symbol: 'ACME', value: 42 }, { id: '7' })
    server.cut('notice', 'up')
    // @ts-expect-error -- misspelt
    server.emit('prise', { symbol: 'ACME', value: 42 })
    // @ts-expect-error -- incomplete
    server.emit('price', { symbol: 'ACME' })
    // @ts-expect-error -- the payload of another type
    server.cut('notice', { symbol: 'ACME', value: 42 })
    // @ts-expect-error -- no such field
    server.emit('notice', 'up', { event: 'price' })
  })

  test('sends what the schemas take, not what they make of it', () => {
    const schemas = { opened: z.object({ at: z.string().transform((text) => new Date(text)) }) }
    const checked = createTestServer({ schemas })
    expectTypeOf(checked).toEqualTypeOf<TestServer<{ opened: { at: string } }>>()
    checked.emit('opened', { at: '2026-01-01' })
    // @ts-expect-error -- a Date is what comes out
    checked.emit('opened', { at: new Date() })
  })

  test('sends anything if nothing is declared', () => {
    createTestServer().emit('anything', 1)
  })

  test('does not take schemas and a type argument', () => {
    // @ts-expect-error -- the schemas declare the types
    createTestServer<Prices>({ schemas: {} })
  })

  test('fails with a kind and details', async () => {
    await server.fail('http', { status: 503, retryAfter: 1000 })
    // @ts-expect-error -- no such kind
    await server.fail('timeout')
    // @ts-expect-error -- no such detail
    await server.fail('http', { code: 503 })
  })

  test('is a transport, a fetch, and the global fetch', () => {
    createEventSource('/prices', { transport: server.transport })
    createEventSource('/prices', { fetch: server.fetch })
    fetchTransport({ fetch: server.fetch })
    globalThis.fetch = server.fetch
    expectTypeOf(server.respond(new Request('/prices'))).toEqualTypeOf<Promise<Response>>()
  })
})

test('installManualClock', () => {
  using clock = installManualClock()
  expectTypeOf(clock.next()).toEqualTypeOf<number>()
  expectTypeOf(clock.now).toEqualTypeOf<number>()
  // @ts-expect-error -- it moves by next() and advance()
  clock.now = 1
})
