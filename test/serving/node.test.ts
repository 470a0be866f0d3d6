import { subscribe } from 'node:diagnostics_channel'
import { once } from 'node:events'
import { type IncomingMessage, request as httpRequest, ServerResponse } from 'node:http'
import {
  connect as connectHttp2,
  createServer as createHttp2Server,
  type Http2ServerRequest,
  type Http2ServerResponse,
} from 'node:http2'
import { createServer as createHttpsServer } from 'node:https'
import { connect as connectTcp, Socket as TcpSocket, type Socket } from 'node:net'
import { connect as connectTls } from 'node:tls'
import compression from 'compression'
import express from 'express'
import { afterEach, describe, expect, it, onTestFinished, vi } from 'vitest'
import { createEventSource, type TypedEventSource } from '../../src/entries/index.js'
import { type Channel, type CloseReason, createChannel } from '../../src/entries/server.js'
import { publishDiagnostics, respond } from '../../src/entries/server/node.js'
import { until, within } from '../behaviour/wait.js'
import { start } from '../process.js'
import { createCertificate } from '../wild/certificate.js'
import { decodeChunks, listen, send, serve } from './node-server.js'

interface Events {
  n: number
  text: string
}

const GET = 'GET / HTTP/1.1\r\nhost: a\r\n\r\n'

afterEach(() => void vi.restoreAllMocks())

function closings(channel: Channel<Events>): CloseReason[] {
  const reasons: CloseReason[] = []
  channel.onClose((_, reason) => reasons.push(reason))
  return reasons
}

const hasClients = (channel: Channel<Events>, count: number): Promise<unknown> =>
  channel.clients.until((clients) => clients.length === count, { signal: AbortSignal.timeout(8000) })

/** An everstream client of the numbers, in the order in which they came. */
function watch(url: string): { numbers: number[]; source: TypedEventSource<Events> } {
  const source = createEventSource<Events>(url, { reconnection: () => 10 })
  onTestFinished(() => source.close())
  const numbers: number[] = []
  source.on('n', ({ data }) => numbers.push(data))
  return { numbers, source }
}

