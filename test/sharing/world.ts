import type { ConnectionStatus } from '../../src/connection/status.js'
import {
  createMember,
  type MemberEffect,
  type MemberInput,
  type MemberState,
  transition,
} from '../../src/sharing/member.js'
import type { RelayedEvent, RelayMessage } from '../../src/sharing/relay.js'

/** What a control of the test takes away from the protocol, so that the invariants must break. */
export interface Faults {
  /** Every message counts as one of the current leader, who is wherever the member is. */
  readonly withoutTerms?: boolean
  /** A frozen page answers, because its message handlers run. */
  readonly lyingPong?: boolean
}

interface Tab {
  readonly id: string
  state: MemberState
  /** `frozen`: only message handlers run. `stopped`: nothing does. */
  health: 'well' | 'frozen' | 'stopped' | 'gone'
  inbox: RelayMessage[]
  /** Callbacks of locks, timers, streams and answers. */
  tasks: (() => void)[]
  /** Changes when everything is released, so that callbacks from before are void. */
  visit: number
  stream: { position: number; isOpen: boolean } | undefined
  wakeAt: number | undefined
  /** The numbers of all events that the application got. */
  readonly got: number[]
}

/** Tabs, a lock manager, a channel and a server that replays, all of which move only when told. */
export class World {
  readonly tabs: Tab[] = []
  /** What timers go by. */
  time = 0
  /** What the wall clock shows at the time 0. */
  clock = 1_700_000_000_000
  events = 0
  maxStreams = 0
  private holder: Tab | undefined
  private queue: Tab[] = []
  private fencing: Tab | undefined
  private readonly faults: Faults

  constructor(faults: Faults = {}) {
    this.faults = faults
  }

  get now(): number {
    return this.clock + this.time
  }

  open(): Tab {
    const id = `tab${this.tabs.length}`
    const state = createMember(id, '', false)
    const tab: Tab = {
      id,
      state,
      health: 'well',
      inbox: [],
      tasks: [],
      visit: 0,
      stream: undefined,
      wakeAt: undefined,
      got: [],
    }
    this.tabs.push(tab)
    this.join(tab)
    return tab
  }

  join(tab: Tab): void {
    if (tab.health === 'gone') return
    this.dispatch(tab, { type: 'join', lastEventId: tab.state.lastEventId })
  }

  /** As on `freeze` and `pagehide`, if the page hears of it. */
  leave(tab: Tab): void {
    if (tab.health !== 'well') return
    this.dispatch(tab, { type: 'leave', status: { state: 'paused', reason: 'frozen' } })
  }

  crash(tab: Tab): void {
    tab.health = 'gone'
    tab.inbox = []
    this.exit(tab)
  }

  /** Handles the oldest message. */
  receive(tab: Tab): boolean {
    if (tab.health === 'stopped' || tab.health === 'gone') return false
    const message = tab.inbox.shift()
    if (message === undefined) return false
    this.dispatch(tab, { type: 'heard', message: this.falsify(tab, message) })
    return true
  }

  private falsify(tab: Tab, message: RelayMessage): RelayMessage {
    if (!this.faults.withoutTerms || !('leader' in message)) return message
    const { term, lastEventId, phase } = tab.state
    const honest = { ...message, ...term, leader: phase.name === 'leading' ? '' : term.leader }
    if (message.type === 'lead') return { ...honest, lastEventId } as RelayMessage
    if (message.type !== 'batch') return honest
    return { ...honest, seq: phase.name === 'following' ? phase.seq : message.seq } as RelayMessage
  }

  /** Runs the oldest callback. */
  work(tab: Tab): boolean {
    if (tab.health !== 'well') return false
    if (tab.wakeAt !== undefined && tab.wakeAt <= this.time) {
      tab.wakeAt = undefined
      this.dispatch(tab, { type: 'wake' })
      return true
    }
    const task = tab.tasks.shift()
    if (task !== undefined) task()
    else if (tab.stream?.isOpen && tab.stream.position < this.events) this.read(tab, tab.stream)
    else return false
    return true
  }

  private read(tab: Tab, stream: { position: number }): void {
    const end = Math.min(this.events, stream.position + 500)
    const events: RelayedEvent[] = []
    for (let n = stream.position + 1; n <= end; n++) events.push(eventOf(n))
    stream.position = end
    tab.got.push(...events.map(({ id }) => Number(id)))
    this.dispatch(tab, { type: 'events', events })
  }

