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
  forget(): void
  /** Ends all streams, and refuses new ones for as long as it is down. */
  setDown(isDown: boolean): void
  close(): void
}

const root = join(import.meta.dirname, '../..')

/** Every 20 ms one event: 50 a second. */
const INTERVAL = 20

export async function serveSequence(pages: Readonly<Record<string, string>>): Promise<SequenceServer> {
  const open = new Set<ServerResponse>()
  let latest = 0
  let maxStreams = 0
  let requests = 0
  let isDown = false

  const server = createServer((request, response) => {
    const { pathname } = new URL(request.url ?? '/', 'http://server')
    const page = pages[pathname]
    if (page !== undefined) return void response.setHeader('content-type', 'text/html').end(page)
    if (pathname.startsWith('/dist/')) {
      readFile(join(root, normalize(pathname))).then(
        (code) => response.setHeader('content-type', 'text/javascript').end(code),
        () => response.writeHead(404).end(),
      )
      return
    }
    if (pathname !== '/sequence') return void response.end('answered')
    requests += 1
    if (isDown) return void response.writeHead(503).end()
    response.writeHead(200, { 'content-type': 'text/event-stream', 'cache-control': 'no-store' })
    const lastEventId = Number(request.headers['last-event-id'] ?? latest)
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
      return requests
    },
    forget() {
      maxStreams = open.size
      requests = 0
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
  return `id: ${n}\ndata: ${n}\n\n`
}
