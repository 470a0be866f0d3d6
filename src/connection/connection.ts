import { advice } from '../messages/advice.js'
import type { ConnectionFailure } from '../failure/connection-failure.js'
import { CONTROL_TYPE } from '../event-stream/control-type.js'
import type { EventStreamMessage } from '../event-stream/message.js'
import { report } from '../observable/report.js'
import { createStore, type ReadableStore } from '../observable/store.js'
import type { ReconnectionPolicy } from '../reconnection/policy.js'
import type { Transport, TransportRequest } from '../transport/transport.js'
import type { Address } from './address.js'
import type { Continuity, Control } from './control.js'
import { createDuplicateFilter } from './duplicates.js'
import type { Environment } from './environment.js'
import { openSession, type Session, type SessionSink } from './session.js'
import type { ClosedStatus, ConnectionStatus, PauseReason } from './status.js'
import {
  type ConnectionEffect,
  type ConnectionInput,
  type ConnectionRules,
  initialState,
  isFinal,
  transition,
} from './transition.js'

/** What the application decides about a connection. */
export interface ConnectionSettings {
  readonly transport: Transport
  readonly reconnection: ReconnectionPolicy | false
  /** Where to resume; empty to start from the beginning. */
  readonly lastEventId: string
  /** The query parameter that carries the last event ID instead of the header. */
  readonly lastEventIdParam?: string | undefined
  readonly withCredentials: boolean
  /** For how long nothing may arrive, in ms; undefined sets no limit. */
  readonly idleTimeout?: number | undefined
  readonly whenHidden: 'continue' | 'pause'
  /** How many events are remembered to recognise repeated ones. */
  readonly duplicateWindow: number
}

export const CONNECTION_DEFAULTS: Omit<ConnectionSettings, 'transport' | 'reconnection'> = {
  lastEventId: '',
  withCredentials: false,
  whenHidden: 'continue',
  duplicateWindow: 0,
}

export interface ConnectionOptions extends ConnectionSettings {
  readonly address: Address
  /** Whether the server marks the end of a complete stream, so that one that ends without the mark was cut short. */
  readonly endIsMarked: boolean
  /** Reads what the server says about the stream; undefined leaves such events to the application. */
  readonly readControl?: (data: string) => Control | undefined
  readonly environment: Environment
  /** @param lastEventId - the event's own ID, or the latest one before it; empty if there is none */
  readonly onMessage: (message: EventStreamMessage, origin: string, lastEventId: string) => void
  /** A stream that was open before is open again; its first event follows. */
  readonly onReconnect: (reconnection: Reconnection) => void
  /** The connection has closed. Called before the status changes, so that everything is done by then. */
  readonly onClosed: (status: ClosedStatus) => void
}

/** Describes how a lost stream was reopened. */
export interface Reconnection {
  /**
   * Whether the server was sent the last event ID. If not, events may be missing: reload the data that you show.
   * (Even if so, only the server knows whether it still had all events since that ID.)
   */
  readonly resumed: boolean
  /** The last event ID of the previous streams; empty if there was none. */
  readonly lastEventId: string
  /**
   * Whether the stream continues where the last one ended, in the server's own word: `complete` if nothing is missing,
   * `lost` if events are. `unknown` if the server does not say so, as most do not.
   */
  readonly continuity: Continuity
  /** How long there was no stream, in ms of wall-clock time. */
  readonly downtime: number
}

/** An event stream that is kept alive over time. */
export interface Connection {
  readonly status: ReadableStore<ConnectionStatus>
  readonly lastEventId: string
  start(): void
  /** Closes the stream until the next `start()`. */
  rest(): void
  /** Makes sure that events of this type are delivered. */
  listen(type: string): void
  /** Makes sure that events of every type are delivered. */
  listenToEveryType(): void
  /** Reconnects immediately, unless it was closed by `close()`. */
  reconnect(): void
  /** The server has announced that nothing more follows. */
  end(): void
  close(reason: 'close-called' | 'aborted'): void
  fail(failure: ConnectionFailure): void
}

/** A value of the option `transport` that makes the whole connection, over another transport. */
export interface ConnectionMaker {
  readonly sharing: {
    readonly transport: 'auto' | 'fetch' | 'native' | Transport
    readonly makeConnection: (options: ConnectionOptions) => Connection
  }
}

