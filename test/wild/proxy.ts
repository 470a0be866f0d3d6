import { connect, createServer, type Socket } from 'node:net'
import { listen } from './serve.js'
import type { Stage } from './stage.js'

export interface Proxy {
  readonly base: string
  /** The open connections through it. */
  readonly open: () => number
  /** Stops all traffic on the open connections without closing them, like a NAT that has forgotten them. */
  fallSilent(): void
}

/** A proxy for plain bytes, without HTTP. */
export async function startProxy(
  stage: Stage,
  { to, idleTimeout = 0 }: { to: number; idleTimeout?: number },
): Promise<Proxy> {
  const pairs = new Set<readonly [Socket, Socket]>()
  const server = createServer((client) => {
    const upstream = connect(to, '127.0.0.1')
    const pair = [client, upstream] as const
    pairs.add(pair)
    client.pipe(upstream)
    upstream.pipe(client)
    for (const socket of pair) {
      // It counts both reads and writes.
      socket.setTimeout(idleTimeout, cut)
      socket.once('close', cut)
      socket.on('error', cut)
    }
    function cut(): void {
      pairs.delete(pair)
      for (const socket of pair) socket.destroy()
    }
  })
  const port = await listen(server)
  stage.leave(() => {
    for (const pair of pairs) for (const socket of pair) socket.destroy()
    server.close()
  })
  return {
    base: `http://127.0.0.1:${port}/`,
    open: () => pairs.size,
    fallSilent() {
      for (const [client, upstream] of pairs) {
        client.unpipe(upstream).resume()
        upstream.unpipe(client).resume()
      }
    },
  }
}
