import type { ConnectionFailure } from '../errors/connection-error.js'
import type { EventStreamMessage } from '../event-stream/message.js'
import { report } from '../observable/report.js'
import { createStore, type ReadableStore } from '../observable/store.js'
import type { ReconnectionPolicy } from '../reconnection/policy.js'
import type { Transport, TransportRequest, TransportSink } from '../transport/transport.js'
import { createDuplicateFilter } from './duplicates.js'
import type { Environment } from './environment.js'
import { openSession, type Session } from './session.js'
import type { ConnectionStatus, PauseReason } from './status.js'
import { type ConnectionEffect, type ConnectionInput, initialState, transition } from './transition.js'

export interface ConnectionOptions {
  /** Absolute. */
  readonly url: string
  readonly transport: Transport
  readonly reconnection: ReconnectionPolicy | false
  /** Where to go on; empty to begin anew. */
  readonly lastEventId: string
  /** The query parameter that carries the last event ID in place of the header. */
  readonly lastEventIdParam: string | undefined
  readonly withCredentials: boolean
  /** How long, in ms, nothing may arrive; undefined: as long as it likes. */
  readonly idleTimeout: number | undefined
  readonly whenHidden: 'continue' | 'pause'
  /** How many IDs are remembered, so that none is delivered twice; undefined: the server is trusted. */
  readonly dropDuplicates: number | undefined
  readonly environment: Environment
  readonly onMessage: (message: EventStreamMessage, origin: string) => void
  /** The stream, which was open before, is open again; its first event follows. */
  readonly onReconnect: (reconnection: Reconnection) => void
}

/** What there is to know when a lost stream is open again. */
export interface Reconnection {
  /**
   * Whether the server was told where the last stream broke off. Where it was not, events may be missing: fetch anew what you
   * show. (Whether a server that was told could go back so far, only the server can tell.)
   */
  readonly resumed: boolean
  /** The last event ID of the streams before; empty when there was none. */
  readonly lastEventId: string
  /** For how long there was no stream, in ms of the wall clock. */
  readonly downtime: number
}

/** An event stream that is kept alive over time. */
export interface Connection {
  readonly status: ReadableStore<ConnectionStatus>
  readonly lastEventId: string
  start(): void
  /** Makes sure that events of this type are delivered. */
  listen(type: string): void
  /** Makes sure that events of every type are delivered. */
  listenToEveryType(): void
  readonly reconnect: () => void
  /** The server has said that nothing more comes. */
  end(): void
  close(reason: 'close-called' | 'aborted'): void
  fail(failure: ConnectionFailure): void
}

/** Runs the machine of `transition.ts`: what happens becomes an input, and its effects are carried out. */
export function createConnection(options: ConnectionOptions): Connection {
  const { environment, transport, idleTimeout, withCredentials, onMessage } = options
  let state = initialState
  const status = createStore(state.status)
  let { lastEventId } = options
  let types: Set<string> | 'every' = new Set()
  let session: Session | undefined
  let stopWaiting: (() => void) | undefined
  let stopWatching: (() => void) | undefined
  const isDuplicate = createDuplicateFilter(options.dropDuplicates, lastEventId)
  let dropped = false

  function dispatch(input: ConnectionInput): void {
    const before = state
    const next = transition(before, input, options.reconnection)
    // The policy is a function of the application: what it did by close() or reconnect() counts, and not what it returned.
    if (state !== before) return
    state = next.state
    for (const effect of next.effects) {
      // To close a session runs functions of the application too, who listen to its signal: what they did counts.
      if (state !== next.state) break
      run(effect)
    }
    // Told last, so that whoever calls close() or reconnect() from a subscriber finds everything done; and told as it is by
    // then, should an effect have led further already.
    status.set(state.status)
    if (state.status.state === 'closed') stopWatching?.()
    else if (next.reconnected && state === next.state) options.onReconnect({ ...next.reconnected, lastEventId })
  }

  function start(): void {
    if (state.status.state !== 'idle') return
    watch()
    dispatch({ type: 'start' })
  }

  /** From the first attempt on, whoever asks for it. */
  function watch(): void {
    stopWatching ??= environment.watch((reason, holds) => {
      if (!concerns(reason)) return
      if (holds) dispatch({ type: 'hold', reason, now: environment.now() })
      else dispatch({ type: 'release', reason, ...moment() })
    })
  }

  function concerns(reason: PauseReason): boolean {
    if (reason === 'hidden') return options.whenHidden === 'pause'
    // The own machine is reached without a network: who develops on a train wants the stream of the own server.
    return reason !== 'offline' || !LOOPBACK.test(new URL(options.url).hostname)
  }

  function run(effect: ConnectionEffect): void {
    switch (effect.type) {
      case 'connect': {
        const { attempt, failure } = effect
        const request = (): TransportRequest => {
          const { url, lastEventIdInUrl } = address(options, lastEventId)
          return { url, lastEventId, lastEventIdInUrl, withCredentials, attempt, failure, types }
        }
        session = openSession({ transport, environment, idleTimeout, request }, sink)
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

  const sink: TransportSink = {
    onOpen: (opened) => dispatch({ type: 'opened', opened, now: environment.now() }),
    onActivity: () => dispatch({ type: 'received' }),
    onMessage(message, origin) {
      if (!dropped) onMessage(message, origin)
      dropped = false
    },
    onLastEventId(id, isOfEvent) {
      lastEventId = id
      dropped = isOfEvent && isDuplicate(id)
    },
    onReconnectionTime: (ms) => dispatch({ type: 'reconnection-time', ms }),
    onInterrupted: (failure) => dispatch({ type: 'interrupted', failure, ...moment() }),
    onEnd: (outcome) =>
      dispatch(outcome === 'no-content' ? { type: 'ended' } : { type: 'lost', failure: outcome, ...moment() }),
  }

  function reconnect(): void {
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
    listen(type) {
      if (types === 'every' || types.has(type)) return
      types.add(type)
      session?.listen(type)
    },
    listenToEveryType() {
      types = 'every'
      // An open stream that hears only the types it was told has to give way to one that hears all.
      if (session?.selective) reconnect()
    },
    reconnect,
    end: () => dispatch({ type: 'ended' }),
    close: (reason) => dispatch({ type: 'closed', reason }),
    fail: (failure) => dispatch({ type: 'failed', failure }),
  }
}

/** "localhost", names below it, 127.0.0.0/8 and ::1, as `URL` writes them. */
const LOOPBACK = /^(?:(?:.+\.)?localhost|127\..+|\[::1\])$/

function address(
  { url, lastEventIdParam }: ConnectionOptions,
  lastEventId: string,
): Pick<TransportRequest, 'url' | 'lastEventIdInUrl'> {
  if (lastEventIdParam === undefined) return { url, lastEventIdInUrl: false }
  const withId = new URL(url)
  if (lastEventId !== '') {
    // Put in by hand: `searchParams` writes the rest of the query anew, which a signature may cover.
    const pairs = withId.search === '' ? [] : withId.search.slice(1).split('&')
    const others = pairs.filter((pair) => !new URLSearchParams(pair).has(lastEventIdParam))
    withId.search = [...others, String(new URLSearchParams({ [lastEventIdParam]: lastEventId }))].join('&')
  }
  return { url: withId.href, lastEventIdInUrl: true }
}
