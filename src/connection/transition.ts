import { advice } from '../messages/advice.js'
import type { ConnectionFailure } from '../failure/connection-failure.js'
import { inWords } from '../failure/in-words.js'
import {
  clampReconnectionTime,
  DEFAULT_RESET_AFTER,
  MAX_TIMER_DELAY,
  type ReconnectionPolicy,
} from '../reconnection/policy.js'
import type { TransportOpened } from '../transport/transport.js'
import type { Continuity } from './control.js'
import type { ClosedStatus, ConnectionStatus, PauseReason, WaitingStatus } from './status.js'

export interface ConnectionState {
  readonly status: ConnectionStatus
  /** Failed attempts and losses in a row, since the connection was last healthy. */
  readonly failures: number
  /** What the open connection has delivered so far. Any byte counts towards its being healthy. */
  readonly brought: 'nothing' | 'bytes' | 'events'
  /** The value of the stream's `retry:`, in ms, clamped. */
  readonly reconnectionTime: number | undefined
  /** The current reasons to pause, oldest first. */
  readonly holds: readonly PauseReason[]
  /** The wait that a pause interrupted. */
  readonly wait: WaitingStatus | undefined
  /** When the stream was last lost or closed; undefined if it was never open. */
  readonly lostAt: number | undefined
  /** Whether the server has said how a stream continues the one before, as the recovery contract asks it to. */
  readonly speaks: boolean
  /** What is to be reported of a reopened stream once the server has said how it continues. */
  readonly reopened: Reopened | undefined
}

interface Reopened {
  readonly resumed: boolean
  readonly downtime: number
}

/** The settings of a connection, which never change. */
export interface ConnectionRules {
  readonly reconnection: ReconnectionPolicy | false
  /** Whether the server marks the end of a complete stream (`endOn`): one that ends without the mark was cut short. */
  readonly endIsMarked: boolean
}

export type ConnectionInput =
  | { readonly type: 'start'; readonly now: number }
  | { readonly type: 'opened'; readonly opened: TransportOpened; readonly now: number }
  /** The first byte of a stream. */
  | { readonly type: 'received' }
  /** The first event of a stream. */
  | { readonly type: 'delivered' }
  /** The server has said how the stream continues the one before. */
  | { readonly type: 'continued'; readonly continuity: Continuity }
  | { readonly type: 'reconnection-time'; readonly ms: number }
  /** The connection was lost, or could not be established. */
  | { readonly type: 'lost'; readonly failure: ConnectionFailure; readonly now: number; readonly random: number }
  /** The connection was lost, and the transport reestablishes it automatically. */
  | { readonly type: 'interrupted'; readonly failure: ConnectionFailure; readonly now: number; readonly random: number }
  /** The server will send nothing more: it answered 204, or sent the event that `endOn` recognises. */
  | { readonly type: 'ended'; readonly now: number }
  /** The timer of a wait has fired. */
  | { readonly type: 'timer'; readonly now: number }
  | { readonly type: 'hold'; readonly reason: PauseReason; readonly now: number }
  | { readonly type: 'release'; readonly reason: PauseReason; readonly now: number; readonly random: number }
  | { readonly type: 'reconnect-called'; readonly now: number }
  /** Nobody uses the stream at the moment. */
  | { readonly type: 'rest'; readonly now: number }
  /** The connection cannot continue because of a failure on our side. */
  | { readonly type: 'failed'; readonly failure: ConnectionFailure; readonly now: number }
  | { readonly type: 'closed'; readonly reason: 'close-called' | 'aborted' }

export type ConnectionEffect =
  | { readonly type: 'connect'; readonly attempt: number; readonly failure: ConnectionFailure | undefined }
  | { readonly type: 'disconnect' }
  | { readonly type: 'wait'; readonly ms: number }
  | { readonly type: 'stop-waiting' }
  /** Reports an exception of the application's policy. */
  | { readonly type: 'report'; readonly error: unknown }

export interface Transition {
  readonly state: ConnectionState
  readonly effects: readonly ConnectionEffect[]
  /** Set if the stream is open again. */
  readonly reconnected?: Reopened & { readonly continuity: Continuity }
}

