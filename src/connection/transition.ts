import type { ConnectionFailure } from '../errors/connection-error.js'
import { clampReconnectionTime, DEFAULT_RESET_AFTER, type ReconnectionPolicy } from '../reconnection/policy.js'
import type { TransportOpened } from '../transport/transport.js'
import type { ConnectionStatus } from './status.js'

export interface ConnectionState {
  readonly status: ConnectionStatus
  /** Failed attempts and losses in a row, since the connection was last healthy. */
  readonly failures: number
  /** Whether the open connection has delivered a byte: half of the proof that it is healthy. */
  readonly received: boolean
  /** As the stream has set it by `retry:`, in ms, within bounds. */
  readonly reconnectionTime: number | undefined
}

export type ConnectionInput =
  | { readonly type: 'start' }
  | { readonly type: 'opened'; readonly opened: TransportOpened; readonly now: number }
  | { readonly type: 'received' }
  | { readonly type: 'reconnection-time'; readonly ms: number }
  /** The connection is lost, or was never made. */
  | { readonly type: 'lost'; readonly failure: ConnectionFailure; readonly now: number; readonly random: number }
  /** The connection is lost, and the transport reestablishes it by itself. */
  | { readonly type: 'interrupted'; readonly failure: ConnectionFailure; readonly now: number; readonly random: number }
  | { readonly type: 'no-content' }
  | { readonly type: 'wait-over' }
  | { readonly type: 'reconnect-called' }
  /** Something on our side cannot go on. */
  | { readonly type: 'failed'; readonly failure: ConnectionFailure }
  | { readonly type: 'closed'; readonly reason: 'close-called' | 'aborted' }

export type ConnectionEffect =
  | { readonly type: 'connect'; readonly attempt: number; readonly failure: ConnectionFailure | undefined }
  | { readonly type: 'disconnect' }
  | { readonly type: 'wait'; readonly ms: number }
  | { readonly type: 'stop-waiting' }
  /** An exception of the application's policy. */
  | { readonly type: 'report'; readonly error: unknown }

export interface Transition {
  readonly state: ConnectionState
  readonly effects: readonly ConnectionEffect[]
}

export const initialState: ConnectionState = {
  status: { state: 'idle' },
  failures: 0,
  received: false,
  reconnectionTime: undefined,
}

/** The whole behaviour of a connection over time. Pure: time and randomness come with the input. */
export function transition(
  state: ConnectionState,
  input: ConnectionInput,
  policy: ReconnectionPolicy | false,
): Transition {
  const { status } = state
  if (status.state === 'closed') return stay(state)

  switch (input.type) {
    case 'start':
      return status.state === 'idle' ? connect(state, undefined) : stay(state)

    case 'opened': {
      if (status.state !== 'connecting') return stay(state)
      const { transport, resumed } = input.opened
      return stay({ ...state, received: false, status: { state: 'open', transport, since: input.now, resumed } })
    }

    case 'received':
      return state.received || status.state !== 'open' ? stay(state) : stay({ ...state, received: true })

    case 'reconnection-time':
      return stay({ ...state, reconnectionTime: clampReconnectionTime(input.ms) })

    case 'lost':
    case 'interrupted':
      return lose(state, input, policy)

    case 'no-content':
      return close(state, { state: 'closed', reason: 'ended-by-server' })

    case 'wait-over':
      return status.state === 'waiting' ? connect(state, status.failure) : stay(state)

    case 'reconnect-called': {
      const { state: next, effects } = connect(state, undefined)
      return { state: next, effects: [...leave(status), ...effects] }
    }

    case 'failed':
      return close(state, { state: 'closed', reason: 'failed', failure: input.failure })

    case 'closed':
      return close(state, { state: 'closed', reason: input.reason })
  }
}

function stay(state: ConnectionState): Transition {
  return { state, effects: [] }
}

function connect(state: ConnectionState, failure: ConnectionFailure | undefined): Transition {
  const attempt = state.failures
  return {
    state: { ...state, status: { state: 'connecting', attempt, ...(failure && { failure }) } },
    effects: [{ type: 'connect', attempt, failure }],
  }
}

function close(state: ConnectionState, status: ConnectionStatus & { state: 'closed' }): Transition {
  return { state: { ...state, status }, effects: leave(state.status) }
}

/** What a state holds is released when it is left. */
function leave(status: ConnectionStatus): ConnectionEffect[] {
  if (status.state === 'connecting' || status.state === 'open') return [{ type: 'disconnect' }]
  return status.state === 'waiting' ? [{ type: 'stop-waiting' }] : []
}

function lose(
  state: ConnectionState,
  input: ConnectionInput & { type: 'lost' | 'interrupted' },
  policy: ReconnectionPolicy | false,
): Transition {
  const { failure, now, random } = input
  if (state.status.state !== 'connecting' && state.status.state !== 'open') return stay(state)
  if (policy === false) {
    // One-shot use: the end of the stream is what was waited for.
    const oneShot: ConnectionStatus & { state: 'closed' } =
      failure.kind === 'ended'
        ? { state: 'closed', reason: 'ended-by-server' }
        : { state: 'closed', reason: 'failed', failure }
    return close(state, oneShot)
  }

  const failures = isHealthy(state, policy, now) ? 1 : state.failures + 1
  const decision = decide(policy, { attempt: failures, failure, reconnectionTime: state.reconnectionTime, random })
  if ('error' in decision) {
    const { error } = decision
    const closed = close(state, { state: 'closed', reason: 'failed', failure: policyFailure(error) })
    return { state: closed.state, effects: [...closed.effects, { type: 'report', error }] }
  }
  const { delay } = decision
  if (delay === false) return close(state, { state: 'closed', reason: 'failed', failure })
  // How long to wait is then the transport's own business; whether to go on at all is still the policy's.
  if (input.type === 'interrupted') {
    return stay({ ...state, failures, status: { state: 'connecting', attempt: failures, failure } })
  }
  const status: ConnectionStatus = { state: 'waiting', attempt: failures, delay, retryAt: now + delay, failure }
  return { state: { ...state, failures, status }, effects: [{ type: 'disconnect' }, { type: 'wait', ms: delay }] }
}

/**
 * Earlier attempts are forgotten only after the connection has proven itself, by staying open and delivering something. A
 * server that answers 200 and ends at once would defeat every limit that is reset on open.
 */
function isHealthy({ status, received }: ConnectionState, policy: ReconnectionPolicy, now: number): boolean {
  return status.state === 'open' && received && now - status.since >= (policy.resetAfter ?? DEFAULT_RESET_AFTER)
}

/** `setTimeout` takes 31 bits; more would overflow to 1 ms. */
const MAX_DELAY = 2 ** 31 - 1

function decide(
  policy: ReconnectionPolicy,
  context: Parameters<ReconnectionPolicy>[0],
): { delay: number | false } | { error: unknown } {
  try {
    const delay = policy(context)
    if (delay === false) return { delay }
    if (typeof delay !== 'number' || !(delay >= 0)) {
      throw new RangeError(
        `reconnection: the policy must return ms, at least 0, or false; it returned ${String(delay)}.`,
      )
    }
    return { delay: Math.min(Math.round(delay), MAX_DELAY) }
  } catch (error) {
    return { error }
  }
}

function policyFailure(cause: unknown): ConnectionFailure {
  return {
    kind: 'application',
    fatal: true,
    message: `The application's reconnection policy failed (${String(cause)}).`,
    cause,
  }
}