/** Runs the state machine of `transition.ts`: turns what happens into inputs, and carries out the effects. */
export function createConnection(options: ConnectionOptions): Connection {
  const { address, environment, transport, idleTimeout, withCredentials, endIsMarked, onMessage } = options
  const rules: ConnectionRules = options
  let state = initialState
  const status = createStore(state.status)
  let { lastEventId } = options
  let types: Set<string> | 'every' = new Set(options.readControl && [CONTROL_TYPE])
  let session: Session | undefined
  let stopWaiting: (() => void) | undefined
  let stopWatching: (() => void) | undefined
  const duplicates = createDuplicateFilter(options.duplicateWindow)

  function dispatch(input: ConnectionInput): void {
    const before = state
    const next = transition(before, input, rules)
    // If the policy called close() or reconnect(), that wins over its return value.
    if (state !== before) return
    state = next.state
    for (const effect of next.effects) {
      run(effect)
      // Closing a session calls the application; if that caused another transition, it has published the status.
      if (state !== next.state) return
    }
    publish(before.status, state.status)
    if (next.reconnected && state === next.state) options.onReconnect({ ...next.reconnected, lastEventId })
  }

  /** Published after the effects, so that subscribers may call close() or reconnect(). */
  function publish(before: ConnectionStatus, now: ConnectionStatus): void {
    if (now === before) return
    if (now.state === 'closed' || now.state === 'idle') {
      stopWatching?.()
      stopWatching = undefined
    }
    if (now.state === 'closed') options.onClosed(now)
    status.set(now)
    if (isFinal(now)) status.release()
  }

  function start(): void {
    if (state.status.state !== 'idle') return
    watch()
    dispatch({ type: 'start', now: environment.now() })
  }

  /** Lasts from the first attempt until the connection is idle or closed. */
  function watch(): void {
    stopWatching ??= environment.watch((reason, holds) => {
      if (!concerns(reason)) return
      if (holds) dispatch({ type: 'hold', reason, now: environment.now() })
      else dispatch({ type: 'release', reason, ...moment() })
    })
  }

  function concerns(reason: PauseReason): boolean {
    if (reason === 'hidden') return options.whenHidden === 'pause'
    // Loopback works offline, so a local server's stream is not paused.
    return reason !== 'offline' || !LOOPBACK.test(new URL(address.current ?? 'about:blank').hostname)
  }

  function run(effect: ConnectionEffect): void {
    switch (effect.type) {
      case 'connect': {
        const { attempt, failure } = effect
        const resolve = (): string | Promise<string> => address.resolve({ attempt, failure, lastEventId })
        const request = (url: string): TransportRequest => ({
          ...addressed(url, options.lastEventIdParam, lastEventId),
          lastEventId,
          withCredentials,
          attempt,
          failure,
          types: types === 'every' ? types : new Set(types),
        })
        session = openSession({ transport, environment, idleTimeout, resolve, request }, sink)
        return
      }
      case 'disconnect': {
        const left = session
        session = undefined
        return left?.close()
      }
      case 'wait':
        stopWaiting = environment.delay(effect.ms, () => dispatch({ type: 'timer', now: environment.now() }))
        return
      case 'stop-waiting':
        return stopWaiting?.()
      case 'report':
        return report(effect.error)
    }
  }

  const sink: SessionSink = {
    onOpen(opened) {
      duplicates.reopened()
      dispatch({ type: 'opened', opened, now: environment.now() })
    },
    onActivity() {
      if (state.brought === 'nothing') dispatch({ type: 'received' })
    },
    onMessage(message, origin) {
      const { event, id, data } = message
      const said = event === CONTROL_TYPE ? options.readControl?.(data) : undefined
      if (said !== undefined) {
        if (id !== undefined) lastEventId = id
        return obey(said)
      }
      if (state.brought !== 'events') dispatch({ type: 'delivered' })
      if (id !== undefined) {
        lastEventId = id
        if (duplicates.isDuplicate(id, data)) return
      }
      onMessage(message, origin, lastEventId)
    },
    onLastEventId(id) {
      lastEventId = id
    },
    onReconnectionTime: (ms) => dispatch({ type: 'reconnection-time', ms }),
    onInterrupted: (failure) => dispatch({ type: 'interrupted', failure, ...moment() }),
    onEnd(outcome) {
      if (outcome === 'no-content') return end()
      const failure = endIsMarked && outcome.kind === 'ended' ? { ...outcome, message: CUT_SHORT } : outcome
      dispatch({ type: 'lost', failure, ...moment() })
    },
  }

  function obey(said: Control): void {
    if (said.kind === 'end') return end()
    sink.onActivity()
    if (said.kind === 'other') return
    // Native does not report the comments that a server may send to keep the stream alive.
    if (idleTimeout === undefined && said.keepAlive !== undefined && session?.selective === false) {
      session.limitSilence(2 * said.keepAlive + KEEP_ALIVE_GRACE)
    }
    dispatch({ type: 'continued', continuity: said.continuity })
  }

  function end(): void {
    dispatch({ type: 'ended', now: environment.now() })
  }

  function reconnect(): void {
    if (isFinal(state.status)) return
    watch()
    dispatch({ type: 'reconnect-called', now: environment.now() })
  }

  function moment(): { now: number; random: number } {
    return { now: environment.now(), random: environment.random() }
  }

  return {
    status,
    get lastEventId() {
      return lastEventId
    },
    start,
    rest: () => dispatch({ type: 'rest', now: environment.now() }),
    listen(type) {
      if (types === 'every' || types.has(type)) return
      types.add(type)
      session?.listen(type)
    },
    listenToEveryType() {
      types = 'every'
      // A stream that delivers only named types must be replaced by one that delivers all.
      if (session?.selective) reconnect()
    },
    reconnect,
    end,
    close: (reason) => dispatch({ type: 'closed', reason }),
    fail: (failure) => dispatch({ type: 'failed', failure, now: environment.now() }),
  }
}

const CUT_SHORT =
  'The stream ended without the event that endOn recognises' +
  advice(': the server or a proxy has cut the response short.', 'failures')

/** How late a keep-alive may be, in ms. */
const KEEP_ALIVE_GRACE = 1000

/** "localhost", names below it, 127.0.0.0/8 and ::1, as `URL` writes them. */
const LOOPBACK = /^(?:(?:.+\.)?localhost|127\..+|\[::1\])$/

function addressed(
  url: string,
  lastEventIdParam: string | undefined,
  lastEventId: string,
): Pick<TransportRequest, 'url' | 'lastEventIdInUrl'> {
  if (lastEventIdParam === undefined) return { url, lastEventIdInUrl: false }
  const withId = new URL(url)
  if (lastEventId !== '') {
    // Not by `searchParams`, which would rewrite the rest of the query: a signature may cover it.
    const pairs = withId.search === '' ? [] : withId.search.slice(1).split('&')
    const others = pairs.filter((pair) => !new URLSearchParams(pair).has(lastEventIdParam))
    withId.search = [...others, String(new URLSearchParams({ [lastEventIdParam]: lastEventId }))].join('&')
  }
  return { url: withId.href, lastEventIdInUrl: true }
}
