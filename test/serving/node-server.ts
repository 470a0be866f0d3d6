import { createServer, type IncomingMessage, type ServerResponse } from 'node:http'
import { type AddressInfo, connect, type Socket } from 'node:net'
import { onTestFinished } from 'vitest'

/** A real server that ends with the test. */
export async function listen(server: {
  listen(port: number, host: string, ready: () => void): unknown
  address(): unknown
  close(): unknown
  closeAllConnections?(): void
}): Promise<number> {
  await new Promise<void>((resolve) => {
    server.listen(0, '127.0.0.1', resolve)
  })
  onTestFinished(() => {
    server.closeAllConnections?.()
    server.close()
  })
  return (server.address() as AddressInfo).port
}

export async function serve(handle: (request: IncomingMessage, response: ServerResponse) => void): Promise<string> {
  return `http://127.0.0.1:${await listen(createServer(handle))}/`
}

/** A TCP connection that sends a request as it is, and keeps what comes back. */
export function send(url: string, request: string): { socket: Socket; received: () => string } {
  let received = ''
  const socket = connect(Number(new URL(url).port), '127.0.0.1')
  socket.on('data', (data) => {
    received += data.toString('latin1')
  })
  socket.on('error', () => {})
  socket.write(request)
  onTestFinished(() => void socket.destroy())
  return { socket, received: () => received }
}

/** The body of a response in the chunked coding, and what follows its end. Throws if it is not valid. */
export function decodeChunks(text: string): { body: string; chunks: number; isComplete: boolean; rest: string } {
  let body = ''
  let chunks = 0
  let at = text.indexOf('\r\n\r\n') + 4
  for (;;) {
    const match = /^([0-9a-f]+)\r\n/i.exec(text.slice(at))
    if (match === null) {
      if (at < text.length) throw new Error(`not a chunk: ${JSON.stringify(text.slice(at, at + 40))}`)
      return { body, chunks, isComplete: false, rest: '' }
    }
    const size = Number.parseInt(match[1]!, 16)
    const start = at + match[0].length
    const end = start + size
    if (text.slice(end, end + 2) !== '\r\n') throw new Error(`a chunk of ${size} bytes ends wrongly`)
    at = end + 2
    if (size === 0) return { body, chunks, isComplete: true, rest: text.slice(at) }
    body += text.slice(start, end)
    chunks += 1
  }
}
