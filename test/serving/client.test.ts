import { describe, expect, it, onTestFinished, vi } from 'vitest'
import { createEventSource, type Reconnection, type TypedEventSource } from '../../src/entries/index.js'
import { type Channel, createChannel } from '../../src/entries/server.js'
import { respond } from '../../src/entries/server/node.js'
import { serve } from './node-server.js'

interface Events {
  n: number
}

/** A server whose channel can be replaced, as a restart does, and a client of it. */
async function createStand(): Promise<{
  source: TypedEventSource<Events>
  seen: unknown[]
  reconnections: Reconnection[]
  channel: () => Channel<Events>
  /** Cuts all connections; the history is lost if `withNewChannel`. */
  restart: (withNewChannel?: 'withNewChannel') => void
}> {
  let channel = createChannel<Events>()
  const sockets = new Set<{ destroy(): void }>()
  const url = await serve((req, res) => {
    sockets.add(req.socket)
    respond(channel, req, res)
  })
  const source = createEventSource<Events>(url, { reconnection: () => 10 })
  onTestFinished(() => source.close())
  const seen: unknown[] = []
  const reconnections: Reconnection[] = []
  source.onAny(({ data }) => seen.push(data))
  source.onReconnect((reconnection) => reconnections.push(reconnection))
  const cut = (): void => {
    for (const socket of sockets) socket.destroy()
    sockets.clear()
  }
  await channel.clients.until((clients) => clients.length === 1)
  return {
    source,
    seen,
    reconnections,
    channel: () => channel,
    restart(withNewChannel) {
      if (withNewChannel) channel = createChannel<Events>()
      cut()
    },
  }
}

describe('createEventSource with a channel', () => {
  it('is told that nothing was lost, and delivers what it missed', async () => {
    const { source, seen, reconnections, channel, restart } = await createStand()
    await channel().publish('n', 1)
    await vi.waitFor(() => expect(seen).toEqual([1]))
    restart()
    await channel().publish('n', 2)
    await vi.waitFor(() => expect(seen).toEqual([1, 2]))
    expect(reconnections).toMatchObject([{ resumed: true, continuity: 'complete' }])
    expect(source.status.get()).toMatchObject({ state: 'open', continuity: 'complete' })
  })

  it('is told of the loss when the server has restarted with an empty history', async () => {
    const { source, seen, reconnections, channel, restart } = await createStand()
    await channel().publish('n', 1)
    await vi.waitFor(() => expect(seen).toEqual([1]))
    restart('withNewChannel')
    await vi.waitFor(() => expect(reconnections).toMatchObject([{ resumed: true, continuity: 'lost' }]))
    expect(source.status.get()).toMatchObject({ state: 'open', continuity: 'lost' })
    expect(seen).toEqual([1])
  })

  it('ends with the channel, without a further request', async () => {
    const { source, channel } = await createStand()
    void channel().close({ return: 'never' })
    expect(await source.status.until(({ state }) => state === 'closed')).toMatchObject({ reason: 'ended-by-server' })
  })
})
