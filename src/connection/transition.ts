import type { ConnectionFailure } from '../errors/connection-error.js'
import { inWords } from '../errors/in-words.js'
import { clampReconnectionTime, DEFAULT_RESET_AFTER, type ReconnectionPolicy } from '../reconnection/policy.js'
import type { TransportOpened } from '../transport/transport.js'
import type { ConnectionStatus, PauseReason } from './status.js'

export interface ConnectionState {
  readonly status: ConnectionStatus
  /** Failed attempts and losses in a row, since the connection was last healthy. */
  readonly failures: number
  /** Whether the open connection has delivered a byte: half of the proof that it is healthy. */
  readonly received: boolean
  /** As the stream has set it by `retry:`, in ms, within bounds. */
  readonly reconnectionTime: number | undefined
  /** What stands in the way, in the order in which it came. */
  readonly holds: readonly PauseReason[]
  /** The wait that a pause has interrupted. */
  readonly wait: WaitingStatus | undefined
  /** When the stream was last lost, or let go; undefined while it has never been open. */
  readonly lostAt: number | undefined
}

type WaitingStatus = ConnectionStatus & { readonly state: 'waiting' }

export type ConnectionInput =
  | { readonly type: 'start' }
  | { readonly type: 'opened'; readonly opened: TransportOpened; readonly now: number }
  | { readonly type: 'received' }
  | { readonly type: 'reconnection-time'; readonly ms: number }
  /** The connection is lost, or was never made. */
  | { readonly type: 'lost'; readonly failure: ConnectionFailure; readonly now: number; readonly random: number }
  /** The connection is lost, and the transport reestablishes it by itself. */
  | { readonly type: 'interrupted'; readonly failure: ConnectionFailure; readonly now: number; readonly random: number }
  /** The server will send nothing more: it said so by 204, or by the event that `endOn` waits for. */
  | { readonly type: 'ended' }
  /** The timer of a wait has run off. */
  | { readonly type: 'timer'; readonly now: number }
  | { readonly type: 'hold'; readonly reason: PauseReason; readonly now: number }
  | { readonly type: 'release'; readonly reason: PauseReason; readonly now: number; readonly random: number }
  | { readonly type: 'reconnect-called'; readonly now: number }
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
  /** The stream is open again. */
  readonly reconnected?: { readonly resumed: boolean; readonly downtime: number }
}

