import { once } from 'node:events'
import type { ServerResponse } from 'node:http'
import { afterAll, describe, expect } from 'vitest'
import { type Application, createApplication } from './application.js'
import { becomes, hasSeen, isIn } from './expectations.js'
import { serve, type Served } from './serve.js'
import { type Stage, test } from './stage.js'
import { chromiumFetch, chromiumNative, closeBrowser, node } from './subjects.js'

afterAll(closeBrowser)

interface Scene extends Served {
  readonly application: Application
  /** The client's port of the connection that each request for the stream used. */
  readonly ports: readonly (number | undefined)[]
  /** Refusals that are neither complete nor aborted by the client. */
  readonly pending: ReadonlySet<ServerResponse>
}

/** @param refusals - how many requests for the stream are refused before one is answered */
async function setUp(
  stage: Stage,
  refusals = 0,
  refuse: (response: ServerResponse) => void = () => {},
): Promise<Scene> {
  const application = createApplication()
  const ports: (number | undefined)[] = []
  const pending = new Set<ServerResponse>()
  const handle: Application['handle'] = (request, response) => {
    if (!request.url?.startsWith('/stream')) return application.handle(request, response)
    ports.push(request.socket.remotePort)
    if (ports.length > refusals) return application.handle(request, response)
    pending.add(response)
    void once(response, 'close').then(() => pending.delete(response))
    refuse(response)
  }
  return { application, ports, pending, ...(await serve(stage, { handle })) }
}

describe.concurrent.each([node, chromiumFetch])('connections of refused answers, $name', (subject) => {
  test('an endless body that is not read holds no connection', async ({ stage }) => {
    const client = await subject.start(stage)
    const { base, ports, pending } = await setUp(stage, 10, (response) => {
      response.writeHead(503, { 'content-type': 'text/html' }).write('x'.repeat(1_000_000))
    })
    const watched = await client.open(base)
    await isIn(watched, 'open')
    expect(ports).toHaveLength(11)
    await becomes(() => pending.size, 0)
  })

  test('a short body leaves its connection to the next attempt', async ({ stage }) => {
    const client = await subject.start(stage)
    const { base, ports } = await setUp(stage, 5, (response) => {
      response.writeHead(503, { 'content-type': 'text/plain' }).end('not now')
    })
    const watched = await client.open(base)
    await isIn(watched, 'open')
    expect(ports).toHaveLength(6)
    // One, except for the rare case that Chromium has not released it before the next attempt starts.
    expect(new Set(ports).size).toBeLessThanOrEqual(2)
  })
})

describe.concurrent.each([node, chromiumFetch, chromiumNative])('connections of streams, $name', (subject) => {
  test('the connection of a stream that the server has ended is used for the next request', async ({ stage }) => {
    const client = await subject.start(stage)
    const { base, application, ports } = await setUp(stage)
    const watched = await client.open(base)
    await isIn(watched, 'open')
    for (let count = 1; count <= 3; count++) {
      application.publish()
      await hasSeen(watched, count)
      application.open[0]!.body.end()
      await becomes(() => application.asked.length, count + 1)
    }
    expect(new Set(ports).size).toBe(1)
  })

  test('the connection of a closed stream is closed, and none is left over', async ({ stage }) => {
    const client = await subject.start(stage)
    const { base, application, sockets } = await setUp(stage)
    for (let count = 1; count <= 5; count++) {
      const watched = await client.open(base)
      await isIn(watched, 'open')
      const { socket } = application.open[0]!.request
      await watched.close()
      await becomes(() => [application.open.length, sockets.has(socket)], [0, false])
    }
  })
})
