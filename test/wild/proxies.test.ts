import type { ServerResponse } from 'node:http'
import { describe, expect } from 'vitest'
import { createEventSource } from '../../src/entries/index.js'
import { afterTimers } from '../behaviour/wait.js'
import { needs } from '../programs.js'
import { type Application, type Body, createApplication, startStream } from './application.js'
import { becomes, failureKinds, hasSeen, isIn } from './expectations.js'
import { caddy, haproxy, type Proxy, startProxy, varnish, versionOfCaddy } from './proxies.js'
import { isKeptByComments, isTakenUp } from './quiet-stream.js'
import { serve, type Served } from './serve.js'
import { type Stage, test } from './stage.js'
import { node } from './subjects.js'

interface Scene {
  readonly application: Application
  readonly served: Served
  readonly base: string
}

async function setUp(
  stage: Stage,
  proxy: Proxy,
  configure: (port: number, upstream: number) => string,
  application: Application = createApplication(),
): Promise<Scene> {
  const served = await serve(stage, application)
  return { application, served, base: await startProxy(stage, proxy, (port) => configure(port, served.port)) }
}

function behind({ program }: Proxy, tests: () => void): void {
  describe.concurrent(`behind ${program.name}`, needs(program), tests)
}

/** How long each of ten events takes to reach the client, in ms; each one is sent after the previous has arrived. */
async function delaysOfEvents(stage: Stage, { application, base }: Scene): Promise<number[]> {
  const source = createEventSource<{ message: string }>(`${base}stream`, { transport: 'fetch', parse: 'text' })
  stage.leave(source.close)
  let arrived = 0
  source.on('message', () => (arrived = performance.now()))
  await becomes(() => application.open.length, 1)
  const delays: number[] = []
  for (let count = 0; count < 10; count++) {
    const left = performance.now()
    application.publish()
    await becomes(() => arrived > left, true)
    delays.push(arrived - left)
  }
  return delays
}

function medianOf(delays: number[]): number {
  return delays.toSorted((a, b) => a - b)[delays.length / 2]!
}

function answerWith(headers: Record<string, string>): Application {
  return createApplication({ answer: (_request, response) => startStream(response, headers) })
}

/** Starts an answer without Cache-Control. */
function startWithoutCacheControl(response: ServerResponse): Body {
  response.setHeader('content-type', 'text/event-stream')
  response.flushHeaders()
  return { write: (text) => response.write(text), end: () => response.end() }
}

behind(haproxy, () => {
  const configuration =
    (defaults = '', backend = '') =>
    (port: number, upstream: number) =>
      `
defaults
  mode http
  timeout connect 5s
  timeout client 60s
  timeout server 60s
  ${defaults}
frontend front
  bind 127.0.0.1:${port}
  default_backend application
backend application
  ${backend}
  server application 127.0.0.1:${upstream}
`
  const NO_DELAY = 'option http-no-delay'
  const COMPRESSION = 'compression algo gzip\n  compression type text/event-stream'

  test('each event is late by a fifth of a second', async ({ stage }) => {
    const delays = await delaysOfEvents(stage, await setUp(stage, haproxy, configuration()))
    console.log(`HAProxy as it is: events took ${delays.map((ms) => ms.toFixed()).join(', ')} ms.`)
    expect(medianOf(delays)).toBeGreaterThan(150)
  })

  test('option http-no-delay: events pass at once', async ({ stage }) => {
    const delays = await delaysOfEvents(stage, await setUp(stage, haproxy, configuration(NO_DELAY)))
    console.log(`HAProxy with http-no-delay: events took ${delays.map((ms) => ms.toFixed()).join(', ')} ms.`)
    expect(medianOf(delays)).toBeLessThan(100)
  })

  test('compression: an event waits for the next one, even with http-no-delay', async ({ stage }) => {
    const client = await node.start(stage)
    const { application, base } = await setUp(stage, haproxy, configuration(NO_DELAY, COMPRESSION))
    const watched = await client.open(base)
    await isIn(watched, 'open')
    application.publish()
    application.publish()
    await hasSeen(watched, 1)
    // Longer than the timer that holds events back without http-no-delay.
    await afterTimers(500)
    expect((await watched.look()).seen).toEqual(['1'])
    application.publish()
    await hasSeen(watched, 2)
  })

  test('compression, Cache-Control: no-transform: events pass at once', async ({ stage }) => {
    const application = answerWith({ 'cache-control': 'no-store, no-transform' })
    const delays = await delaysOfEvents(
      stage,
      await setUp(stage, haproxy, configuration(NO_DELAY, COMPRESSION), application),
    )
    expect(medianOf(delays)).toBeLessThan(100)
  })

  test('timeout server 2s: a quiet stream is cut, then resumes where it left off', async ({ stage }) => {
    const client = await node.start(stage)
    const { application, base } = await setUp(stage, haproxy, configuration(`${NO_DELAY}\n  timeout server 2s`))
    const watched = await client.open(base)
    await isIn(watched, 'open')
    await isTakenUp(node, watched, application)
  })

  test('timeout server 2s: a comment each second keeps the stream', async ({ stage }) => {
    const client = await node.start(stage)
    await isKeptByComments(client, await setUp(stage, haproxy, configuration(`${NO_DELAY}\n  timeout server 2s`)))
  })

  test('an application that is cut off looks like a network failure', async ({ stage }) => {
    const client = await node.start(stage)
    const { application, served, base } = await setUp(stage, haproxy, configuration(NO_DELAY))
    const watched = await client.open(base)
    await isIn(watched, 'open')
    application.publish()
    await hasSeen(watched, 1)
    for (const socket of served.sockets) socket.destroy()
    await becomes(() => application.asked, ['', '1'])
    expect(await failureKinds(watched)).toEqual(['network'])
  })
})

