import { type Connection, type ConnectionOptions, createConnection } from '../connection/connection.js'
import type { ClosedStatus, IdleStatus, PausedStatus, PauseReason } from '../connection/status.js'
import { isFinal } from '../connection/transition.js'
import { createStore } from '../observable/store.js'
import { createGroup, type Group, runTask } from './group.js'
import { createMember, type MemberEffect, type MemberInput, transition } from './member.js'
import { cloneable, type RelayedEvent, type RelayMessage } from './relay.js'

export interface Sharing {
  /** The name of the group for this URL; undefined if the URL is not known and nothing else names it. */
  readonly nameGroup: (url: string | undefined) => string | undefined
  readonly replayLatest: boolean
}

/** Runs the state machine of `member.ts`: turns what happens into inputs, and carries out the effects. */
export function shareConnection(options: ConnectionOptions, sharing: Sharing): Connection {
  const { address, environment, whenHidden } = options
  let state = createMember(crypto.randomUUID(), options.lastEventId, sharing.replayLatest)
  let published = state.status
  const status = createStore(published)
  /** That of the last event which the application got. */
  let { lastEventId } = options
  let group: Group | undefined
  let isAlone = false
  let stream: Connection | undefined
  /** What the stream has delivered in this turn, which is posted as one message. */
  let chunk: RelayedEvent[] = []
  let stopWaking: (() => void) | undefined
  let stopWatching: (() => void) | undefined
  const holds = new Set<PauseReason>()

  function dispatch(input: MemberInput): void {
    if (input.type !== 'events') flush()
    const next = transition(state, input, environment.now(), environment.random())
    ;({ state } = next)
    for (const effect of next.effects) run(effect)
    publish()
    if (next.reconnected && isInside()) {
      const { continuity = 'unknown' } = state.status.state === 'open' ? state.status : {}
      options.onReconnect({ ...next.reconnected, continuity, lastEventId })
    }
    for (const event of next.delivered ?? []) if (isInside()) deliver(event)
    // A member that has had no event begins where the leader is.
    if (input.type === 'heard' && isInside()) ({ lastEventId } = state)
  }

  function isInside(): boolean {
    return state.phase.name !== 'away'
  }

  function deliver(event: RelayedEvent): void {
    lastEventId = event.lastEventId
    options.onMessage(event, event.origin, lastEventId)
  }

  function flush(): void {
    const events = chunk
    chunk = []
    if (events.length > 0) dispatch({ type: 'events', events })
  }

  function publish(): void {
    const now = state.status
    if (now === published) return
    published = now
    if (now.state === 'closed' || now.state === 'idle') {
      stopWatching?.()
      stopWatching = undefined
      holds.clear()
    }
    if (now.state === 'closed') options.onClosed(now)
    if (published !== now) return
    status.set(isAlone && now.state === 'open' ? { ...now, role: 'alone' } : now)
    if (isFinal(now)) status.release()
  }

  function run(effect: MemberEffect): void {
    if (typeof effect === 'object') {
      if ('answer' in effect) return runTask(() => dispatch({ type: 'answer', question: effect.answer }))
      if ('post' in effect) return post(effect.post)
      stopWaking?.()
      stopWaking = environment.delay(effect.wake, () => dispatch({ type: 'wake' }))
    } else if (effect === 'open') openStream()
    else if (effect === 'close') closeStream()
    else if (effect === 'reconnect') stream?.reconnect()
    else if (effect === 'listen') listen()
    else {
      if (effect === 'exit') {
        stopWaking?.()
        closeStream()
      }
      group?.[effect]()
    }
  }

  function post(message: RelayMessage): void {
    group?.post('status' in message ? { ...message, status: cloneable(message.status) } : message)
  }

  function openStream(): void {
    const opened = createConnection({
      ...options,
      lastEventId: state.lastEventId,
      // A hidden tab leaves the group instead.
      whenHidden: 'continue',
      onMessage(message, origin, id) {
        if (stream !== opened) return
        const { event, data, id: own } = message
        if (chunk.push({ event, data, id: own, lastEventId: id, origin }) === 1) queueMicrotask(flush)
        lastEventId = id
        options.onMessage(message, origin, id)
      },
      onReconnect() {},
      onClosed() {},
    })
    stream = opened
    listen()
    opened.status.subscribe((now) => {
      if (stream === opened && now.state !== 'idle') dispatch({ type: 'stream', status: now })
    })
    opened.start()
  }

  function closeStream(): void {
    const left = stream
    stream = undefined
    left?.close('close-called')
  }

  function listen(): void {
    const { types } = state
    if (types === 'every') stream?.listenToEveryType()
    else for (const type of types) stream?.listen(type)
  }

  function join(): void {
    watch()
    if (holds.size > 0) return pause()
    const name = sharing.nameGroup(address.current)
    if (name === undefined) return leave({ state: 'closed', reason: 'failed', failure: UNNAMED })
    group ??= createGroup(name, (input) => {
      if (input.type !== 'unavailable') return dispatch(input)
      isAlone = true
      dispatch({ type: 'granted' })
    })
    dispatch({ type: 'join', lastEventId })
  }

  /** Lasts until the source is idle or closed. */
  function watch(): void {
    stopWatching ??= environment.watch((reason, applies) => {
      // The leader's own connection waits for the network.
      if (reason === 'offline' || (reason === 'hidden' && whenHidden === 'continue')) return
      if (applies) holds.add(reason)
      else holds.delete(reason)
      // While the watch begins, join() looks at the reasons itself.
      if (stopWatching === undefined) return
      if (holds.size > 0) pause()
      else if (status.get().state === 'paused') join()
    })
  }

  function pause(): void {
    const [reason] = holds
    leave({ state: 'paused', reason: reason! })
  }

  function leave(left: ClosedStatus | IdleStatus | PausedStatus): void {
    dispatch({ type: 'leave', status: left })
  }

  return {
    status,
    get lastEventId() {
      return stream?.lastEventId ?? lastEventId
    },
    start() {
      if (status.get().state === 'idle') join()
    },
    rest: () => leave({ state: 'idle' }),
    listen: (type) => dispatch({ type: 'want', types: new Set([type]) }),
    listenToEveryType: () => dispatch({ type: 'want', types: 'every' }),
    reconnect() {
      if (isInside()) dispatch({ type: 'reconnect' })
      else if (!isFinal(status.get())) join()
    },
    end() {
      if (stream) stream.end()
      else leave({ state: 'closed', reason: 'ended-by-server' })
    },
    close: (reason) => leave({ state: 'closed', reason }),
    fail: (failure) => leave({ state: 'closed', reason: 'failed', failure }),
  }
}

const UNNAMED = {
  kind: 'application',
  fatal: true,
  message: 'sharedTransport: if the url is a function, tabs cannot tell which of them share it; pass a name.',
} as const
