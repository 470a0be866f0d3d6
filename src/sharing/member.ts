import type { ClosedStatus, ConnectionStatus, IdleStatus, PausedStatus, WaitingStatus } from '../connection/status.js'
import { isFinal } from '../connection/transition.js'
import { createMemory, eventsAfter, type Memory, remember, restart, sift } from './memory.js'
import {
  compareTerms,
  type LeaderMessage,
  type MemberMessage,
  type RelayedEvent,
  type RelayMessage,
  type Term,
  type WantedTypes,
  type Welcome,
  mergeTypes,
} from './relay.js'
import { check, heard, isSuspect, QUIET, startWatch, type Watch } from './watch.js'

/** What a member of a group is doing. */
export type Phase =
  /** It is not in the group, and holds nothing. */
  | { readonly name: 'away' }
  /** It looks for the leader, or becomes it. */
  | { readonly name: 'joining'; readonly watch: Watch }
  /** It gets its events from the leader, at the place `seq`, except for those that it has. */
  | {
      readonly name: 'following'
      readonly seq: number
      readonly skip: readonly RelayedEvent[]
      readonly watch: Watch
    }
  /** It is elsewhere in the stream than the leader: it asks for what is missing, or reads that on its own stream. */
  | { readonly name: 'catching-up'; readonly isStreaming: boolean; readonly watch: Watch }
  /** It holds the lock, reads the stream and relays it. */
  | {
      readonly name: 'leading'
      /** How many events it has relayed. */
      readonly seq: number
      readonly since: number
      /** The status of its own connection; undefined before that is opened. */
      readonly stream: ConnectionStatus | undefined
    }

export interface MemberState {
  readonly id: string
  readonly phase: Phase
  /** The latest term that this member has heard of. */
  readonly term: Term
  readonly lastEventId: string
  readonly memory: Memory
  /** What the application sees. */
  readonly status: ConnectionStatus
  /** When the stream was last lost for the application; undefined if it is open or never was. */
  readonly lostAt: number | undefined
  /** Whether no event can be missing at the place where the member is now. */
  readonly isContinuous: boolean
  /** The wait before the next attempt of the group, which a new leader observes. */
  readonly wait: WaitingStatus | undefined
  /** As far as this member knows, so that it can ask for them when it leads. */
  readonly types: WantedTypes
}

export type MemberInput =
  /** @param lastEventId - that of the last event which was delivered */
  | { readonly type: 'join'; readonly lastEventId: string }
  | { readonly type: 'leave'; readonly status: ClosedStatus | IdleStatus | PausedStatus }
  /** The lock is held. */
  | { readonly type: 'granted' }
  /** Another member holds the lock. */
  | { readonly type: 'refused' }
  /** This member alone may steal the lock now. */
  | { readonly type: 'fenced' }
  /** The lock was stolen. */
  | { readonly type: 'stolen' }
  | { readonly type: 'heard'; readonly message: RelayMessage }
  /** A task has run, so this page is not frozen, and may answer. */
  | { readonly type: 'answer'; readonly question: Question }
  | { readonly type: 'wake' }
  /** The member's own stream has delivered a chunk. */
  | { readonly type: 'events'; readonly events: readonly RelayedEvent[] }
  | { readonly type: 'stream'; readonly status: ConnectionStatus }
  | { readonly type: 'reconnect' }
  /** The application wants events of these types. */
  | { readonly type: 'want'; readonly types: WantedTypes }

/** What a leader is asked: by a member that joins, or whether it is alive. */
export type Question = Extract<MemberMessage, { type: 'hello' | 'ping' }>

export type MemberEffect =
  /** Opens the channel, and requests the lock if nobody holds it. */
  | 'enter'
  /** Releases everything: channel, locks, stream and timer. */
  | 'exit'
  /** Waits in the queue for the lock, if it does not already. */
  | 'queue'
  /** Asks to be the only one that may steal the lock. */
  | 'fence'
  /** Others may: they have heard of the new leader. Not by a timer, which stops in a page that freezes. */
  | 'unfence'
  | 'steal'
  /** Gives the lock back, and leaves the queue. */
  | 'release'
  | { readonly post: RelayMessage }
  /** Returns the question as an `answer`, in a task: a frozen page still gets messages, but runs no tasks. */
  | { readonly answer: Question }
  /** Opens the stream, after the last event ID. */
  | 'open'
  | 'close'
  | 'reconnect'
  /** Makes sure that the stream, if there is one, delivers all wanted types. */
  | 'listen'
  /** Sets the one timer of the member, in ms. */
  | { readonly wake: number }