export const initialState: ConnectionState = {
  status: { state: 'idle' },
  failures: 0,
  brought: 'nothing',
  reconnectionTime: undefined,
  holds: [],
  wait: undefined,
  lostAt: undefined,
  speaks: false,
  reopened: undefined,
}

/** The whole behaviour of a connection over time. Pure: time and randomness come with the input. */
export function transition(state: ConnectionState, input: ConnectionInput, rules: ConnectionRules): Transition {
  const { status } = state
  if (status.state === 'closed' && (isFinal(status) || !REOPENING.has(input.type))) return stay(state)

  switch (input.type) {
    case 'start':
      return status.state === 'idle' ? goOn(state, state.wait, input.now) : stay(state)

    case 'opened': {
      if (status.state !== 'connecting') return stay(state)
      const { opened, now } = input
      const { transport, resumed } = opened
      const { lostAt } = state
      const open: ConnectionStatus = { state: 'open', transport, since: now, resumed, continuity: 'unknown' }
      const reopened = lostAt === undefined ? undefined : { resumed, downtime: Math.max(now - lostAt, 0) }
      const next: ConnectionState = { ...state, brought: 'nothing', status: open, reopened }
      return state.speaks ? stay(next) : announce(next, 'unknown')
    }

    case 'received':
      return state.brought === 'nothing' ? stay({ ...state, brought: 'bytes' }) : stay(state)

    case 'delivered':
      return announce({ ...state, brought: 'events' }, 'unknown')

    case 'continued': {
      const { continuity } = input
      if (status.state !== 'open') return stay(state)
      const said = status.continuity === continuity ? status : { ...status, continuity }
      return announce({ ...state, speaks: true, status: said }, continuity)
    }

    case 'reconnection-time':
      return stay({ ...state, reconnectionTime: clampReconnectionTime(input.ms) })

    case 'lost':
    case 'interrupted':
      return lose(state, input, rules)

    case 'ended':
      return close(state, { state: 'closed', reason: 'ended-by-server' }, input.now)

    case 'timer':
      return status.state === 'waiting' ? waitOn(state, status, input.now) : stay(state)

    case 'hold':
      return hold(state, input, rules)

    case 'release':
      return release(state, input)

    case 'reconnect-called': {
      // After the end, the application starts again: earlier failures do not count.
      const failures = status.state === 'closed' ? 0 : countedFailures(state, rules, input.now)
      const { state: next, effects } = connect({ ...state, failures, lostAt: lastLost(state, input.now) }, undefined)
      return { state: next, effects: [...leave(status), ...effects] }
    }

    case 'rest':
      return rest(state, input.now, rules)

    case 'failed':
      return close(state, { state: 'closed', reason: 'failed', failure: input.failure }, input.now)

    case 'closed':
      return { state: { ...state, status: { state: 'closed', reason: input.reason } }, effects: leave(status) }
  }
}

/** Whether nothing can open the connection again. */
export function isFinal(status: ConnectionStatus): boolean {
  return status.state === 'closed' && (status.reason === 'close-called' || status.reason === 'aborted')
}

/** The inputs that still have an effect after `failed` and `ended-by-server`. */
const REOPENING: ReadonlySet<ConnectionInput['type']> = /*@__PURE__*/ new Set(['reconnect-called', 'hold', 'closed'])

function stay(state: ConnectionState): Transition {
  return { state, effects: [] }
}

/** Reports a reopened stream, once. */
function announce(state: ConnectionState, continuity: Continuity): Transition {
  const { reopened } = state
  if (reopened === undefined) return stay(state)
  return { ...stay({ ...state, reopened: undefined }), reconnected: { ...reopened, continuity } }
}

function connect(state: ConnectionState, failure: ConnectionFailure | undefined): Transition {
  const attempt = state.failures
  return {
    state: { ...state, wait: undefined, status: { state: 'connecting', attempt, ...(failure && { failure }) } },
    effects: [{ type: 'connect', attempt, failure }],
  }
}

