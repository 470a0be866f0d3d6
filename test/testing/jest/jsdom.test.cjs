/** @jest-environment jsdom */
const { createEventSource } = require('everstream')
const { createTestServer, installManualClock } = require('everstream/testing')

let source
afterEach(() => source?.close())

function setUp(options) {
  const server = createTestServer()
  source = createEventSource('/prices', { transport: server.transport, ...options })
  source.on('price', ({ data }) => (document.body.textContent = `ACME ${data.value}`))
  return server
}

test('draws what the server sends, at the relative URL of a page', async () => {
  const server = setUp()
  await server.open()
  server.emit('price', { value: 42 })
  expect(document.body.textContent).toBe('ACME 42')
  expect(server.requests).toMatchObject([{ url: 'http://localhost/prices' }])
})

test('says why it has no fetch', async () => {
  await expect(createTestServer().fetch('/prices')).rejects.toThrow('Pass `transport: server.transport`')
})

test('passes the backoff by a manual clock', async () => {
  const clock = installManualClock()
  try {
    const server = setUp()
    await server.fail('network')
    clock.next()
    await server.open()
    expect(source.status.get().state).toBe('open')
  } finally {
    clock.restore()
  }
})

test('passes the backoff by fake timers', async () => {
  jest.useFakeTimers()
  try {
    const server = setUp({ idleTimeout: 90_000 })
    await server.fail('network')
    expect(source.status.get().state).toBe('waiting')
    jest.advanceTimersByTime(3000)
    await server.open()
    expect(source.status.get().state).toBe('open')
    jest.advanceTimersByTime(90_000)
    expect(source.status.get()).toMatchObject({ state: 'waiting', failure: { kind: 'idle' } })
  } finally {
    jest.useRealTimers()
  }
})
