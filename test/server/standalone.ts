import { createServer } from 'node:http'
import type { AddressInfo } from 'node:net'
import type { TestProject } from 'vitest/node'
import { createScriptHandler } from './handler.js'

declare module 'vitest' {
  export interface ProvidedContext {
    /** The scripted server's address: for tests in a browser, another origin. */
    scriptServer: string
  }
}

/** vitest's globalSetup: the scripted server on loopback, for as long as the project's tests run. */
export default async function setUp(project: TestProject): Promise<() => void> {
  const server = createServer(createScriptHandler())
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve))
  project.provide('scriptServer', `http://127.0.0.1:${(server.address() as AddressInfo).port}`)
  return () => {
    server.closeAllConnections()
    server.close()
  }
}
