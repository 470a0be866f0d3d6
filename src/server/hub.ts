import { Audience, audienceKey, type Topics } from './audience.js'
import { encodePosition } from './control.js'
import { type CloseReason, type Cursor, type Flow, type Leaving, nextStep } from './cursor.js'
import { defer } from './defer.js'
import { encodeText, type Framing, joinBytes } from './frame.js'
import { formatId } from './ids.js'
import type { Log } from './log.js'
import type { Sink } from './sink.js'

/** One client of a channel, as a cursor in its log. */
export interface Member extends Cursor {
  flow: Flow
  position: number
  leaving: Leaving | undefined
}

/** What all clients together have been sent. */
export interface Counters {
  /** Events, counted once for each client. */
  delivered: number
  /** Bytes of events and control events, without the framing of HTTP. */
  bytes: number
  /** Clients that were closed because they were too far behind. */
  slow: number
}

export interface HubOptions {
  readonly log: Log
  /** In ms. */
  readonly keepAlive: number
  /** Called whenever the clients or the counters have changed. */
  readonly onChange: () => void
}

/** The clients of a channel, and what they are sent when. */
export interface Hub {
  readonly counters: Readonly<Counters>
  /** Adds a client, which is sent nothing before {@link start}. */
  add(sink: Sink, topics: Topics, position: number, onGone: (reason: CloseReason) => void): Member
  /** Sends the client the opening, and what it has missed. */
  start(member: Member, opening: string): void
  /** Says that the log has grown. */
  wake(): void
  /** The client has room again. */
  drained(member: Member): void
  /** Sends something at once, whatever else is waiting. */
  say(member: Member, text: string): void
  /** Ends the client's stream once it has everything. */
  leave(member: Member, leaving: Leaving): void
  /** Removes the client, and cuts off its stream unless it has left by itself, which is the reason `'client'`. */
  remove(member: Member, reason: CloseReason): void
  /** How many bytes the slowest client is behind. */
  lag(): number
}

/** A round that takes longer lets other work go first; the clients after that get newer events in the same write. */
const MAX_ROUND_MS = 10
/** How many clients are served between two looks at the clock. */
const CLOCK_INTERVAL = 16
/** So many bytes are not left waiting for the end of the turn, or a large batch would push them out of the log. */
const MAX_WAITING = 65_536

interface InternalMember extends Member {
  readonly sink: Sink
  readonly audience: Audience
  readonly onGone: (reason: CloseReason) => void
  /** Whether it was sent nothing since the keep-alive timer last looked. */
  isQuiet: boolean
}

