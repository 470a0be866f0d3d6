import type { EventStreamMessage } from '../../src/event-stream/message.js'
import { createParser } from '../../src/event-stream/parser.js'
import type { Accepted, Admission, Connection, Sink } from '../../src/entries/server.js'

/** A client without a network, which reads what it is given and can stop reading. */
export interface FakeClient {
  readonly sink: Sink
  /** What came, without control events. */
  readonly events: EventStreamMessage[]
  /** The payloads of the control events. */
  readonly control: Record<string, unknown>[]
  /** The last event ID that a client would come back with. */
  readonly lastEventId: () => string
  /** How many times something was written. */
  readonly writes: () => number
  /** How the stream ended. */
  readonly ended: () => 'end' | 'destroy' | undefined
  /** From now on, the client has no room: each write says so. */
  block(): void
  /** From now on, it has room, but does not say so. */
  unblock(): void
}

export function createFakeClient(): FakeClient {
  const events: EventStreamMessage[] = []
  const control: Record<string, unknown>[] = []
  let lastEventId = ''
  let hasRoom = true
  let writes = 0
  let ended: 'end' | 'destroy' | undefined
  const parser = createParser({
    onEvent(message) {
      lastEventId = message.id ?? lastEventId
      if (message.event === 'everstream') control.push(JSON.parse(message.data) as Record<string, unknown>)
      else events.push(message)
    },
  })
  return {
    sink: {
      framing: 'none',
      write(bytes) {
        writes += 1
        parser.push(bytes)
        return hasRoom
      },
      end: () => {
        ended = 'end'
      },
      destroy: () => {
        ended = 'destroy'
      },
    },
    events,
    control,
    lastEventId: () => lastEventId,
    writes: () => writes,
    ended: () => ended,
    block: () => {
      hasRoom = false
    },
    unblock: () => {
      hasRoom = true
    },
  }
}

export function accepted(admission: Admission): Accepted {
  if (admission.status !== 200) throw new Error(`refused with ${admission.status}`)
  return admission
}

/** Connects a fake client. */
export function connect(
  channel: { admit(request: { headers: Record<string, string> }, subscription?: object): Admission },
  { lastEventId = '', ...subscription }: { lastEventId?: string; [name: string]: unknown } = {},
): FakeClient & { connection: Connection } {
  const client = createFakeClient()
  const headers: Record<string, string> = lastEventId === '' ? {} : { 'last-event-id': lastEventId }
  return { ...client, connection: accepted(channel.admit({ headers }, subscription)).connect(client.sink) }
}

/** After what is published in this turn has been sent. */
export function turn(): Promise<void> {
  return new Promise((resolve) => {
    setImmediate(() => setImmediate(resolve))
  })
}
