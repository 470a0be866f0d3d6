/** @jest-environment jest-fixed-jsdom */
const { createEventSource } = require('everstream')
const { createTestServer } = require('everstream/testing')

const { fetch } = globalThis
afterEach(() => {
  globalThis.fetch = fetch
})

test("takes the place of the page's fetch", async () => {
  const server = createTestServer()
  globalThis.fetch = server.fetch
  const source = createEventSource('/prices')
  try {
    const arrived = new Promise((resolve) => source.on('price', ({ data }) => resolve(data)))
    await server.open()
    server.emit('price', { value: 42 })
    expect(await arrived).toEqual({ value: 42 })
  } finally {
    source.close()
  }
})
