import { expect, inject, vi } from 'vitest'
import { putUp, type RemoteStream } from '../server/remote.js'

export interface Price {
  symbol: string
  value: number
}

/** What the tests of every framework send. */
export interface Prices {
  price: Price
  note: string
}

export const price = (value: number, symbol = 'ACME'): string =>
  `event: price\ndata: ${JSON.stringify({ symbol, value })}\n\n`
export const note = (text: string): string => `event: note\ndata: ${JSON.stringify(text)}\n\n`

export interface Stream extends RemoteStream {
  send(text: string): Promise<void>
  /** Resolves when so many clients are connected: the longest wait is for the end of a grace period. */
  connected(clients: number): Promise<void>
}

/** A stream that is open, and sends what the test tells it to. */
export async function openStream(): Promise<Stream> {
  const stream = await putUp(inject('scriptServer'), { connections: [{}] })
  return {
    ...stream,
    send: (text) => stream.perform({ send: text }),
    connected: (clients) =>
      vi.waitFor(async () => expect((await stream.report()).open).toBe(clients), { timeout: 5000, interval: 20 }),
  }
}
