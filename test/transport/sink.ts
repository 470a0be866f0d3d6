import type { TransportRequest, TransportSink } from '../../src/transport/transport.js'

export interface RecordingSink extends TransportSink {
  /** Notes each call as [name without "on", argument]. */
  readonly calls: [string, unknown][]
  named(name: string): unknown[]
}

export function createSink(): RecordingSink {
  const calls: [string, unknown][] = []
  const record =
    (name: string) =>
    (value?: unknown): void =>
      void calls.push([name, value])
  return {
    calls,
    named: (name) => calls.filter(([called]) => called === name).map(([, value]) => value),
    onOpen: record('open'),
    onActivity: record('activity'),
    onMessage: (message, origin) => void calls.push(['message', { ...message, origin }]),
    onLastEventId: record('id'),
    onReconnectionTime: record('retry'),
    onInterrupted: record('interrupted'),
    onEnd: record('end'),
  }
}

export function createRequest(part: Partial<TransportRequest> = {}): TransportRequest {
  return {
    url: 'http://sse.example/stream',
    lastEventId: '',
    lastEventIdInUrl: false,
    withCredentials: false,
    attempt: 0,
    failure: undefined,
    types: new Set<string>(),
    ...part,
  }
}