export const initialState: ConnectionState = {
  status: { state: 'idle' },
  failures: 0,
  received: false,
  reconnectionTime: undefined,
  holds: [],
  wait: undefined,
  lostAt: undefined,
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
      if (status.state !== 'idle') return stay(state)
      return state.holds.length > 0 ? pause(state, undefined) : connect(state, undefined)

    case 'opened': {
      if (status.state !== 'connecting') return stay(state)
      const { opened, now } = input
      const { transport, resumed } = opened
      const { lostAt } = state
      const open: ConnectionStatus = { state: 'open', transport, since: now, resumed }
      const next = stay({ ...state, received: false, status: open })
      if (lostAt === undefined) return next
      return { ...next, reconnected: { resumed, downtime: Math.max(now - lostAt, 0) } }
    }

    case 'received':
      return state.received || status.state !== 'open' ? stay(state) : stay({ ...state, received: true })

    case 'reconnection-time':
      return stay({ ...state, reconnectionTime: clampReconnectionTime(input.ms) })

    case 'lost':
    case 'interrupted':
      return lose(state, input, policy)

    case 'ended':
      return close(state, { state: 'closed', reason: 'ended-by-server' })

    case 'timer':
      return status.state === 'waiting' ? waitOn(state, status, input.now) : stay(state)

    case 'hold':
      // What is used once cannot come back: better that it goes on for as long as it can.
      return policy === false ? stay(state) : hold(state, input, policy)

    case 'release':
      return release(state, input)

    case 'reconnect-called': {
      const left = { ...state, failures: countedFailures(state, policy, input.now), lostAt: lastLost(state, input.now) }
      const { state: next, effects } = connect(left, undefined)
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
    state: { ...state, wait: undefined, status: { state: 'connecting', attempt, ...(failure && { failure }) } },
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

/** A wait goes by the wall clock, in slices: timers stand still while a laptop sleeps, and the wait may be over when it wakes. */
const SLICE = 30_000

function waitOn(state: ConnectionState, status: WaitingStatus, now: number): Transition {
  const { delay, retryAt, failure } = status
  // Before its beginning: somebody has set the clock back, and it says nothing any more.
  if (now >= retryAt || now < retryAt - delay) return connect(state, failure)
  return {
    state: { ...state, wait: undefined, status },
    effects: [{ type: 'wait', ms: Math.min(retryAt - now, SLICE) }],
  }
}

function pause(state: ConnectionState, wait: WaitingStatus | undefined): Transition {
  const reason = state.holds[0]!
  const { status } = state
  if (status.state === 'paused' && status.reason === reason) return stay(state)
  return { state: { ...state, wait, status: { state: 'paused', reason } }, effects: leave(status) }
}

function hold(
  state: ConnectionState,
  { reason, now }: ConnectionInput & { type: 'hold' },
  policy: ReconnectionPolicy,
): Transition {
  if (state.holds.includes(reason)) return stay(state)
  const held = { ...state, holds: [...state.holds, reason] }
  const { status } = state
  if (status.state === 'waiting') return pause(held, status)
  // Being offline breaks a stream by itself, where it is true: what is open or under way may go on until it does.
  if ((status.state !== 'connecting' && status.state !== 'open') || reason === 'offline') return stay(held)
  return pause({ ...held, failures: countedFailures(state, policy, now), lostAt: lastLost(state, now) }, undefined)
}

/** Clients that come online together come back within this time, in ms, one by one. */
const ONLINE_SPREAD = 1000

function release(state: ConnectionState, input: ConnectionInput & { type: 'release' }): Transition {
  const { reason, now, random } = input
  const released = { ...state, holds: state.holds.filter((held) => held !== reason) }
  const { status, wait } = state
  if (status.state !== 'paused') return stay(released)
  if (released.holds.length > 0) return pause(released, wait)
  if (wait === undefined) return connect(released, undefined)
  if (reason !== 'offline') return waitOn(released, wait, now)
  // The network was at fault and not the server, so the backoff has lost its reason; what the server asked for has not.
  const asked = wait.retryAt - wait.delay + Math.max(wait.failure.retryAfter ?? 0, state.reconnectionTime ?? 0)
  const delay = Math.round(Math.max(asked - now, random * ONLINE_SPREAD))
  return waitOn(released, { ...wait, delay, retryAt: now + delay }, now)
}

function lastLost({ status, lostAt }: ConnectionState, now: number): number | undefined {
  return status.state === 'open' ? now : lostAt
}

function lose(
  before: ConnectionState,
  input: ConnectionInput & { type: 'lost' | 'interrupted' },
  policy: ReconnectionPolicy | false,
): Transition {
  const { failure, now, random } = input
  if (before.status.state !== 'connecting' && before.status.state !== 'open') return stay(before)
  const state = { ...before, lostAt: lastLost(before, now) }
  if (policy === false) {
    // One-shot use: the end of the stream is what was waited for.
    const oneShot: ConnectionStatus & { state: 'closed' } =
      failure.kind === 'ended'
        ? { state: 'closed', reason: 'ended-by-server' }
        : { state: 'closed', reason: 'failed', failure }
    return close(state, oneShot)
  }

  const counted = countedFailures(before, policy, now)
  // Nothing was heard of the server, and the device says that it has no network: the attempt does not count.
  if (state.holds.includes('offline') && UNHEARD.has(failure.kind)) {
    return giveTime({ ...state, failures: counted }, input, 0)
  }
  const failures = counted + 1
  const decision = decide(policy, { attempt: failures, failure, reconnectionTime: state.reconnectionTime, random })
  if ('error' in decision) {
    const { error } = decision
    const closed = close(state, { state: 'closed', reason: 'failed', failure: policyFailure(error) })
    return { state: closed.state, effects: [...closed.effects, { type: 'report', error }] }
  }
  const { delay } = decision
  if (delay === false) return close(state, { state: 'closed', reason: 'failed', failure })
  return giveTime({ ...state, failures }, input, delay)
}

/** The failures that a missing network brings about. */
const UNHEARD: ReadonlySet<string> = /*@__PURE__*/ new Set(['network', 'native', 'idle'])

/** Lets `delay` ms pass after a loss, or the pause that has begun meanwhile. */
function giveTime(
  state: ConnectionState,
  { type, failure, now }: ConnectionInput & { type: 'lost' | 'interrupted' },
  delay: number,
): Transition {
  const attempt = state.failures
  // How long to wait is then the transport's own business; whether to go on at all is still the policy's.
  if (type === 'interrupted') return stay({ ...state, status: { state: 'connecting', attempt, failure } })
  const wait: WaitingStatus = { state: 'waiting', attempt, delay, retryAt: now + delay, failure }
  if (state.holds.length > 0) return pause(state, wait)
  return {
    state: { ...state, status: wait },
    effects: [{ type: 'disconnect' }, { type: 'wait', ms: Math.min(delay, SLICE) }],
  }
}

/**
 * The failures that still count. Earlier attempts are forgotten only after the connection has proven itself, by staying open
 * and delivering something. A server that answers 200 and ends at once would defeat every limit that is reset on open.
 */
function countedFailures(
  { status, received, failures }: ConnectionState,
  policy: ReconnectionPolicy | false,
  now: number,
): number {
  if (policy === false || status.state !== 'open' || !received) return failures
  return now - status.since >= (policy.resetAfter ?? DEFAULT_RESET_AFTER) ? 0 : failures
}

/** The longest wait, about 24 days: so that `retryAt` is a date, whatever a policy says. */
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
    message: `The application's reconnection policy failed (${inWords(cause)}).`,
    cause,
  }
}