export interface MemberTransition {
  readonly state: MemberState
  readonly effects: readonly MemberEffect[]
  /** What the application gets, after the status. The events of the member's own stream it has already. */
  readonly delivered?: readonly RelayedEvent[]
  /** Set if the stream is open again after a loss that the application has noticed. */
  readonly reconnected?: { readonly resumed: boolean; readonly downtime: number } | undefined
}

/** How long a hand-over may take before the application sees it, in ms, and a closed leader waits for its followers. */
export const GRACE = 1000

export function createMember(id: string, lastEventId: string, keepsLatest: boolean): MemberState {
  return {
    id,
    phase: { name: 'away' },
    term: { epoch: 0, leader: '' },
    lastEventId,
    memory: createMemory(lastEventId, keepsLatest),
    status: { state: 'idle' },
    lostAt: undefined,
    isContinuous: true,
    wait: undefined,
    types: new Set(),
  }
}

/** The whole behaviour of a member. Pure: time and randomness are arguments. */
export function transition(state: MemberState, input: MemberInput, now: number, random: number): MemberTransition {
  const { phase } = state
  if (phase.name === 'away' && !OUTSIDE.has(input.type)) return stay(state)

  switch (input.type) {
    case 'join':
      return phase.name === 'away' ? join(state, input.lastEventId, now) : stay(state)

    case 'leave':
      return mayLeave(state.status, input.status) ? leave(state, input.status, now) : stay(state)

    case 'granted':
      return lead(state, now)

    case 'refused':
      return stay(state, [hello(state)])

    case 'fenced':
      // The leader may have been heard while this member waited for the fence.
      return stay(state, ['watch' in phase && isSuspect(phase.watch, now) ? 'steal' : 'unfence'])

    case 'stolen':
      return phase.name === 'leading' ? stepDown(state, now) : stay(state)

    case 'heard':
      return hear(learn(state, input.message), input.message, now)

    case 'answer':
      return answer(state, input.question)

    case 'wake':
      return wake(state, now, random)

    case 'events':
      return read(state, input.events)

    case 'stream':
      return follow(state, input.status, now)

    case 'want': {
      const next = learn(state, input)
      if (next === state) return stay(state)
      return phase.name === 'away' ? stay(next) : stay(next, [{ post: input }, 'listen'])
    }

    case 'reconnect':
      return phase.name === 'following' ? stay(state, [{ post: { type: 'reconnect' } }]) : reconnect(state)
  }
}

/** The inputs that have an effect on a member outside the group. */
const OUTSIDE: ReadonlySet<MemberInput['type']> = /*@__PURE__*/ new Set(['join', 'leave', 'want'])

/** After the end, only closing for good has an effect. */
function mayLeave(before: ConnectionStatus, now: ConnectionStatus): boolean {
  return before.state !== 'closed' || (isFinal(now) && !isFinal(before))
}

function learn(state: MemberState, message: RelayMessage | MemberInput): MemberState {
  if (!('types' in message)) return state
  const types = mergeTypes(state.types, message.types)
  return types === state.types ? state : { ...state, types }
}

function stay(state: MemberState, effects: readonly MemberEffect[] = []): MemberTransition {
  return { state, effects }
}

function join(state: MemberState, lastEventId: string, now: number): MemberTransition {
  // The application did not get all that was received: what was not delivered is not remembered either.
  const memory = lastEventId === state.lastEventId ? state.memory : restart(state.memory, lastEventId)
  return {
    state: {
      ...state,
      lastEventId,
      memory,
      phase: { name: 'joining', watch: startWatch(now) },
      status: { state: 'connecting', attempt: 0 },
    },
    effects: ['enter', { wake: QUIET }],
  }
}

