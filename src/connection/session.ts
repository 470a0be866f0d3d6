import type { ConnectionFailure } from '../errors/connection-error.js'
import { inWords } from '../errors/in-words.js'
import { report } from '../observable/report.js'
import type { Transport, TransportRequest, TransportSession, TransportSink } from '../transport/transport.js'
import type { Environment } from './environment.js'
import { type InactivityWatch, watchInactivity } from './inactivity.js'

export interface SessionOptions {
  readonly transport: Transport
  readonly environment: Environment
  /** How long, in ms, nothing may arrive; undefined: as long as it likes. */
  readonly idleTimeout: number | undefined
  /** Asked when the transport is opened. */
  readonly request: () => TransportRequest
}

/** One attempt of a connection: a transport's session with its idle watch. */
export interface Session {
  /** True where the transport is open and hears only the types that it is told. */
  readonly selective: boolean
  listen(type: string): void
  /** The sink hears nothing more, even of a transport that goes on calling. */
  close(): void
}

export function openSession(
  { transport, environment, idleTimeout, request }: SessionOptions,
  sink: TransportSink,
): Session {
  let inner: TransportSession | undefined
  let inactivity: InactivityWatch | undefined
  let closed = false
  /** The open stream has brought something: that it brings more is no news to the connection. */
  let received = false

  function guard<Arguments extends readonly unknown[]>(
    handle: (...values: Arguments) => void,
  ): (...values: Arguments) => void {
    return (...values) => {
      if (!closed) handle(...values)
    }
  }

  const guarded: TransportSink = {
    onOpen: guard((opened) => {
      received = false
      inactivity?.touch()
      sink.onOpen(opened)
    }),
    // These three are written out: they run for every chunk or event.
    onActivity() {
      if (closed) return
      inactivity?.touch()
      if (received) return
      received = true
      sink.onActivity()
    },
    onMessage(message, origin) {
      if (!closed) sink.onMessage(message, origin)
    },
    onLastEventId(id, isOfEvent) {
      if (!closed) sink.onLastEventId(id, isOfEvent)
    },
    onReconnectionTime: guard((ms) => sink.onReconnectionTime(ms)),
    onInterrupted: guard((failure) => sink.onInterrupted(failure)),
    onEnd: guard((outcome) => sink.onEnd(outcome)),
  }

  function open(): void {
    if (closed) return
    const asked = request()
    if (idleTimeout !== undefined) {
      inactivity = watchInactivity(environment, idleTimeout, () => guarded.onEnd(idleFailure(asked.url, idleTimeout)))
    }
    try {
      inner = transport.open(asked, guarded)
    } catch (cause) {
      guarded.onEnd(openFailure(transport.name, cause))
    }
    // It may have come to its end before it returned.
    if (closed) closeInner()
  }

  /** A transport of the application's own may throw: what comes after it is done all the same. */
  function closeInner(): void {
    try {
      inner?.close()
    } catch (error) {
      report(error)
    }
  }

  // In a microtask: a transport that must be told the event types then knows those that are listened for in the same turn.
  queueMicrotask(open)

  return {
    get selective() {
      return inner?.listen !== undefined
    },
    listen: (type) => inner?.listen?.(type),
    close() {
      closed = true
      inactivity?.stop()
      closeInner()
    },
  }
}

function idleFailure(url: string, idleTimeout: number): ConnectionFailure {
  return {
    kind: 'idle',
    fatal: false,
    message: `Nothing arrived from ${url} for ${idleTimeout} ms; a server that is only quiet should send a comment now and then.`,
  }
}

function openFailure(name: string, cause: unknown): ConnectionFailure {
  return {
    kind: 'application',
    fatal: true,
    message: `The transport "${name}" threw when it was opened (${inWords(cause)}), which is a fault in it.`,
    cause,
  }
}
