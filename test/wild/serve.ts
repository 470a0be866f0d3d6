import { once } from 'node:events'
import { createServer, type IncomingMessage, type ServerResponse } from 'node:http'
import { createSecureServer, type Http2SecureServer, type ServerHttp2Session } from 'node:http2'
import { type AddressInfo, connect, type Server as NetServer, type Socket } from 'node:net'
import type { Application } from './application.js'
import type { Certificate } from './certificate.js'
import type { Stage } from './stage.js'

export interface Served {
  /** The URL without its last part, `stream` or `page`. */
  readonly base: string
  readonly port: number
  /** The open connections. */
  readonly sockets: ReadonlySet<Socket>
  /** The number of all connections so far. */
  readonly socketCount: () => number
  /** Stops abruptly, like a killed process. */
  stop(): void
}

/** @param port - where to listen; by default the system picks one */
export async function serve(stage: Stage, application: Pick<Application, 'handle'>, port = 0): Promise<Served> {
  const server = createServer((request, response) => application.handle(request, response))
  const sockets = keepSockets(server, 'connection')
  let count = 0
  server.on('connection', () => {
    count += 1
  })
  const at = await listen(server, port)
  function stop(): void {
    server.close()
    for (const socket of sockets) socket.destroy()
  }
  stage.leave(stop)
  return { base: `http://127.0.0.1:${at}/`, port: at, sockets, socketCount: () => count, stop }
}

export interface ServedByHttp2 {
  readonly base: string
  readonly server: Http2SecureServer
  /** The open connections, in the order of their arrival. */
  readonly sessions: readonly ServerHttp2Session[]
  /** The sockets of the connections. */
  readonly sockets: ReadonlySet<Socket>
}

export async function serveByHttp2(
  stage: Stage,
  application: Application,
  { key, cert }: Certificate,
): Promise<ServedByHttp2> {
  const server = createSecureServer({ key, cert, allowHTTP1: false }, (request, response) =>
    // This compatibility API of Node looks like HTTP/1.1, although its types differ.
    application.handle(request as unknown as IncomingMessage, response as unknown as ServerResponse),
  )
  const sessions: ServerHttp2Session[] = []
  const sockets = keepSockets(server, 'secureConnection')
  server.on('session', (session) => {
    sessions.push(session)
    session.once('close', () => sessions.splice(sessions.indexOf(session), 1))
    // A client that breaks off is not a failure of the server.
    session.on('error', () => {})
  })
  const port = await listen(server)
  stage.leave(() => {
    for (const session of sessions.slice()) session.destroy()
    server.close()
  })
  return { base: `https://127.0.0.1:${port}/`, server, sessions, sockets }
}

/** The open sockets. */
function keepSockets(server: NetServer, event: 'connection' | 'secureConnection'): ReadonlySet<Socket> {
  const sockets = new Set<Socket>()
  server.on(event, (socket: Socket) => {
    sockets.add(socket)
    socket.once('close', () => sockets.delete(socket))
  })
  return sockets
}

export async function listen(server: NetServer, port = 0): Promise<number> {
  server.listen(port, '127.0.0.1')
  await once(server, 'listening')
  return (server.address() as AddressInfo).port
}

/** A free port, for servers that cannot let the system pick one. */
export async function freePort(): Promise<number> {
  const server = createServer()
  const port = await listen(server)
  await new Promise((resolve) => server.close(resolve))
  return port
}

/** Whether something listens at the port. */
export function isReachable(port: number): Promise<boolean> {
  return new Promise((resolve) => {
    const socket = connect(port, '127.0.0.1')
    socket.once('connect', () => {
      socket.destroy()
      resolve(true)
    })
    socket.once('error', () => resolve(false))
  })
}
