import { isFunction, isObject, wrongArgument } from '../arguments/check-options.js'
import { builtinModule } from './builtin.js'
import type { Channel } from './channel-types.js'
import type { NodeInternals, NodeRequest, NodeResponse, NodeSocket } from './node-types.js'
import type { Subscription } from './options.js'
import type { Sink } from './sink.js'

/** So many bytes may wait in a socket. Over TLS, some always do for a moment. */
const MAX_WAITING = 65_536

/**
 * Answers a request with the events of a channel, in everything that is built on Node's `(req, res)`: `http`, `https`,
 * `http2`, Express, Fastify (`reply.hijack()`, then `request.raw` and `reply.raw`), Koa (`ctx.respond = false`, then
 * `ctx.req` and `ctx.res`), NestJS (`@Req()` and `@Res()`). Headers that you have set before are kept.
 *
 * Authenticate the request first: `respond` sends the head at once.
 *
 * @throws TypeError or RangeError for wrong arguments
 *
 * @example
 * ```ts
 * createServer((req, res) => respond(channel, req, res, { topics: topicsOf(req) })).listen(8080)
 * ```
 */
export function respond(
  channel: Pick<Channel<never>, 'admit'>,
  req: NodeRequest,
  res: NodeResponse,
  subscription?: Subscription,
): void {
  if (!isObject(channel) || !isFunction(channel.admit)) throw wrongArgument('respond', 'channel', 'a channel', channel)
  if (!isObject(req) || !isObject(req.headers)) throw wrongArgument('respond', 'req', "Node's request", req)
  if (!isObject(res) || !('writeHead' in res)) throw wrongArgument('respond', 'res', "Node's response", res)

  const admission = channel.admit(req, subscription)
  // The client may have left while it was authenticated, and its response closes only once.
  if (isGone(res as NodeInternals)) return
  res.writeHead(admission.status, { ...admission.headers })
  if (admission.status !== 200) return void res.end(req.method === 'HEAD' ? '' : admission.body)
  if (req.method === 'HEAD') return void res.end()

  const socket = rawSocketOf(res)
  // With the head and the opening in one packet.
  socket?.cork()
  ;(res as NodeInternals).flushHeaders?.()
  const isChunked = (res as NodeInternals).chunkedEncoding === true
  const sink = socket !== undefined && isChunked ? socketSink(res, socket) : responseSink(res)
  const { drained, left } = admission.connect(sink)
  socket?.uncork()
  const source = sink.framing === 'chunked' ? socket! : res
  source.on('drain', drained)
  res.on('close', () => {
    // A socket that is kept alive has many responses.
    socket?.removeListener('drain', drained)
    left()
  })
}

function isGone({ destroyed, stream }: NodeInternals): boolean {
  return destroyed === true || stream?.destroyed === true
}

/**
 * The socket, if nothing lies between it and the response: what is framed once can then be written to all sockets as it
 * is, which is most of the speed. Whatever wraps `write`, such as compression, must see the bytes.
 */
function rawSocketOf(res: NodeResponse): NodeSocket | undefined {
  const http = builtinModule('node:http') as { ServerResponse: { prototype: NodeResponse } } | undefined
  if (http === undefined || res.write !== http.ServerResponse.prototype.write) return undefined
  if (res.getHeader('content-encoding') !== undefined) return undefined
  // A pipelined response waits for the one before, and has no socket yet.
  const { socket } = res as NodeInternals
  return socket === null || socket === undefined || socket.destroyed ? undefined : socket
}

function socketSink(res: NodeResponse, socket: NodeSocket): Sink {
  return {
    framing: 'chunked',
    write: (bytes) => socket.write(bytes) || socket.writableLength < MAX_WAITING,
    end: () => void res.end(),
    destroy: () => void res.destroy(),
  }
}

function responseSink(res: NodeResponse): Sink {
  return {
    framing: 'none',
    write(bytes) {
      const hasRoom = res.write(bytes)
      ;(res as NodeInternals).flush?.()
      return hasRoom
    },
    end: () => void res.end(),
    destroy: () => void res.destroy(),
  }
}
