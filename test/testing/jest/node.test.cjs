/** @jest-environment node */
const { createEventSource } = require('everstream')
const { createTestServer } = require('everstream/testing')

test('serves a source in Node', async () => {
  const server = createTestServer()
  const source = createEventSource('https://example.com/prices', { fetch: server.fetch })
  try {
    await server.open()
    await source.status.until(({ state }) => state === 'open')
    expect(server.connections).toBe(1)
  } finally {
    source.close()
  }
})