function leave(state: MemberState, status: ConnectionStatus, now: number): MemberTransition {
  const shown = show(state, status, now)
  const effects: MemberEffect[] = state.phase.name === 'away' ? [] : ['exit']
  return { state: { ...shown.state, phase: { name: 'away' } }, effects }
}

/** Begins a term of its own. */
function lead(state: MemberState, now: number): MemberTransition {
  const { phase, wait, id } = state
  const term: Term = { epoch: Math.max(state.term.epoch + 1, now), leader: id }
  const { status } = state
  const next: MemberState = {
    ...state,
    term,
    phase: { name: 'leading', seq: 0, since: now, stream: undefined },
    status: status.state === 'open' ? { ...status, role: 'leader' } : status,
  }
  const begun: MemberEffect[] = [...(isStreaming(phase) ? (['close'] as const) : []), announcement(next)]
  const rest = wait === undefined ? 0 : Math.min(wait.retryAt - now, wait.delay)
  if (rest > 0) {
    const waiting = publish(next, wait!, now)
    return { ...waiting, effects: [...begun, ...waiting.effects, { wake: rest }, 'unfence'] }
  }
  return stay(next, [...begun, 'open', { wake: GRACE }])
}

function announcement({ term, lastEventId }: MemberState): MemberEffect {
  return { post: { type: 'lead', ...term, lastEventId } }
}

function open(state: MemberState): MemberTransition {
  return stay(state, ['open', { wake: GRACE }])
}

/** Another member leads now, and has the lock. */
function stepDown(state: MemberState, now: number): MemberTransition {
  const next: MemberState = { ...state, phase: { name: 'joining', watch: startWatch(now) } }
  return stay(next, ['close', 'release', hello(next), { wake: QUIET }])
}

function hear(state: MemberState, message: RelayMessage, now: number): MemberTransition {
  const { phase, term } = state
  switch (message.type) {
    case 'want':
      return stay(state, ['listen'])
    case 'hello':
    case 'ping': {
      if (phase.name === 'leading') return stay(state, ['listen', { answer: message }])
      // One question is enough for all.
      if (phase.name !== 'following' || phase.watch.askedAt !== undefined || message.type === 'hello')
        return stay(state)
      return stay({ ...state, phase: { ...phase, watch: { ...phase.watch, askedAt: now } } })
    }
    case 'reconnect':
      return phase.name === 'leading' ? reconnect(state) : stay(state)
    default: {
      const order = compareTerms(message, term)
      if (order < 0) return stay(state)
      if (order === 0 || phase.name !== 'leading') return obey(state, message, now)
      const left = stepDown(state, now)
      const next = obey(left.state, message, now)
      return { ...next, effects: [...left.effects, ...next.effects] }
    }
  }
}

/** A message of the leader, or of one that has replaced it. */
function obey(before: MemberState, message: LeaderMessage, now: number): MemberTransition {
  const { epoch, leader, type } = message
  const isNew = compareTerms(message, before.term) > 0
  const state = isNew ? { ...before, term: { epoch, leader } } : before
  const { phase } = state
  if (!('watch' in phase)) return stay(state)
  const watch = heard(phase.watch, now, type === 'pong')
  const listening: MemberState = { ...state, phase: { ...phase, watch } }

  if (type === 'lead') return take(listening, { seq: 0, ...message }, watch)
  if (phase.name === 'joining' || phase.name === 'catching-up') {
    if (type !== 'welcome' || message.to !== state.id) return stay(listening)
    // The stream has closed, so the leader is about to go.
    if (message.status.state === 'closed') return stay(listening, ['queue'])
    return settle(take(listening, message, watch), message, now)
  }
  if (isNew) return ask(listening, watch)
  if (type === 'status') {
    if (message.status.state !== 'closed') return show(listening, message.status, now)
    return leave(listening, message.status, now)
  }
  if (type !== 'batch' || phase.name !== 'following') return stay(listening)
  if (message.seq !== phase.seq) return ask(listening, watch)
  const { skip, events } = sift(phase.skip, message.events)
  const seq = phase.seq + message.events.length
  const next = keep({ ...listening, phase: { ...phase, watch, seq, skip } }, events)
  return { state: next, effects: [], delivered: events }
}

