import { type AddressInfo, createServer, type Server, type Socket } from 'node:net'
import { onTestFinished } from 'vitest'

/** A request as it arrived. */
export interface RawRequest {
  /** The method, the target and the version. */
  readonly line: string
  /** By lower-case name; the bytes as one character each. */
  readonly headers: ReadonlyMap<string, string>
  /** The part of the body that came together with the head. */
  readonly body: string
}

export interface RawServer {
  readonly url: string
  /** All of them, unless the test removes some. */
  readonly requests: RawRequest[]
  /**
   * How many requests have an open socket. A socket without a request is not counted: Node's fetch opens a spare
   * one after it has destroyed another, and closes it after 4 s.
   */
  open(): number
}

/** A TCP server whose answers the test writes byte by byte. Stops with the test. */
export async function startRawServer(
  answer: (socket: Socket, request: RawRequest, index: number) => void,
): Promise<RawServer> {
  const all = new Set<Socket>()
  const asking = new Set<Socket>()
  const requests: RawRequest[] = []
  let index = 0
  const server = createServer({ allowHalfOpen: true }, (socket) => {
    all.add(socket)
    socket.on('close', () => {
      all.delete(socket)
      asking.delete(socket)
    })
    // The client has gone: expected in these tests.
    socket.on('error', () => {})
    socket.on('end', () => socket.end())
    let received = ''
    socket.on('data', (data) => {
      received += data.toString('latin1')
      const end = received.indexOf('\r\n\r\n')
      if (end === -1) return
      const request = parseRequest(received.slice(0, end), received.slice(end + 4))
      received = ''
      requests.push(request)
      asking.add(socket)
      answer(socket, request, index++)
    })
  })
  const url = await listen(server)
  onTestFinished(() => {
    server.close()
    for (const socket of all) socket.destroy()
  })
  return { url, requests, open: () => asking.size }
}

async function listen(server: Server): Promise<string> {
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve))
  return `http://127.0.0.1:${(server.address() as AddressInfo).port}/stream`
}

function parseRequest(head: string, body: string): RawRequest {
  const [line = '', ...fields] = head.split('\r\n')
  const headers = new Map(
    fields.map((field) => {
      const colon = field.indexOf(':')
      return [field.slice(0, colon).toLowerCase(), field.slice(colon + 1).trim()]
    }),
  )
  return { line, headers, body }
}

/** The head of an event stream that ends with its connection. */
export const HEAD = 'HTTP/1.1 200 OK\r\nContent-Type: text/event-stream\r\nConnection: close\r\n\r\n'

/** The head of a chunked event stream, whose end the client can distinguish from a cut. */
export const CHUNKED_HEAD = 'HTTP/1.1 200 OK\r\nContent-Type: text/event-stream\r\nTransfer-Encoding: chunked\r\n\r\n'

export function chunk(text: string): string {
  return `${Buffer.byteLength(text).toString(16)}\r\n${text}\r\n`
}
