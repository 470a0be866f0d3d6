/**
 * A channel in a runtime that is not Node: served by the runtime's own server, published to every 20 ms. Prints the
 * port, and why clients left.
 */
import { createChannel, createEventStreamResponse } from '../../dist/server.js'

const channel = createChannel()
channel.onClose((_, reason) => console.log(`closed: ${reason}`))

async function* countTo(end) {
  for (let n = 1; n <= end; n++) yield { data: String(n) }
  await new Promise(() => {})
}

function answer(request) {
  const { pathname } = new URL(request.url)
  if (pathname === '/source') {
    return createEventStreamResponse(
      ({ signal }) => {
        signal.addEventListener('abort', () => console.log('source: aborted'))
        return countTo(3)
      },
      { request },
    )
  }
  return channel.response(request)
}

let n = 0
setInterval(() => void channel.publish('n', ++n), 20)

const options = { port: 0, hostname: '127.0.0.1' }
const server =
  'Bun' in globalThis
    ? globalThis.Bun.serve({ ...options, idleTimeout: 0, fetch: answer })
    : globalThis.Deno.serve({ ...options, onListen() {} }, answer)
console.log(`port: ${server.port ?? server.addr.port}`)
