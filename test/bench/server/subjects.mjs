/**
 * The servers that are measured. Each answers `GET /` with an event stream, and sends an event to all of its clients:
 * the payload as JSON, with an ID of its own making if it has one.
 */
import { once } from 'node:events'
import { createServer } from 'node:http'

async function listen(handle) {
  const server = createServer(handle).listen(0, '127.0.0.1')
  await once(server, 'listening')
  return server.address().port
}

/** Serves web responses with the adapter that Hono and others use in Node. */
async function listenWeb(fetch) {
  const { getRequestListener } = await import('@hono/node-server')
  return listen(getRequestListener(fetch))
}

const HEAD = { 'content-type': 'text/event-stream', 'cache-control': 'no-cache' }

/** The clients of a library that has no channel. */
function createList() {
  const clients = new Set()
  return {
    add(client, onClose) {
      clients.add(client)
      onClose(() => clients.delete(client))
    },
    each(send) {
      for (const client of clients) send(client)
    },
  }
}

export const subjects = {
  async 'better-sse'() {
    const { createChannel, createSession } = await import('better-sse')
    const channel = createChannel()
    const port = await listen(async (req, res) => channel.register(await createSession(req, res)))
    return { port, publish: (payload) => channel.broadcast(payload, 'n') }
  },

  async everstream() {
    const { createChannel } = await import('../../../dist/server.js')
    const { respond } = await import('../../../dist/server/node.js')
    const channel = createChannel()
    const port = await listen((req, res) => respond(channel, req, res))
    return { port, publish: (payload) => channel.publish('n', payload) }
  },

  /** The least that Node can do with its own API: encoded once, written to each. */
  async 'shared buffer'() {
    const list = createList()
    const port = await listen((req, res) => {
      res.writeHead(200, HEAD).write(':\n')
      list.add(res, (left) => res.on('close', left))
    })
    let id = 0
    return {
      port,
      publish(payload) {
        const bytes = Buffer.from(`event: n\nid: ${++id}\ndata: ${JSON.stringify(payload)}\n\n`)
        list.each((res) => res.write(bytes))
      },
    }
  },

  async h3() {
    const { createEventStream, H3 } = await import('h3')
    const { toNodeHandler } = await import('h3/node')
    const list = createList()
    const app = new H3().get('/', (event) => {
      const stream = createEventStream(event)
      list.add(stream, (left) => stream.onClosed(left))
      // Without it, the head waits for the first event.
      void stream.pushComment('open')
      return stream.send()
    })
    const port = await listen(toNodeHandler(app))
    return {
      port,
      publish: (payload) => list.each((stream) => stream.push({ event: 'n', data: JSON.stringify(payload) })),
    }
  },

  async hono() {
    const { Hono } = await import('hono')
    const { streamSSE } = await import('hono/streaming')
    const list = createList()
    const app = new Hono().get('/', (c) =>
      streamSSE(c, (stream) => {
        list.add(stream, (left) => stream.onAbort(left))
        return new Promise((resolve) => stream.onAbort(resolve))
      }),
    )
    const port = await listenWeb(app.fetch)
    return {
      port,
      publish: (payload) => list.each((stream) => stream.writeSSE({ event: 'n', data: JSON.stringify(payload) })),
    }
  },

  async '@fastify/sse'() {
    const { default: fastify } = await import('fastify')
    const { default: plugin } = await import('@fastify/sse')
    const list = createList()
    const app = fastify()
    await app.register(plugin)
    app.get('/', { sse: 'only' }, async (request, reply) => {
      reply.sse.keepAlive()
      await reply.sse.send({ data: 'open' })
      list.add(reply.sse, (left) => reply.sse.onClose(left))
    })
    await app.listen({ port: 0, host: '127.0.0.1' })
    return {
      port: app.server.address().port,
      publish: (payload) => list.each((sse) => sse.send({ event: 'n', data: payload })),
    }
  },

  async 'better-sse, web'() {
    const { createChannel, createResponse } = await import('better-sse')
    const channel = createChannel()
    const port = await listenWeb((request) => createResponse(request, (session) => channel.register(session)))
    return { port, publish: (payload) => channel.broadcast(payload, 'n') }
  },

  async 'everstream, web'() {
    const { createChannel } = await import('../../../dist/server.js')
    const channel = createChannel()
    const port = await listenWeb((request) => channel.response(request))
    return { port, publish: (payload) => channel.publish('n', payload) }
  },
}
