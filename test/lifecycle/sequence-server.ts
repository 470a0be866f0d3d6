import { readFile } from 'node:fs/promises'
import { createServer, type ServerResponse } from 'node:http'
import type { AddressInfo } from 'node:net'
import { join, normalize } from 'node:path'

/** A server of numbered events that replays what follows the last event ID, and counts its streams. */
export interface SequenceServer {
  readonly port: number
  /** The number of the latest event. */
  readonly latest: number
  readonly streams: number
  /** The most streams at the same time since the last `forget()`. */
  readonly maxStreams: number
  /** All requests for a stream since the last `forget()`. */
  readonly requests: number
  /** The same for the stream with this query. */
  requestsOf(search: string): number
  forget(): void
  /** Ends all streams, and refuses new ones for as long as it is down. */
  setDown(isDown: boolean): void
  close(): void
}

const root = join(import.meta.dirname, '../..')

/** Every 20 ms one event: 50 a second. */
const INTERVAL = 20

const STREAMS: ReadonlySet<string> = new Set(['/sequence', '/quiet'])

export async function serveSequence(pages: Readonly<Record<string, string>>): Promise<SequenceServer> {
  const open = new Set<ServerResponse>()
  let latest = 0
  let maxStreams = 0
  let requests: string[] = []
  let isDown = false

  const server = createServer((request, response) => {
    const { pathname, search, searchParams } = new URL(request.url ?? '/', 'http://server')
    const page = pages[pathname]
    if (page !== undefined) {
      const mediaType = pathname.endsWith('.js') ? 'text/javascript' : 'text/html'
      return void response.setHeader('content-type', mediaType).end(page)
    }
    if (pathname.startsWith('/dist/')) {
      readFile(join(root, normalize(pathname))).then(
        (code) => response.setHeader('content-type', 'text/javascript').end(code),
        () => response.writeHead(404).end(),
      )
      return
    }
    if (!STREAMS.has(pathname)) return void response.end('answered')
    requests.push(search)
    if (isDown) return void response.writeHead(503).end()
    response.writeHead(200, { 'content-type': 'text/event-stream', 'cache-control': 'no-store' })
    // The state of something that does not change: it is sent once to each connection.
    if (pathname === '/quiet') return void response.write('event: state\nid: 1\ndata: 7\n\n')
    const lastEventId = Number(request.headers['last-event-id'] ?? searchParams.get('since') ?? latest)
    let replay = ': hello\n\n'
    for (let n = lastEventId + 1; n <= latest; n++) replay += eventOf(n)
    response.write(replay)
    open.add(response)
    maxStreams = Math.max(maxStreams, open.size)
    response.on('close', () => open.delete(response))
  })
  const timer = setInterval(() => {
    latest += 1
    for (const response of open) response.write(eventOf(latest))
  }, INTERVAL)
  await new Promise<void>((resolve) => server.listen(0, resolve))

  return {
    port: (server.address() as AddressInfo).port,
    get latest() {
      return latest
    },
    get streams() {
      return open.size
    },
    get maxStreams() {
      return maxStreams
    },
    get requests() {
      return requests.length
    },
    requestsOf: (search) => requests.filter((other) => other === search).length,
    forget() {
      maxStreams = open.size
      requests = []
    },
    setDown(down) {
      isDown = down
      if (down) for (const response of open) response.destroy()
    },
    close() {
      clearInterval(timer)
      server.closeAllConnections()
      server.close()
    },
  }
}

function eventOf(n: number): string {
  // Now and then one of another type, and without an ID.
  return `id: ${n}\ndata: ${n}\n\n${n % 10 === 0 ? `event: ten\ndata: ${n}\n\n` : ''}`
}
