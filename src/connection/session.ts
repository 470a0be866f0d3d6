import { advice } from '../messages/advice.js'
import type { ConnectionFailure } from '../failure/connection-failure.js'
import { inWords } from '../failure/in-words.js'
import { report } from '../observable/report.js'
import type { EventStreamMessage } from '../event-stream/message.js'
import type {
  Transport,
  TransportOpened,
  TransportRequest,
  TransportSession,
  TransportSink,
} from '../transport/transport.js'
import type { Environment } from './environment.js'
import { type InactivityWatch, watchInactivity } from './inactivity.js'
import { breachOf, has, isMessage } from './sink-contract.js'

export interface SessionOptions {
  readonly transport: Transport
  readonly environment: Environment
  /** How long nothing may arrive, in ms; undefined: no limit. */
  readonly idleTimeout: number | undefined
  /** The absolute URL; called when the session begins. */
  readonly resolve: () => string | Promise<string>
  /** Called when the transport is opened. */
  readonly request: (url: string) => TransportRequest
}

/** A transport's sink, with the defaults filled in. */
export interface SessionSink extends TransportSink {
  onOpen(opened: TransportOpened): void
  onMessage(message: EventStreamMessage, origin: string): void
}

/** One attempt of a connection: a transport's session with its idle watch. */
export interface Session {
  /** Whether the transport is open and delivers only named types. */
  readonly selective: boolean
  listen(type: string): void
  /** Ends the session with a failure if nothing arrives for this long, in ms. Replaces an earlier limit. */
  limitSilence(ms: number): void
  /** Ends the session; later calls of the transport are ignored. */
  close(): void
}

export function openSession(
  { transport, environment, idleTimeout, resolve, request }: SessionOptions,
  sink: SessionSink,
): Session {
  let asked: TransportRequest
  /** The types that were added while the transport was opening. */
  let addedTypes: string[] = []
  let inner: TransportSession | undefined
  let inactivity: InactivityWatch | undefined
  let closed = false
  let isOpen = false
  let url: string | undefined

  /** Ends the attempt if the transport calls its sink wrongly. */
  function isRight(method: keyof TransportSink, value?: unknown): boolean {
    if (closed) return false
    const breach = breachOf(method, isOpen, value)
    if (breach !== undefined) violated(breach)
    return breach === undefined
  }

  function violated(breach: string): void {
    sink.onEnd(contractFailure(transport.name, breach))
  }

  function arrived(): void {
    inactivity?.touch()
    sink.onActivity()
  }

  const guarded: TransportSink = {
    onOpen(opened) {
      const whole = { transport: transport.name, resumed: asked.lastEventId !== '', ...opened }
      if (!isRight('onOpen', whole)) return
      isOpen = true
      inactivity?.touch()
      sink.onOpen(whole)
    },
    // These two are written out, because they run for every chunk and event.
    onActivity() {
      if (!isOpen) isRight('onActivity')
      if (!closed) arrived()
    },
    onMessage(message, origin) {
      if (!isOpen) isRight('onMessage')
      if (closed) return
      if (!isMessage(message, origin)) return violated('called onMessage with something that is not a string')
      // Not arrived(): a message says more about the connection than activity.
      inactivity?.touch()
      sink.onMessage(message as EventStreamMessage, origin ?? new URL(asked.url).origin)
    },
    onLastEventId(id) {
      if (!isRight('onLastEventId', id)) return
      arrived()
      sink.onLastEventId(id)
    },
    onReconnectionTime(ms) {
      if (!isRight('onReconnectionTime', ms)) return
      arrived()
      sink.onReconnectionTime(ms)
    },
    onInterrupted(failure) {
      if (!isRight('onInterrupted', failure)) return
      isOpen = false
      sink.onInterrupted(failure)
    },
    onEnd(outcome) {
      if (isRight('onEnd', outcome)) sink.onEnd(outcome)
    },
  }

  function limitSilence(ms: number): void {
    inactivity?.stop()
    inactivity = watchInactivity(environment, ms, () => guarded.onEnd(idleFailure(url ?? 'the server', ms)))
  }

  function begin(): void {
    if (closed) return
    if (idleTimeout !== undefined) limitSilence(idleTimeout)
    const resolved = resolve()
    if (typeof resolved === 'string') open(resolved)
    else resolved.then(open, (cause) => guarded.onEnd(addressFailure(cause)))
  }

  function open(absolute: string): void {
    if (closed) return
    url = absolute
    try {
      asked = request(absolute)
      addedTypes = []
      const opened = transport.open(asked, guarded)
      if (has(opened, { close: 'function' })) inner = opened
      else if (!closed) violated('returned no session with a close()')
    } catch (cause) {
      guarded.onEnd(openFailure(transport.name, cause))
    }
    // The transport may have called onEnd() before open() returned.
    if (closed) closeInner()
    else for (const type of addedTypes) inner?.listen?.(type)
  }

  /** A custom transport may throw; that must not stop what follows. */
  function closeInner(): void {
    try {
      inner?.close()
    } catch (error) {
      report(error)
    }
  }

  // In a microtask, so that a transport which needs the event types knows those listened for in the same turn.
  void Promise.resolve().then(begin)

  return {
    get selective() {
      return inner?.listen !== undefined
    },
    listen(type) {
      if (inner === undefined) addedTypes.push(type)
      else inner.listen?.(type)
    },
    limitSilence,
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
    message:
      `Nothing arrived from ${url} for ${idleTimeout} ms` +
      advice('; if the server is only quiet, let it send comments.', 'failures'),
  }
}

function addressFailure(cause: unknown): ConnectionFailure {
  return {
    kind: 'application',
    fatal: false,
    message:
      `The application's url function threw, or did not return a usable URL (${inWords(cause)})` +
      advice('.', 'failures'),
    cause,
  }
}

function openFailure(name: string, cause: unknown): ConnectionFailure {
  return {
    kind: 'application',
    fatal: true,
    message:
      `The transport "${name}" threw when it was opened (${inWords(cause)})` +
      advice(', which is a fault of the transport.', 'transports'),
    cause,
  }
}

/** The cause shows in its stack where the transport made the call. */
function contractFailure(name: string, breach: string): ConnectionFailure {
  const hint = advice('; see "A transport of your own" in the documentation.', 'transports')
  const message = `The transport "${name}" ${breach}${hint}`
  return { kind: 'application', fatal: true, message, cause: new TypeError(message) }
}