/** Closes until `reconnect()` is called. The page is not watched meanwhile, so its `holds` are cleared. */
function close(state: ConnectionState, status: ClosedStatus, now: number): Transition {
  return { state: { ...state, holds: [], lostAt: lastLost(state, now), status }, effects: leave(state.status) }
}

/** Closes the stream. A backoff continues, so that removing and adding listeners does not bypass it. */
function rest(state: ConnectionState, now: number, rules: ConnectionRules): Transition {
  const { status } = state
  const wait = status.state === 'waiting' ? status : state.wait
  const failures = countedFailures(state, rules, now)
  return {
    state: { ...state, failures, wait, holds: [], lostAt: lastLost(state, now), status: { state: 'idle' } },
    effects: leave(status),
  }
}

/** The effects that release what a state holds. */
function leave(status: ConnectionStatus): ConnectionEffect[] {
  if (status.state === 'connecting' || status.state === 'open') return [{ type: 'disconnect' }]
  return status.state === 'waiting' ? [{ type: 'stop-waiting' }] : []
}

/** The longest timer, in ms: timers stop while a laptop sleeps, so that a wait checks the wall clock in slices. */
const SLICE = 30_000

function waitOn(state: ConnectionState, status: WaitingStatus, now: number): Transition {
  const { delay, retryAt, failure } = status
  // If now is before the start of the wait, the clock was set back and `retryAt` is meaningless.
  if (now >= retryAt || now < retryAt - delay) return connect(state, failure)
  return {
    state: { ...state, status },
    effects: [{ type: 'wait', ms: Math.min(retryAt - now, SLICE) }],
  }
}

/** Connects or waits, or pauses if there is a reason to. */
function goOn(state: ConnectionState, wait: WaitingStatus | undefined, now: number): Transition {
  const reason = obstacle(state, wait)
  if (reason !== undefined) return pause(state, reason, wait)
  return wait === undefined ? connect(state, undefined) : waitOn(state, wait, now)
}

/** `navigator.onLine` can be wrong, so being offline only delays an attempt after a failure. */
function obstacle({ holds }: ConnectionState, wait: WaitingStatus | undefined): PauseReason | undefined {
  return holds.find((reason) => reason !== 'offline' || wait !== undefined)
}

function pause(state: ConnectionState, reason: PauseReason, wait: WaitingStatus | undefined): Transition {
  const { status } = state
  if (status.state === 'paused' && status.reason === reason) return stay(state)
  return { state: { ...state, wait, status: { state: 'paused', reason } }, effects: leave(status) }
}

function hold(
  state: ConnectionState,
  { reason, now }: ConnectionInput & { type: 'hold' },
  rules: ConnectionRules,
): Transition {
  if (state.holds.includes(reason)) return stay(state)
  const held = { ...state, holds: [...state.holds, reason] }
  const { status } = state
  if (status.state === 'waiting') return pause(held, reason, status)
  if (status.state !== 'connecting' && status.state !== 'open') return stay(held)
  // An offline stream fails without our help. Without reconnection, a stream could not resume, so it is never paused.
  if (reason === 'offline' || rules.reconnection === false) return stay(held)
  const failures = countedFailures(state, rules, now)
  return pause({ ...held, failures, lostAt: lastLost(state, now) }, reason, undefined)
}

/** Clients that come online together spread their attempts over this time, in ms. */
const ONLINE_SPREAD = 1000