export function createHub({ log, keepAlive, onChange }: HubOptions): Hub {
  const members = new Set<InternalMember>()
  const audiences = new Map<string, Audience>()
  const counters: Counters = { delivered: 0, bytes: 0, slow: 0 }
  let keepAliveTimer: ReturnType<typeof setInterval> | undefined
  let isPlanned = false
  let isRunning = false
  let isForgetting = false
  /** The round that goes on, and the end of the log when it began. */
  let round: { readonly left: Iterator<InternalMember>; readonly end: number } | undefined
  /** The end of the log up to which a round has begun. */
  let noticed = log.end

  function join(topics: Topics): Audience {
    const key = audienceKey(topics)
    const audience = audiences.get(key) ?? new Audience(key, topics, log)
    audiences.set(key, audience)
    audience.size += 1
    return audience
  }

  function part(audience: Audience): void {
    audience.size -= 1
    if (audience.size === 0) audiences.delete(audience.key)
  }

  function serve(member: InternalMember): void {
    // What it may not read does not hold it back.
    if (member.flow === 'blocked' && member.position >= log.kept)
      member.position = member.audience.skip(member.position)
    for (;;) {
      const step = nextStep(member, log)
      if (step === 'wait') return
      if (step === 'drop') return close(member, 'slow', 'destroy')
      if (step === 'finish') {
        const { reason, farewell } = member.leaving!
        if (farewell !== undefined) say(member, farewell)
        return close(member, reason, 'end')
      }
      const batch = member.audience.batchFrom(member.position)
      planForgetting()
      member.position = batch.to
      if (batch.events === 0) continue
      counters.delivered += batch.events
      write(member, batch.bytes(member.sink.framing), batch.bytes('none').length)
    }
  }

  function write(member: InternalMember, bytes: Uint8Array, size: number): void {
    member.isQuiet = false
    member.flow = 'writing'
    counters.bytes += size
    let isReady = false
    try {
      isReady = member.sink.write(bytes)
    } catch {
      return close(member, 'error', 'destroy')
    }
    // The sink may have called drained() or left() meanwhile, which counts.
    if (member.flow === 'writing') member.flow = isReady ? 'ready' : 'blocked'
  }

  function say(member: Member, text: string): void {
    const internal = member as InternalMember
    if (internal.flow === 'closed') return
    const wasBlocked = internal.flow === 'blocked'
    const plain = encodeText(text)
    write(internal, internal.sink.framing === 'none' ? plain : joinBytes([plain], internal.sink.framing), plain.length)
    if (wasBlocked) serve(internal)
  }

  /** @param how - what becomes of the sink; left out if it has gone */
  function close(member: InternalMember, reason: CloseReason, how?: 'end' | 'destroy'): void {
    if (!members.delete(member)) return
    member.flow = 'closed'
    part(member.audience)
    if (members.size === 0) {
      clearInterval(keepAliveTimer)
      keepAliveTimer = undefined
    }
    if (reason === 'slow') counters.slow += 1
    try {
      if (how !== undefined) member.sink[how]()
    } catch {
      // The sink is broken, and so is its client: there is nothing left to end.
    }
    member.onGone(reason)
    onChange()
  }

  function wake(): void {
    if (members.size === 0) return
    if (log.bytesAfter(noticed) > MAX_WAITING) runRound()
    else planRound()
  }

  function planRound(): void {
    if (isPlanned) return
    isPlanned = true
    defer(() => {
      isPlanned = false
      runRound()
    })
  }

  function runRound(): void {
    if (isRunning) return
    isRunning = true
    noticed = log.end
    round ??= { left: members.values(), end: log.end }
    const isDone = serveUntil(round.left, performance.now() + MAX_ROUND_MS)
    isRunning = false
    const { end } = round
    if (isDone) {
      round = undefined
      onChange()
    }
    if (!isDone || end !== log.end) planRound()
  }

  /** What is joined is shared by all that are served in the same turn or round, and not kept any longer. */
  function planForgetting(): void {
    if (isForgetting) return
    isForgetting = true
    defer(() => {
      isForgetting = false
      if (round !== undefined) return planForgetting()
      for (const audience of audiences.values()) audience.forget()
    })
  }

  /** @returns whether there was time for all */
  function serveUntil(left: Iterator<InternalMember>, deadline: number): boolean {
    for (let served = 1; ; served++) {
      const { done, value } = left.next()
      if (done === true) return true
      serve(value)
      if (served % CLOCK_INTERVAL === 0 && performance.now() > deadline) return false
    }
  }

  function keepAllAlive(): void {
    log.trim(Date.now())
    onChange()
    const plain = encodeText(encodePosition(formatId(log.epoch, log.end)))
    const framed: Record<Framing, Uint8Array> = { none: plain, chunked: joinBytes([plain], 'chunked') }
    for (const member of members) {
      // Anyone who is behind has something else coming.
      if (member.flow !== 'ready' || member.position !== log.end) continue
      if (member.isQuiet) write(member, framed[member.sink.framing], plain.length)
      else member.isQuiet = true
    }
  }

  return {
    counters,
    add(sink, topics, position, onGone) {
      const member: InternalMember = {
        sink,
        audience: join(topics),
        position,
        flow: 'writing',
        leaving: undefined,
        isQuiet: false,
        onGone,
      }
      members.add(member)
      // Twice as often: it writes to those that it has already found silent before.
      keepAliveTimer ??= setInterval(keepAllAlive, keepAlive / 2)
      onChange()
      return member
    },
    start(member, opening) {
      say(member, opening)
      serve(member as InternalMember)
    },
    wake,
    drained(member) {
      if (member.flow === 'writing') member.flow = 'ready'
      if (member.flow !== 'blocked') return
      member.flow = 'ready'
      serve(member as InternalMember)
    },
    say,
    leave(member, leaving) {
      member.leaving = leaving
      serve(member as InternalMember)
    },
    remove: (member, reason) => close(member as InternalMember, reason, reason === 'client' ? undefined : 'destroy'),
    lag() {
      let lag = 0
      for (const { position } of members) lag = Math.max(lag, log.bytesAfter(position))
      return lag
    },
  }
}
