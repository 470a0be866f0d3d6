import { readFileSync } from 'node:fs'
import { createServer, type IncomingMessage, type RequestListener, type ServerResponse } from 'node:http'
import type { AddressInfo } from 'node:net'
import { join } from 'node:path'
import { createScriptHandler } from '../../server/handler.js'
import { SCRIPT_SERVER_PATH } from '../../server/script.js'
import type { Report } from '../report.js'

export interface Servers {
  /** Where the pages are, the reports go, and a scripted server is mounted. */
  readonly origin: string
  readonly scriptServer: string
  /** A scripted server on another origin. */
  readonly otherServer: string
  /** An address for the reports of one runtime. */
  receive(onReport: (report: Report) => void): { readonly address: string; close(): void }
  close(): void
}

/** Both on loopback, on ports that the system picks. */
export async function startServers(directory: string): Promise<Servers> {
  const listeners = new Map<string, (report: Report) => void>()
  const scripts = createScriptHandler()
  const files = serveFiles(directory)

  const own = await listen((request, response) => {
    const path = request.url ?? '/'
    if (path.startsWith(`${SCRIPT_SERVER_PATH}/`)) {
      request.url = path.slice(SCRIPT_SERVER_PATH.length)
      return scripts(request, response)
    }
    const listener = listeners.get(path)
    if (listener === undefined) return files(request, response)
    receiveReport(request, response, listener)
  })
  const other = await listen(createScriptHandler())

  let count = 0
  return {
    origin: own.origin,
    scriptServer: `${own.origin}${SCRIPT_SERVER_PATH}`,
    otherServer: other.origin,
    receive(onReport) {
      const path = `/reports/${count++}`
      listeners.set(path, onReport)
      return { address: `${own.origin}${path}`, close: () => listeners.delete(path) }
    },
    close() {
      own.close()
      other.close()
    },
  }
}

async function listen(listener: RequestListener): Promise<{ origin: string; close(): void }> {
  const server = createServer(listener)
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve))
  return {
    origin: `http://127.0.0.1:${(server.address() as AddressInfo).port}`,
    close() {
      server.closeAllConnections()
      server.close()
    },
  }
}

function receiveReport(request: IncomingMessage, response: ServerResponse, onReport: (report: Report) => void): void {
  let body = ''
  request.setEncoding('utf8')
  request.on('data', (chunk: string) => (body += chunk))
  request.on('end', () => {
    onReport(JSON.parse(body) as Report)
    // A kept connection would keep the runtime's process alive.
    response.writeHead(200, { connection: 'close', 'content-type': 'text/plain' }).end('ok')
  })
}

const PAGE =
  '<!doctype html><meta charset="utf-8"><title>everstream</title><script type="module" src="/page.js"></script>'

function serveFiles(directory: string): RequestListener {
  const script = (name: string): [string, string] => ['text/javascript', readFileSync(join(directory, name), 'utf8')]
  const files = new Map<string, [mediaType: string, text: string]>([
    ['/', ['text/html', PAGE]],
    ['/page.js', script('page.js')],
    ['/worker.js', script('worker.js')],
  ])
  return (request, response) => {
    const file = files.get(new URL(request.url ?? '/', 'http://server').pathname)
    if (file === undefined) return response.writeHead(404).end()
    const [mediaType, text] = file
    response.writeHead(200, { 'content-type': `${mediaType}; charset=utf-8`, 'cache-control': 'no-store' }).end(text)
  }
}
