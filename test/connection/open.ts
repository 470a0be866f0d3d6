import {
  type Connection,
  CONNECTION_DEFAULTS,
  createConnection,
  type ConnectionOptions,
  type Reconnection,
} from '../../src/connection/connection.js'
import { readControl } from '../../src/connection/control.js'
import type { EventStreamMessage } from '../../src/event-stream/message.js'
import { exponentialBackoff } from '../../src/reconnection/backoff.js'
import { createEnvironment, createFakeTransport, type FakeTransport, type ManualEnvironment, settled } from './world.js'

export { settled } from './world.js'

export interface OpenConnection {
  readonly connection: Connection
  readonly transport: FakeTransport
  readonly environment: ManualEnvironment
  readonly messages: EventStreamMessage[]
  readonly reconnections: Reconnection[]
  /** Loses the stream, and opens the next one. */
  readonly reopen: () => Promise<void>
}

/** A connection over a fake transport whose first stream is open. */
export async function createOpen(
  options: Partial<ConnectionOptions> = {},
  fake: { selective?: boolean } = {},
): Promise<OpenConnection> {
  const environment = createEnvironment()
  const transport = createFakeTransport(fake)
  const messages: EventStreamMessage[] = []
  const reconnections: Reconnection[] = []
  const connection = createConnection({
    ...CONNECTION_DEFAULTS,
    address: { current: 'http://sse.example/', resolve: () => 'http://sse.example/' },
    transport,
    reconnection: exponentialBackoff(),
    endIsMarked: false,
    readControl,
    environment,
    onMessage: (message) => messages.push(message),
    onReconnect: (reconnection) => reconnections.push(reconnection),
    onClosed: () => {},
    ...options,
  })

  async function open(): Promise<void> {
    await settled()
    transport.last.sink.onOpen({ transport: 'fake', resumed: false })
  }

  connection.start()
  await open()
  return {
    connection,
    transport,
    environment,
    messages,
    reconnections,
    async reopen() {
      transport.last.sink.onEnd({ kind: 'network', fatal: false, message: 'lost' })
      environment.advance(3000)
      await open()
    },
  }
}