behind(caddy, () => {
  const version = versionOfCaddy()
  const isBefore = (major: number, minor: number) => version[0] < major || (version[0] === major && version[1] < minor)
  const configuration =
    (directives = '') =>
    (port: number, upstream: number) =>
      `
{
  admin off
  auto_https off
}
http://127.0.0.1:${port} {
  ${directives}
  reverse_proxy 127.0.0.1:${upstream}
}
`
  test('events pass at once', async ({ stage }) => {
    const delays = await delaysOfEvents(stage, await setUp(stage, caddy, configuration()))
    expect(medianOf(delays)).toBeLessThan(100)
  })

  test('an application that is cut off looks like a regular end before Caddy 2.8', async ({ stage }) => {
    const client = await node.start(stage)
    const { application, served, base } = await setUp(stage, caddy, configuration())
    const watched = await client.open(base)
    await isIn(watched, 'open')
    application.publish()
    await hasSeen(watched, 1)
    for (const socket of served.sockets) socket.destroy()
    await becomes(() => application.asked, ['', '1'])
    expect(await failureKinds(watched)).toEqual([isBefore(2, 8) ? 'ended' : 'network'])
  })

  /** Even short answers; by default it starts at 512 bytes. */
  const ENCODE = '{\n    gzip\n    minimum_length 1\n  }'

  test.skipIf(!isBefore(2, 9))('encode: events wait for the compressor, before Caddy 2.9', async ({ stage }) => {
    const client = await node.start(stage)
    const { application, served, base } = await setUp(stage, caddy, configuration(`encode ${ENCODE}`))
    const watched = await client.open(base)
    await becomes(() => application.open.length, 1)
    const witness = await client.open(served.base)
    await isIn(witness, 'open')
    for (let count = 1; count <= 20; count++) {
      application.publish()
      await hasSeen(witness, count)
    }
    expect((await watched.look()).seen).toEqual([])
    application.open[0]!.body.end()
    await hasSeen(watched, 20)
  })

  test('encode that excludes the path of the stream: events pass at once', async ({ stage }) => {
    const encode = `@compressed not path /stream*\n  encode @compressed ${ENCODE}`
    const delays = await delaysOfEvents(stage, await setUp(stage, caddy, configuration(encode)))
    expect(medianOf(delays)).toBeLessThan(100)
  })
})

behind(varnish, () => {
  const configuration =
    (subroutine = '') =>
    (_port: number, upstream: number) =>
      `
vcl 4.1;
backend default { .host = "127.0.0.1"; .port = "${upstream}"; }
${subroutine}
`
  const silent = () => createApplication({ answer: (_request, response) => startWithoutCacheControl(response) })

  test('without Cache-Control, the second client gets the stream of the first one from its start', async ({
    stage,
  }) => {
    const client = await node.start(stage)
    const { application, base } = await setUp(stage, varnish, configuration(), silent())
    const first = await client.open(base)
    await becomes(() => application.open.length, 1)
    application.publish()
    await hasSeen(first, 1)
    const second = await client.open(base)
    await hasSeen(second, 1)
    application.publish()
    await hasSeen(second, 2)
    expect(application.asked).toEqual([''])
  })

  test('without Cache-Control, a client that reconnects gets everything again, despite its last event ID', async ({
    stage,
  }) => {
    const { application, base } = await setUp(stage, varnish, configuration(), silent())
    const source = createEventSource<{ message: string }>(`${base}stream`, {
      transport: 'fetch',
      parse: 'text',
      reconnection: () => 50,
    })
    stage.leave(source.close)
    const seen: string[] = []
    source.on('message', ({ data }) => seen.push(data.trim()))
    const resumed: boolean[] = []
    source.onReconnect((reconnected) => resumed.push(reconnected.resumed))
    await becomes(() => application.open.length, 1)
    application.publish()
    await becomes(() => seen, ['1'])
    application.open[0]!.body.end()
    await becomes(() => seen.slice(0, 3), ['1', '1', '1'])
    expect(resumed.slice(0, 2)).toEqual([true, true])
    expect(application.asked).toEqual([''])
  })

  test.for<[string, string, () => Application]>([
    ['Cache-Control: no-store', '', createApplication],
    ['Cache-Control: no-cache', '', () => answerWith({ 'cache-control': 'no-cache' })],
    ['return (pass)', 'sub vcl_recv { if (req.url ~ "^/stream") { return (pass); } }', silent],
  ])('%s: each client has its own stream, and resumes it', async ([, subroutine, create], { stage }) => {
    const client = await node.start(stage)
    const { application, base } = await setUp(stage, varnish, configuration(subroutine), create())
    const first = await client.open(base)
    await becomes(() => application.open.length, 1)
    application.publish()
    await hasSeen(first, 1)
    const second = await client.open(base)
    await becomes(() => application.open.length, 2)
    application.publish()
    await hasSeen(first, 2)
    application.open[0]!.body.end()
    await becomes(() => application.asked.at(-1), '2')
    application.publish()
    await hasSeen(first, 3)
    expect((await second.look()).seen).toEqual(['1', '2', '3'])
  })
})