  /** Lets everything happen that can, for so long. */
  settle(ms: number): void {
    const until = this.time + ms
    for (;;) {
      let isBusy = true
      while (isBusy) {
        isBusy = false
        for (const tab of this.tabs) while (this.receive(tab) || this.work(tab)) isBusy = true
      }
      if (this.time >= until) return
      this.time += 100
    }
  }

  get leaders(): Tab[] {
    return this.tabs.filter(({ health, state }) => health !== 'gone' && state.phase.name === 'leading')
  }

  private dispatch(tab: Tab, input: MemberInput): void {
    const { state, effects, delivered = [] } = transition(tab.state, input, this.now, 0.5)
    tab.state = state
    for (const effect of effects) this.run(tab, effect)
    tab.got.push(...delivered.map(({ id }) => Number(id)))
  }

  private run(tab: Tab, effect: MemberEffect): void {
    if (typeof effect === 'object') return this.runWith(tab, effect)
    switch (effect) {
      case 'enter':
        if (this.holder === undefined && this.queue.length === 0) this.grant(tab)
        else this.later(tab, () => this.dispatch(tab, { type: 'refused' }))
        return
      case 'exit':
        return this.exit(tab)
      case 'queue':
        if (this.holder === tab || this.queue.includes(tab)) return
        this.queue.push(tab)
        return this.grantNext()
      case 'fence':
        if (this.fencing !== undefined) return
        this.fencing = tab
        return this.later(tab, () => this.dispatch(tab, { type: 'fenced' }))
      case 'unfence':
        return this.unfence(tab)
      case 'steal': {
        const robbed = this.holder
        this.queue = this.queue.filter((other) => other !== tab)
        if (robbed !== undefined) this.later(robbed, () => this.dispatch(robbed, { type: 'stolen' }))
        return this.grant(tab)
      }
      case 'release':
        return this.release(tab)
      case 'open': {
        const stream = { position: Number(tab.state.lastEventId) || this.events, isOpen: false }
        const resumed = tab.state.lastEventId !== ''
        tab.stream = stream
        const status = (next: ConnectionStatus): void => this.dispatch(tab, { type: 'stream', status: next })
        this.later(tab, () => status({ state: 'connecting', attempt: 0 }))
        return this.later(tab, () => {
          if (tab.stream !== stream) return
          stream.isOpen = true
          this.maxStreams = Math.max(this.maxStreams, this.tabs.filter((other) => other.stream?.isOpen).length)
          status({ state: 'open', transport: 'fetch', since: this.now, resumed, continuity: 'unknown' })
        })
      }
      case 'close':
        tab.stream = undefined
        return
      case 'reconnect':
      case 'listen':
    }
  }

  private runWith(tab: Tab, effect: Exclude<MemberEffect, string>): void {
    if ('wake' in effect) tab.wakeAt = this.time + effect.wake
    else if ('answer' in effect) {
      const run = (): void => this.dispatch(tab, { type: 'answer', question: effect.answer })
      if (this.faults.lyingPong) run()
      else this.later(tab, run)
    } else {
      for (const other of this.tabs) {
        const isInside = other.health !== 'gone' && other.state.phase.name !== 'away'
        if (other !== tab && isInside) other.inbox.push(effect.post)
      }
    }
  }

  private later(tab: Tab, run: () => void): void {
    const { visit } = tab
    tab.tasks.push(() => {
      if (tab.visit === visit) run()
    })
  }

  private grant(tab: Tab): void {
    this.holder = tab
    this.later(tab, () => this.dispatch(tab, { type: 'granted' }))
  }

  private grantNext(): void {
    if (this.holder !== undefined) return
    const next = this.queue.shift()
    if (next !== undefined) this.grant(next)
  }

  private release(tab: Tab): void {
    this.queue = this.queue.filter((other) => other !== tab)
    if (this.holder === tab) this.holder = undefined
    this.grantNext()
  }

  private exit(tab: Tab): void {
    tab.visit += 1
    tab.inbox = []
    tab.stream = undefined
    tab.wakeAt = undefined
    this.release(tab)
    this.unfence(tab)
  }

  private unfence(tab: Tab): void {
    if (this.fencing === tab) this.fencing = undefined
  }
}

function eventOf(n: number): RelayedEvent {
  return { event: 'message', data: `${n}`, id: `${n}`, lastEventId: `${n}`, origin: 'http://sse.example' }
}
