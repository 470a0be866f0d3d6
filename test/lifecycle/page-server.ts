import { readFile } from 'node:fs/promises'
import { createServer } from 'node:http'
import type { AddressInfo } from 'node:net'
import { createScriptHandler } from '../server/handler.js'

export interface PageServer {
  /** The address of the scripted server for the test. */
  readonly here: string
  /** The address of the pages for the browser. */
  readonly page: string
  close(): void
}

/** Serves pages by their path, the built bundle, and the scripted server. */
export async function servePages(host: string, pages: Readonly<Record<string, string>>): Promise<PageServer> {
  const handle = createScriptHandler()
  const bundle = await readFile(new URL('../../dist/everstream.min.js', import.meta.url))
  const server = createServer((request, response) => {
    const { pathname } = new URL(request.url ?? '/', 'http://server')
    const page = pages[pathname]
    if (page !== undefined) response.setHeader('content-type', 'text/html').end(page)
    else if (pathname === '/everstream.min.js') response.setHeader('content-type', 'text/javascript').end(bundle)
    else handle(request, response)
  })
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve))
  const { port } = server.address() as AddressInfo
  return {
    here: `http://127.0.0.1:${port}`,
    page: `http://${host}:${port}`,
    close() {
      server.closeAllConnections()
      server.close()
    },
  }
}
