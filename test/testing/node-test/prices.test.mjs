import assert from 'node:assert/strict'
import { afterEach, mock, test } from 'node:test'
import { createEventSource } from 'everstream'
import { createTestServer, installManualClock } from 'everstream/testing'

let source
afterEach(() => {
  source.close()
  mock.timers.reset()
})

function setUp() {
  const server = createTestServer()
  source = createEventSource('https://example.com/prices', { transport: server.transport })
  return server
}

void test('serves a source', async () => {
  const server = setUp()
  const prices = source.store('price')
  await server.open()
  server.emit('price', 42)
  assert.equal(prices.get(), 42)
})

void test('passes the backoff by a manual clock', async (context) => {
  const clock = installManualClock()
  context.after(clock.restore)
  const server = setUp()
  await server.fail('network')
  clock.next()
  await server.open()
  assert.equal(source.status.get().state, 'open')
})

void test('passes the backoff by the timers of node:test', async () => {
  mock.timers.enable({ apis: ['setTimeout', 'Date'] })
  const server = setUp()
  await server.fail('network')
  assert.equal(source.status.get().state, 'waiting')
  mock.timers.tick(3000)
  await server.open()
  assert.equal(source.status.get().state, 'open')
})