describe('respond', () => {
  it('sends the head with the opening at once, and keeps headers that were set before', async () => {
    const channel = createChannel<Events>()
    const url = await serve((req, res) => {
      res.setHeader('x-before', '1')
      respond(channel, req, res, { headers: { 'X-After': '2' } })
    })
    const writev = vi.spyOn(TcpSocket.prototype as unknown as { _writev(): void }, '_writev')
    const { received } = send(url, GET)
    await vi.waitFor(() => expect(received()).toContain('"position"'))
    expect(writev).toHaveBeenCalledOnce()
    expect(received()).toMatch(/^HTTP\/1\.1 200 OK\r\n/)
    const lines = received().split('\r\n')
    expect(lines).toEqual(
      expect.arrayContaining([
        'content-type: text/event-stream',
        'cache-control: no-cache, no-transform',
        'x-accel-buffering: no',
        'x-before: 1',
        'x-after: 2',
        'Transfer-Encoding: chunked',
      ]),
    )
    expect(decodeChunks(received()).body).toMatch(/^: \nevent: everstream\ndata: \{"kind":"open"/)
  })

  it('writes what is published in one turn as one chunk, past the response', async () => {
    const write = vi.spyOn(ServerResponse.prototype, 'write')
    const channel = createChannel<Events>()
    const url = await serve((req, res) => respond(channel, req, res))
    const { received } = send(url, GET)
    await hasClients(channel, 1)
    await vi.waitFor(() => expect(received()).toContain('"position"'))
    const { chunks } = decodeChunks(received())
    for (let n = 1; n <= 10; n++) void channel.publish('n', n)
    await vi.waitFor(() => expect(received()).toContain('data: 10\n'))
    expect(decodeChunks(received()).chunks).toBe(chunks + 1)
    expect(write).not.toHaveBeenCalled()
  })

  it('ends the response properly, and the connection can be used again', async () => {
    const channel = createChannel<Events>()
    const url = await serve((req, res) => {
      if (req.url === '/next') res.end('next')
      else respond(channel, req, res)
    })
    const { socket, received } = send(url, GET)
    await hasClients(channel, 1)
    void channel.publish('n', 1)
    await channel.close({ return: 'never' })
    await vi.waitFor(() => expect(decodeChunks(received()).isComplete).toBe(true))
    expect(decodeChunks(received()).body).toMatch(/data: 1\n\nevent: everstream\ndata: \{"kind":"end"\}\n\n$/)
    socket.write('GET /next HTTP/1.1\r\nhost: a\r\nconnection: close\r\n\r\n')
    await once(socket, 'close')
    expect(decodeChunks(received()).rest).toMatch(/^HTTP\/1\.1 200 OK\r\n[^]*next$/)
  })

  it('is read by everstream, which resumes after a cut without a loss', async () => {
    const channel = createChannel<Events>()
    const sockets = new Set<Socket>()
    const url = await serve((req, res) => {
      sockets.add(req.socket)
      respond(channel, req, res)
    })
    const { numbers } = watch(url)
    await hasClients(channel, 1)
    for (let n = 1; n <= 50; n++) {
      await channel.publish('n', n)
      if (n % 10 === 0) for (const socket of sockets) socket.destroy()
      await new Promise(setImmediate)
    }
    await vi.waitFor(() => expect(numbers).toHaveLength(50), 8000)
    expect(numbers).toEqual(Array.from({ length: 50 }, (_, index) => index + 1))
    expect(channel.clients.get().at(-1)).toMatchObject({ continuity: 'complete' })
  })

  it('is read by curl -N, event by event', async () => {
    const channel = createChannel<Events>()
    const url = await serve((req, res) => respond(channel, req, res))
    const curl = start({ file: 'curl', args: ['-sN', url] })
    onTestFinished(() => curl.stop())
    await curl.alive(hasClients(channel, 1))
    for (let n = 1; n <= 3; n++) {
      await channel.publish('n', n)
      await curl.printed(new RegExp(`event: n\nid: \\S+\ndata: ${n}\n\n`))
    }
  })

  it('notices at once that a client has left or only closed its half', async () => {
    const channel = createChannel<Events>()
    const reasons = closings(channel)
    const url = await serve((req, res) => respond(channel, req, res))
    send(url, GET).socket.once('data', function (this: Socket) {
      this.destroy()
    })
    send(url, GET).socket.once('data', function (this: Socket) {
      this.end()
    })
    await vi.waitFor(() => expect(reasons).toEqual(['client', 'client']))
    expect(channel.clients.get()).toEqual([])
    await channel.publish('n', 1)
  })

  it.each(['HTTP/1.1', 'HTTP/2'])('counts no client over %s that left before it was answered', async (version) => {
    const channel = createChannel<Events>()
    const connects = vi.fn()
    channel.onConnect(connects)
    let hasAnswered = false
    const answer = (req: IncomingMessage | Http2ServerRequest, res: ServerResponse | Http2ServerResponse): void => {
      res.on('close', () => {
        setImmediate(() => {
          respond(channel, req, res)
          hasAnswered = true
        })
      })
    }
    if (version === 'HTTP/2') {
      const session = connectHttp2(`http://127.0.0.1:${await listen(createHttp2Server(answer))}`)
      onTestFinished(() => session.destroy())
      const stream = session.request({ ':path': '/' })
      stream.on('error', () => {})
      session.on('remoteSettings', () => stream.close())
    } else {
      let hasCome = (): void => {}
      const came = new Promise<void>((resolve) => (hasCome = resolve))
      const { socket } = send(
        await serve((req, res) => {
          answer(req, res)
          hasCome()
        }),
        GET,
      )
      await came
      socket.destroy()
    }
    await until(() => hasAnswered, 'the answer')
    expect(connects).not.toHaveBeenCalled()
    expect(channel.clients.get()).toEqual([])
  })

  it('leaves nothing on a connection that is used again', async () => {
    const channel = createChannel<Events>()
    let listeners = 0
    const url = await serve((req, res) => {
      if (req.url === '/count') listeners = req.socket.listenerCount('drain')
      if (req.url === '/count') res.end()
      else respond(channel, req, res, { expires: new Date(Date.now() + 30) })
    })
    const count = 'GET /count HTTP/1.1\r\nhost: a\r\n\r\n'
    const { socket, received } = send(url, count)
    await until(() => listeners > 0, 'the first count')
    const before = listeners
    for (let stream = 1; stream <= 3; stream++) {
      socket.write(GET)
      await until(() => received().split('0\r\n\r\n').length === stream + 2, `stream ${stream}`)
    }
    listeners = 0
    socket.write(count)
    await until(() => listeners > 0, 'the second count')
    expect(listeners).toBe(before)
  })

  it.each([
    [406, 'accept: application/json\r\n', undefined, /This is an event stream/],
    [429, '', { key: 'a' }, /You have as many connections/],
    [401, '', { expires: AbortSignal.abort() }, /has expired/],
    [503, '', {}, /as many clients/],
  ])('refuses with the status %i', async (status, header, subscription, body) => {
    const channel = createChannel<Events>({ maxClientsPerKey: 0, maxClients: status === 503 ? 0 : Infinity })
    const url = await serve((req, res) => respond(channel, req, res, subscription))
    const { socket, received } = send(url, `GET / HTTP/1.1\r\nhost: a\r\nconnection: close\r\n${header}\r\n`)
    await once(socket, 'close')
    expect(received()).toMatch(new RegExp(`^HTTP/1\\.1 ${status} `))
    expect(received().split('\r\n\r\n')[1]).toMatch(body)
  })

  it('answers 204 after the end, and HEAD without a client', async () => {
    const channel = createChannel<Events>()
    const url = await serve((req, res) => respond(channel, req, res))
    const head = await fetch(url, { method: 'HEAD' })
    expect([head.status, head.headers.get('content-type')]).toEqual([200, 'text/event-stream'])
    expect(channel.clients.get()).toEqual([])
    await channel.close({ return: 'never' })
    expect((await fetch(url)).status).toBe(204)
  })

  it.each([
    [{}, {}, {}, /channel must be a channel/],
    [createChannel(), undefined, {}, /req must be Node's request/],
    [createChannel(), { headers: {} }, new Response(), /res must be Node's response/],
  ])('refuses wrong arguments: %#', (channel, req, res, says) => {
    expect(() => respond(channel as never, req as never, res as never)).toThrow(says)
  })
})

describe('what lies between', () => {
  it('compression: every event arrives when it is published', async () => {
    const channel = createChannel<Events>()
    const app = express()
    app.use(compression())
    app.get('/', (req, res) => respond(channel, req, res, { headers: { 'cache-control': 'no-store' } }))
    const url = await serve(app as never)
    const response = await fetch(url)
    expect(response.headers.get('content-encoding')).toMatch(/gzip|br|deflate/)
    const { numbers } = watch(url)
    await hasClients(channel, 2)
    for (let n = 1; n <= 3; n++) {
      await channel.publish('n', n)
      await vi.waitFor(() => expect(numbers).toHaveLength(n))
    }
    await response.body?.cancel()
  })

  it('a middleware that wraps write(): it sees every byte', async () => {
    const channel = createChannel<Events>()
    let seen = ''
    const url = await serve((req, res) => {
      const write = res.write.bind(res) as (bytes: Uint8Array) => boolean
      res.write = (bytes: Uint8Array) => {
        seen += Buffer.from(bytes).toString()
        return write(bytes)
      }
      respond(channel, req, res)
    })
    const { received } = send(url, GET)
    await hasClients(channel, 1)
    await channel.publish('n', 1)
    await vi.waitFor(() => expect(received()).toContain('data: 1\n\n'))
    expect(seen).toBe(decodeChunks(received()).body)
  })

  it('Express without it: past the response', async () => {
    const write = vi.spyOn(ServerResponse.prototype, 'write')
    const channel = createChannel<Events>()
    const app = express()
    app.get('/', (req, res) => respond(channel, req, res))
    const url = await serve(app as never)
    const { numbers } = watch(url)
    await hasClients(channel, 1)
    await channel.publish('n', 1)
    await vi.waitFor(() => expect(numbers).toEqual([1]))
    expect(write).not.toHaveBeenCalled()
  })

  it('HTTP/1.0: without chunks, to the end of the connection', async () => {
    const channel = createChannel<Events>()
    const url = await serve((req, res) => respond(channel, req, res))
    const { socket, received } = send(url, 'GET / HTTP/1.0\r\n\r\n')
    await hasClients(channel, 1)
    await channel.publish('n', 1)
    await vi.waitFor(() => expect(received()).toContain('data: 1\n\n'))
    const closed = once(socket, 'close')
    await Promise.all([closed, channel.close({ within: 0 })])
    expect(received()).not.toMatch(/transfer-encoding/i)
    expect(received().split('\r\n\r\n')[1]).toMatch(/^: \nevent: everstream\n[^]*event: n\nid: \S+\ndata: 1\n\n$/)
  })

  it('pipelining: a stream behind another response waits for it', async () => {
    const channel = createChannel<Events>()
    let finishFirst = (): void => {}
    const url = await serve((req, res) => {
      if (req.url === '/first') finishFirst = () => res.end('first')
      else respond(channel, req, res)
    })
    const { received } = send(url, `GET /first HTTP/1.1\r\nhost: a\r\n\r\n${GET}`)
    await hasClients(channel, 1)
    await channel.publish('n', 1)
    expect(received()).toBe('')
    finishFirst()
    await vi.waitFor(() => expect(received()).toContain('data: 1\n\n'))
    const [first, stream] = received().split(/(?=HTTP\/1\.1 200 OK\r\n)/)
    expect(first).toMatch(/first$/)
    await channel.publish('n', 2)
    await vi.waitFor(() => expect(received()).toContain('data: 2\n\n'))
    expect(decodeChunks(stream! + received().slice(first!.length + stream!.length)).body).toContain('data: 2\n\n')
  })

  it('a Content-Encoding that somebody has set: through the response', async () => {
    const write = vi.spyOn(ServerResponse.prototype, 'write')
    const channel = createChannel<Events>()
    const url = await serve((req, res) => {
      res.setHeader('content-encoding', 'identity')
      respond(channel, req, res)
    })
    const { received } = send(url, GET)
    await hasClients(channel, 1)
    await channel.publish('n', 1)
    await vi.waitFor(() => expect(received()).toContain('data: 1\n\n'))
    expect(write).toHaveBeenCalled()
    decodeChunks(received())
  })

  it('TLS', async () => {
    const channel = createChannel<Events>()
    const server = createHttpsServer(await createCertificate(), (req, res) => respond(channel, req, res))
    const port = await listen(server)
    const socket = connectTls({ port, host: '127.0.0.1', rejectUnauthorized: false })
    onTestFinished(() => void socket.destroy())
    let received = ''
    socket.on('data', (data) => (received += data.toString()))
    socket.write(GET)
    await hasClients(channel, 1)
    const text = 'x'.repeat(50_000)
    for (let n = 0; n < 40; n++) await channel.publish('text', text)
    await channel.publish('n', 1)
    await vi.waitFor(() => expect(received).toContain('data: 1\n\n'), 8000)
    expect(decodeChunks(received).body.match(/event: text/g)).toHaveLength(40)
  })

  it('HTTP/2: many streams of one connection', async () => {
    const channel = createChannel<Events>()
    const reasons = closings(channel)
    const server = createHttp2Server((req, res) => respond(channel, req, res))
    const port = await listen(server)
    const session = connectHttp2(`http://127.0.0.1:${port}`)
    onTestFinished(() => session.destroy())
    const streams = Array.from({ length: 3 }, () => {
      const stream = session.request({ ':path': '/' })
      const seen = { stream, text: '', headers: {} as Record<string, unknown> }
      stream.setEncoding('utf8').on('data', (text: string) => (seen.text += text))
      stream.on('response', (headers) => (seen.headers = headers))
      return seen
    })
    await hasClients(channel, 3)
    for (let n = 1; n <= 3; n++) {
      await channel.publish('n', n)
      await vi.waitFor(() => expect(streams.every(({ text }) => text.includes(`data: ${n}\n\n`))).toBe(true))
    }
    expect(streams[0]!.headers).toMatchObject({ ':status': 200, 'content-type': 'text/event-stream' })
    expect(streams[0]!.headers).not.toHaveProperty('connection')
    streams[0]!.stream.close()
    await vi.waitFor(() => expect(reasons).toEqual(['client']))
    await channel.close({ return: 'never' })
    await vi.waitFor(() => expect(streams[1]!.text).toMatch(/"kind":"end"\}\n\n$/))
  })
})

describe('slow clients', () => {
  /** More than the kernel takes for a client that never reads. */
  const TEXT = 'x'.repeat(64_000)
  const EVENTS = 200

  /** At the pace of the one who reads. */
  async function publishAll(channel: Channel<Events>, read: () => string): Promise<void> {
    for (let n = 1; n <= EVENTS; n++) {
      await channel.publish('text', TEXT)
      await until(() => read().length > n * TEXT.length, `event ${n}`)
    }
    await channel.publish('n', EVENTS)
  }

  it.each(['http', 'https', 'http2'] as const)(
    'are dropped over %s when they are too far behind, and nobody else',
    { timeout: 30_000 },
    async (protocol) => {
      const channel = createChannel<Events>({ history: { maxEvents: 10 }, maxLag: 500_000 })
      const reasons = closings(channel)
      const certificate = protocol === 'https' ? await createCertificate() : undefined
      const handle = (req: never, res: never): void => respond(channel, req, res)
      const port =
        protocol === 'http'
          ? Number(new URL(await serve(handle as never)).port)
          : await listen(
              certificate ? createHttpsServer(certificate, handle as never) : createHttp2Server(handle as never),
            )
      const read = openReader(protocol, port, true)
      openReader(protocol, port, false)
      openReader(protocol, port, false)
      await hasClients(channel, 3)
      const before = process.memoryUsage().arrayBuffers
      await publishAll(channel, read)
      await vi.waitFor(() => expect(read()).toContain(`data: ${EVENTS}\n\n`), 20_000)
      expect(read().match(/event: text/g)).toHaveLength(EVENTS)
      expect(reasons).toEqual(['slow', 'slow'])
      expect(channel.stats.get()).toMatchObject({ clients: 1, slow: 2 })
      // What the reader of this process has kept is a string.
      expect(process.memoryUsage().arrayBuffers - before).toBeLessThan(20_000_000)
    },
  )
})

/** @returns what it has read, if it reads at all */
function openReader(protocol: 'http' | 'https' | 'http2', port: number, reads: boolean): () => string {
  let text = ''
  const take = (data: Buffer | string): void => void (text += data.toString())
  if (protocol === 'http2') {
    const session = connectHttp2(`http://127.0.0.1:${port}`)
    const stream = session.request({ ':path': '/' })
    stream.on('error', () => {})
    session.on('error', () => {})
    onTestFinished(() => session.destroy())
    if (reads) stream.on('data', take)
  } else {
    const host = '127.0.0.1'
    const socket = protocol === 'http' ? connectTcp(port, host) : connectTls({ port, host, rejectUnauthorized: false })
    socket.on('error', () => {})
    onTestFinished(() => void socket.destroy())
    socket.write(GET)
    if (reads) socket.on('data', take)
    else socket.pause()
  }
  return () => text
}

describe('publishDiagnostics', () => {
  it('publishes who comes and goes through diagnostics_channel, until it is stopped', async () => {
    const messages: unknown[] = []
    const listener = (message: unknown, name: string | symbol): void => void messages.push([name, message])
    subscribe('everstream.connect', listener)
    subscribe('everstream.close', listener)
    const channel = createChannel<Events>()
    const stop = publishDiagnostics(channel)
    const url = await serve((req, res) => respond(channel, req, res, { context: 'me' }))
    const request = httpRequest(url, (response) => void response.once('data', () => request.destroy())).end()
    request.on('error', () => {})
    await within(hasClients(channel, 1), 'the client')
    await vi.waitFor(() => expect(messages).toHaveLength(2))
    const client = expect.objectContaining({ context: 'me' }) as unknown
    expect(messages).toEqual([
      ['everstream.connect', { client }],
      ['everstream.close', { client, reason: 'client' }],
    ])
    stop()
    channel.events()
    expect(messages).toHaveLength(2)
  })
})