function release(state: ConnectionState, input: ConnectionInput & { type: 'release' }): Transition {
  const { reason, now, random } = input
  const released = { ...state, holds: state.holds.filter((held) => held !== reason) }
  const { status, wait } = state
  if (status.state !== 'paused') return stay(released)
  if (wait === undefined || reason !== 'offline' || obstacle(released, wait)) return goOn(released, wait, now)
  // The network was at fault, not the server: drop the backoff, but keep the delay that the server asked for.
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
  rules: ConnectionRules,
): Transition {
  const { failure, now, random } = input
  const { status } = before
  if (status.state !== 'connecting' && status.state !== 'open') return stay(before)
  const state = { ...before, lostAt: lastLost(before, now) }
  const ended: ClosedStatus = { state: 'closed', reason: 'ended-by-server' }
  const failed: ClosedStatus = { state: 'closed', reason: 'failed', failure }
  const isCleanEnd = failure.kind === 'ended' && !rules.endIsMarked
  const { reconnection } = rules
  // One-shot use: the end of the stream is a success.
  if (reconnection === false) return close(state, isCleanEnd ? ended : failed, now)

  // A server that sends what it has and ends the stream is healthy, so this does not count as a failure.
  const brought = isCleanEnd && before.brought === 'events'
  const counted = brought ? 0 : countedFailures(before, rules, now)
  // The server did not answer and the device is offline: the attempt does not count.
  if (state.holds.includes('offline') && NETWORK_KINDS.has(failure.kind)) {
    return waitAfterLoss({ ...state, failures: counted }, input, 0)
  }
  const failures = counted + 1
  const { reconnectionTime } = state
  const decision = decide(reconnection, { attempt: failures, failure, reconnectionTime, random })
  if ('error' in decision) {
    const { error } = decision
    const closed = close(state, { state: 'closed', reason: 'failed', failure: policyFailure(error) }, now)
    return { state: closed.state, effects: [...closed.effects, { type: 'report', error }] }
  }
  const { delay } = decision
  if (delay !== false) return waitAfterLoss({ ...state, failures }, input, delay)
  // Complete if it delivered events, or was resumed and the server had nothing to add.
  const wasComplete = brought || (isCleanEnd && status.state === 'open' && status.resumed)
  return close(state, wasComplete ? ended : failed, now)
}

/** The failures that a missing network can cause. */
const NETWORK_KINDS: ReadonlySet<string> = /*@__PURE__*/ new Set(['network', 'native', 'idle'])

/** Waits `delay` ms after a loss, or pauses if there is a reason to. */
function waitAfterLoss(
  state: ConnectionState,
  { type, failure, now }: ConnectionInput & { type: 'lost' | 'interrupted' },
  delay: number,
): Transition {
  const attempt = state.failures
  // The transport decides how long to wait; the policy only decides whether to continue.
  if (type === 'interrupted') return stay({ ...state, status: { state: 'connecting', attempt, failure } })
  const wait: WaitingStatus = { state: 'waiting', attempt, delay, retryAt: now + delay, failure }
  const obstructed = obstacle(state, wait)
  if (obstructed !== undefined) return pause(state, obstructed, wait)
  return {
    state: { ...state, status: wait },
    effects: [{ type: 'disconnect' }, { type: 'wait', ms: Math.min(delay, SLICE) }],
  }
}

/**
 * The failures that still count. They are forgotten only after the connection has stayed open and delivered something:
 * a server that answers 200 and ends immediately would defeat every limit that is reset on open.
 */
function countedFailures(
  { status, brought, failures }: ConnectionState,
  { reconnection }: ConnectionRules,
  now: number,
): number {
  if (reconnection === false || status.state !== 'open' || brought === 'nothing') return failures
  return now - status.since >= (reconnection.resetAfter ?? DEFAULT_RESET_AFTER) ? 0 : failures
}

function decide(
  policy: ReconnectionPolicy,
  context: Parameters<ReconnectionPolicy>[0],
): { delay: number | false } | { error: unknown } {
  try {
    const delay = policy(context)
    if (delay === false) return { delay }
    if (typeof delay !== 'number' || !(delay >= 0)) {
      throw new RangeError(
        `reconnection: the policy ${advice('must return ms, at least 0, or false; it ')}returned ${String(delay)}` +
          advice('.', 'reference'),
      )
    }
    // Limited, so that `retryAt` is a valid date even if the policy returns Infinity.
    return { delay: Math.min(Math.round(delay), MAX_TIMER_DELAY) }
  } catch (error) {
    return { error }
  }
}

function policyFailure(cause: unknown): ConnectionFailure {
  return {
    kind: 'application',
    fatal: true,
    message: `The application's reconnection policy failed (${inWords(cause)})${advice('.', 'failures')}`,
    cause,
  }
}
