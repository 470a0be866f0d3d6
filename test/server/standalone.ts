import { createServer, type Server } from 'node:http'
import type { AddressInfo } from 'node:net'
import type { TestProject } from 'vitest/node'
import { createScriptHandler } from './handler.js'

declare module 'vitest' {
  export interface ProvidedContext {
    /** The scripted server's address: for tests in a browser, another origin. */
    scriptServer: string
    /** The same server on another port: another origin for tests that have none of their own. */
    otherScriptServer: string
    /** The build under test is `dist/lean`. */
    isLean?: boolean
  }
}

/** vitest's globalSetup: the scripted server on loopback, for as long as the project's tests run. */
export default async function setUp(project: TestProject): Promise<() => void> {
  const handler = createScriptHandler()
  const servers = [createServer(handler), createServer(handler)]
  const [first = '', second = ''] = await Promise.all(servers.map(listen))
  project.provide('scriptServer', first)
  project.provide('otherScriptServer', second)
  return () => {
    for (const server of servers) {
      server.closeAllConnections()
      server.close()
    }
  }
}

async function listen(server: Server): Promise<string> {
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve))
  return `http://127.0.0.1:${(server.address() as AddressInfo).port}`
}
