import type { ConnectionFailure } from '../errors/connection-error.js'
import type { EventStreamMessage } from '../event-stream/message.js'
import { report } from '../observable/report.js'
import { createStore, type ReadableStore } from '../observable/store.js'
import type { ReconnectionPolicy } from '../reconnection/policy.js'
import type { Transport, TransportRequest, TransportSink } from '../transport/transport.js'
import type { Environment } from './environment.js'
import { openSession, type Session } from './session.js'
import type { ConnectionStatus } from './status.js'
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
  readonly environment: Environment
  readonly onMessage: (message: EventStreamMessage, origin: string) => void
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
  close(reason: 'close-called' | 'aborted'): void
  fail(failure: ConnectionFailure): void
}

/** Runs the machine of `transition.ts`: what happens becomes an input, and its effects are carried out. */
export function createConnection(options: ConnectionOptions): Connection {
  const { environment, transport, idleTimeout } = options
  let state = initialState
  const status = createStore(state.status)
  let { lastEventId } = options
  let types: Set<string> | 'every' = new Set()
  let session: Session | undefined
  let stopWaiting: (() => void) | undefined

  function dispatch(input: ConnectionInput): void {
    const next = transition(state, input, options.reconnection)
    state = next.state
    for (const effect of next.effects) run(effect)
    // Told last, so that whoever calls close() or reconnect() from a subscriber finds everything done; and told as it is by
    // then, should an effect have led further already.
    status.set(state.status)
  }

  function run(effect: ConnectionEffect): void {
    switch (effect.type) {
      case 'connect': {
        const { attempt, failure } = effect
        const request = (): TransportRequest => ({
          ...address(options, lastEventId),
          withCredentials: options.withCredentials,
          attempt,
          failure,
          types,
        })
        session = openSession({ transport, environment, idleTimeout, request }, sink)
        return
      }
      case 'disconnect':
        session?.close()
        session = undefined
        return
      case 'wait':
        stopWaiting = environment.delay(effect.ms, () => dispatch({ type: 'wait-over' }))
        return
      case 'stop-waiting':
        return stopWaiting?.()
      case 'report':
        return report(effect.error)
    }
  }

  const sink: TransportSink = {
    onOpen: (opened) => dispatch({ type: 'opened', opened, now: environment.now() }),
    onActivity: () => {
      if (!state.received) dispatch({ type: 'received' })
    },
    onMessage: options.onMessage,
    onLastEventId: (id) => {
      lastEventId = id
    },
    onReconnectionTime: (ms) => dispatch({ type: 'reconnection-time', ms }),
    onInterrupted: (failure) => dispatch({ type: 'interrupted', failure, ...moment() }),
    onEnd: (outcome) =>
      dispatch(outcome === 'no-content' ? { type: 'no-content' } : { type: 'lost', failure: outcome, ...moment() }),
  }

  function moment(): { now: number; random: number } {
    return { now: environment.now(), random: environment.random() }
  }

  return {
    status,
    get lastEventId() {
      return lastEventId
    },
    start: () => dispatch({ type: 'start' }),
    listen(type) {
      if (types === 'every' || types.has(type)) return
      types.add(type)
      session?.listen(type)
    },
    listenToEveryType() {
      types = 'every'
      // An open stream that hears only the types it was told has to give way to one that hears all.
      if (session?.selective) dispatch({ type: 'reconnect-called' })
    },
    reconnect: () => dispatch({ type: 'reconnect-called' }),
    close: (reason) => dispatch({ type: 'closed', reason }),
    fail: (failure) => dispatch({ type: 'failed', failure }),
  }
}

function address(
  { url, lastEventIdParam }: ConnectionOptions,
  lastEventId: string,
): Pick<TransportRequest, 'url' | 'lastEventId' | 'lastEventIdInUrl'> {
  if (lastEventIdParam === undefined) return { url, lastEventId, lastEventIdInUrl: false }
  const withId = new URL(url)
  if (lastEventId !== '') withId.searchParams.set(lastEventIdParam, lastEventId)
  return { url: withId.href, lastEventId, lastEventIdInUrl: true }
}