/** Takes the place of the leader in the stream, without a gap and without a repetition, or asks for what is missing. */
function take(
  state: MemberState,
  place: Pick<Welcome, 'seq' | 'lastEventId'> & Partial<Omit<Welcome, 'type'>>,
  watch: Watch,
): MemberTransition {
  const { lastEventId, memory, phase } = state
  const isNew = lastEventId === ''
  const isEqual = isNew || lastEventId === place.lastEventId
  const ahead = isEqual ? [] : eventsAfter(memory, place.lastEventId)
  const missed = ahead ?? (place.missed && eventsAfter({ base: place.asked!, events: place.missed }, lastEventId))
  if (missed === undefined) return ask(state, watch, place.asked !== undefined)
  const skip = ahead ?? []
  const events = ahead === undefined ? missed : isNew ? (place.latest ?? []) : []
  const effects: MemberEffect[] = [...(isStreaming(phase) ? (['close'] as const) : []), 'queue']
  const taken: MemberState = {
    ...keep(state, events),
    phase: { name: 'following', seq: place.seq, skip, watch },
    isContinuous: state.isContinuous && !isNew,
  }
  if (!isNew) return { state: taken, effects, delivered: events }
  const restarted = { ...taken, lastEventId: place.lastEventId, memory: restart(taken.memory, place.lastEventId) }
  return { state: restarted, effects, delivered: events }
}

/** Shows the leader's status. A stream that is open already has been resumed if nothing is missing here. */
function settle(taken: MemberTransition, { status }: Welcome, now: number): MemberTransition {
  if (taken.state.phase.name !== 'following') return taken
  const shown = show(taken.state, status.state === 'open' ? { ...status, resumed: true } : status, now)
  return { ...taken, ...shown, effects: taken.effects }
}

/** @param isUnknown - whether the leader has been asked and does not know this member's last event */
function ask(state: MemberState, watch: Watch, isUnknown = false): MemberTransition {
  const { phase } = state
  const opens = isUnknown && !isStreaming(phase)
  const next: MemberState = {
    ...state,
    phase: { name: 'catching-up', isStreaming: opens || isStreaming(phase), watch },
  }
  return stay(next, opens ? ['open'] : isUnknown ? [] : [hello(state), { wake: QUIET }])
}

function reconnect(state: MemberState): MemberTransition {
  const { phase } = state
  if (phase.name === 'leading' && phase.stream === undefined) return open(state)
  return stay(state, phase.name === 'leading' || isStreaming(phase) ? ['reconnect'] : [])
}

function answer(state: MemberState, question: Question): MemberTransition {
  const { phase, term, lastEventId, memory } = state
  if (phase.name !== 'leading') return stay(state)
  // A member knows a later term, so it would not listen: the clock was set back, or this leader knew nobody.
  if (question.epoch > term.epoch) {
    const later: MemberState = { ...state, term: { ...term, epoch: question.epoch + 1 }, phase: { ...phase, seq: 0 } }
    const status = phase.stream ?? state.status
    return stay(later, [announcement(later), { post: { type: 'status', ...later.term, status } }])
  }
  if (question.type === 'ping') return stay(state, [{ post: { type: 'pong', ...term } }])
  const welcome: Welcome = {
    type: 'welcome',
    to: question.from,
    seq: phase.seq,
    lastEventId,
    asked: question.lastEventId,
    missed: eventsAfter(memory, question.lastEventId),
    latest: question.wantsLatest && memory.latest ? [...memory.latest.values()] : [],
    status: phase.stream ?? state.status,
    types: state.types,
  }
  return stay(state, [{ post: { ...welcome, ...term } }])
}

