import { createServer, type IncomingMessage, type ServerResponse } from 'node:http'
import type { AddressInfo } from 'node:net'
import { onTestFinished } from 'vitest'

/** A real HTTP server on loopback, closed with the test. */
export async function serve(handle: (request: IncomingMessage, response: ServerResponse) => void) {
  let open = 0
  const server = createServer((request, response) => {
    open++
    response.on('close', () => open--)
    handle(request, response)
  })
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve))
  onTestFinished(() => {
    server.closeAllConnections()
    server.close()
  })
  return {
    url: `http://127.0.0.1:${(server.address() as AddressInfo).port}/`,
    /** How many answers are neither finished nor aborted by the client. */
    countOpen: () => open,
  }
}

/** Sends the head of an event stream, which stays open. */
export function openStream(response: ServerResponse, text = ''): void {
  response.writeHead(200, { 'content-type': 'text/event-stream' })
  response.write(text || ':\n')
}