function wake(state: MemberState, now: number, random: number): MemberTransition {
  const { phase, term } = state
  if (phase.name === 'leading') {
    const { stream } = phase
    if (stream === undefined) return open(state)
    if (stream.state === 'closed') return leave(state, stream, now)
    return stream.state === 'connecting' ? publish(state, stream, now) : stay(state)
  }
  if (phase.name === 'away') return stay(state)
  const { watch, verdict, ms } = check(phase.watch, now, random)
  if (verdict === 'suspect') return stay({ ...state, phase: { ...phase, watch } }, ['fence', { wake: ms }])
  if (phase.name === 'following') {
    const ping: MemberEffect = { post: { type: 'ping', epoch: term.epoch } }
    const asked = verdict === 'ask' ? [ping] : []
    return stay({ ...state, phase: { ...phase, watch } }, [...asked, { wake: ms }])
  }
  const restless = { ...phase, watch: { ...watch, dueAt: now + QUIET } }
  return stay({ ...state, phase: restless }, [hello(state), { wake: QUIET }])
}

/** Events of the member's own stream. */
function read(state: MemberState, events: readonly RelayedEvent[]): MemberTransition {
  const { phase, term } = state
  const next = keep(state, events)
  if (phase.name !== 'leading') return stay(next)
  const { seq } = phase
  const batch: MemberEffect = { post: { type: 'batch', ...term, seq, events } }
  return stay({ ...next, phase: { ...phase, seq: seq + events.length } }, [batch])
}

/** The member's own stream has another status. */
function follow(state: MemberState, status: ConnectionStatus, now: number): MemberTransition {
  const { phase } = state
  if (phase.name !== 'leading') {
    if (!isStreaming(phase)) return stay(state)
    return status.state === 'closed' ? leave(state, status, now) : show(state, status, now)
  }
  const next: MemberState = { ...state, phase: { ...phase, stream: status } }
  const isHandOver = state.status.state === 'open' && status.state === 'connecting' && status.failure === undefined
  if (isHandOver && phase.stream?.state !== 'open' && now - phase.since < GRACE) return stay(next)
  const { effects, ...published } = publish(next, status, now)
  const ends: MemberEffect[] = status.state === 'closed' ? [{ wake: GRACE }] : []
  return { ...published, effects: [...effects, ...ends, 'unfence'] }
}

function publish(state: MemberState, status: ConnectionStatus, now: number): MemberTransition {
  return {
    ...show(state, status, now),
    effects: [{ post: { type: 'status', ...state.term, status } }],
  }
}

function show(state: MemberState, status: ConnectionStatus, now: number): MemberTransition {
  const before = state.status
  const wasOpen = before.state === 'open'
  if (status.state !== 'open') {
    const wait =
      status.state === 'waiting'
        ? status
        : status.state === 'idle' || status.state === 'paused'
          ? state.wait
          : undefined
    return stay({ ...state, status, wait, lostAt: wasOpen ? now : state.lostAt })
  }
  const { lostAt } = state
  const role = state.phase.name === 'leading' ? 'leader' : isStreaming(state.phase) ? 'alone' : 'follower'
  const isSame = wasOpen && before.since === status.since
  const resumed = isSame ? before.resumed : status.resumed && state.isContinuous
  const next: MemberState = {
    ...state,
    status: { ...status, resumed, role, continuity: resumed ? status.continuity : 'unknown' },
    lostAt: undefined,
    isContinuous: true,
    wait: undefined,
  }
  const isNoticed = lostAt !== undefined || (wasOpen && !resumed && !isSame)
  const downtime = Math.max(now - (lostAt ?? now), 0)
  return { state: next, effects: [], ...(isNoticed && { reconnected: { resumed, downtime } }) }
}

function keep(state: MemberState, events: readonly RelayedEvent[]): MemberState {
  const last = events.at(-1)
  if (last === undefined) return state
  return { ...state, lastEventId: last.lastEventId, memory: remember(state.memory, events) }
}

function hello({ id, term: { epoch }, lastEventId, types, memory }: MemberState): MemberEffect {
  const wantsLatest = lastEventId === '' && memory.latest !== undefined
  return { post: { type: 'hello', from: id, epoch, lastEventId, wantsLatest, types } }
}

function isStreaming(phase: Phase): boolean {
  return phase.name === 'catching-up' && phase.isStreaming
}
