import { describe, expect, test } from 'vitest'
import type { ConnectionStatus, WaitingStatus } from '../../src/connection/status.js'
import {
  createMember,
  type MemberEffect,
  type MemberInput,
  type MemberState,
  type MemberTransition,
  transition,
} from '../../src/sharing/member.js'
import type { RelayedEvent, RelayMessage, Welcome } from '../../src/sharing/relay.js'

const NOW = 1_000_000
const term = { epoch: 5000, leader: 'other' }
const failure = { kind: 'network', fatal: false, message: 'lost' } as const
const connecting: ConnectionStatus = { state: 'connecting', attempt: 0 }
const waiting: WaitingStatus = { state: 'waiting', attempt: 1, delay: 4000, retryAt: NOW + 4000, failure }
const failed: ConnectionStatus = { state: 'closed', reason: 'failed', failure }

function open(since: number, resumed = true): ConnectionStatus {
  return { state: 'open', transport: 'fetch', since, resumed, continuity: 'unknown' }
}

function eventOf(n: number): RelayedEvent {
  return { event: 'message', data: `${n}`, id: `${n}`, lastEventId: `${n}`, origin: 'http://sse.example' }
}

/** An input, and when it comes. */
type Timed = MemberInput & { readonly now?: number }

const heard = (message: RelayMessage, now = NOW): Timed => ({ type: 'heard', message, now })
const join = (lastEventId = ''): Timed => ({ type: 'join', lastEventId, now: NOW })
const granted = (now = NOW): Timed => ({ type: 'granted', now })
const stream = (status: ConnectionStatus, now = NOW): Timed => ({ type: 'stream', status, now })
const wake = (now: number): Timed => ({ type: 'wake', now })
const batch = (seq: number, ...numbers: number[]): Timed =>
  heard({ type: 'batch', ...term, seq, events: numbers.map(eventOf) })

function welcome(parts: Partial<Welcome> = {}): Timed {
  return heard({
    type: 'welcome',
    ...term,
    to: 'me',
    seq: 0,
    lastEventId: '10',
    asked: '',
    missed: undefined,
    latest: [],
    status: open(1),
    types: new Set(),
    ...parts,
  })
}

/** @param before - where the member was when it last had events; empty if it never had any */
function after(inputs: readonly Timed[], before = ''): MemberTransition {
  let result: MemberTransition = { state: createMember('me', before, false), effects: [] }
  for (const input of inputs) result = transition(result.state, input, input.now ?? NOW, 0)
  return result
}

const FOLLOWING = [join(), { type: 'refused' }, welcome()] as const
const LEADING = [join(), granted(), stream(connecting), stream(open(NOW))] as const

function posted({ effects }: MemberTransition): RelayMessage[] {
  return effects.flatMap((effect) => (typeof effect === 'object' && 'post' in effect ? [effect.post] : []))
}

function kinds({ effects }: { effects: readonly MemberEffect[] }): string[] {
  return effects.map((effect) => (typeof effect === 'string' ? effect : Object.keys(effect)[0]!))
}

function statusOf({ state }: { state: MemberState }): ConnectionStatus {
  return state.status
}

describe('joining', () => {
  test('the first member gets the lock, announces its term and opens the stream', () => {
    expect(kinds(after([join()]))).toEqual(['enter', 'wake'])
    const leading = after([join(), granted()])
    expect(kinds(leading)).toEqual(['post', 'open', 'wake'])
    expect(posted(leading)).toEqual([{ type: 'lead', epoch: NOW, leader: 'me', lastEventId: '' }])
  })

  test('another one asks, shows the status at once, and begins with the next event', () => {
    expect(posted(after([join(), { type: 'refused' }]))).toMatchObject([{ type: 'hello', lastEventId: '' }])
    const following = after(FOLLOWING)
    expect(statusOf(following)).toEqual({ ...open(1, false), role: 'follower' })
    expect(following.reconnected).toBeUndefined()
    expect(kinds(following)).toEqual(['queue'])
    expect(after([...FOLLOWING, batch(0, 11)]).delivered).toEqual([eventOf(11)])
  })

  test('one that was away gets what it missed, and is told that nothing is missing', () => {
    const returned = after(
      [join('8'), welcome({ asked: '8', missed: [9, 10].map(eventOf), status: open(1, false) })],
      '8',
    )
    expect(returned.delivered).toEqual([9, 10].map(eventOf))
    expect(statusOf(returned)).toMatchObject({ state: 'open', resumed: true, role: 'follower' })
  })

  test('what the application did not get is not remembered', () => {
    const left: Timed = { type: 'leave', status: { state: 'idle' } }
    const lead = heard({ type: 'lead', epoch: 6000, leader: 'third', lastEventId: '12' })
    const returned = after([...FOLLOWING, batch(0, 11, 12), left, join('11'), lead])
    expect(posted(returned)).toMatchObject([{ type: 'hello', lastEventId: '11' }])
  })

  test('one that the leader cannot help reads its own stream until it can', () => {
    const own = after([join('2'), welcome({ asked: '2' })], '2')
    expect(kinds(own)).toEqual(['open'])
    const streaming = [join('2'), welcome({ asked: '2' }), stream(open(NOW))]
    expect(statusOf(after(streaming, '2'))).toMatchObject({ role: 'alone' })
    const read: Timed = { type: 'events', events: [3, 4].map(eventOf) }
    const joined = after([...streaming, read, welcome({ asked: '3', missed: [4, 5].map(eventOf) })], '2')
    expect(kinds(joined)).toEqual(['close', 'queue'])
    expect(joined.delivered).toEqual([eventOf(5)])
    expect(joined.reconnected).toBeUndefined()
    expect(statusOf(joined)).toMatchObject({ resumed: true, role: 'follower' })
  })

  test('a group whose stream has closed is about to dissolve: the lock comes soon', () => {
    const next = after([join(), welcome({ status: failed })])
    expect(kinds(next)).toEqual(['queue'])
    expect(next.state.phase.name).toBe('joining')
  })
})

describe('a hand-over', () => {
  const ahead = [...FOLLOWING, batch(0, 11, 12, 13)]
  const later = { epoch: 6000, leader: 'third' }
  const lead = (lastEventId: string): Timed => heard({ type: 'lead', ...later, lastEventId })
  const next = (seq: number, ...numbers: number[]): Timed =>
    heard({ type: 'batch', ...later, seq, events: numbers.map(eventOf) })

  test('a member that is ahead of the new leader drops what it has', () => {
    const repeated = after([...ahead, lead('11'), next(0, 12)])
    expect(repeated.delivered).toEqual([])
    expect(repeated.state.lastEventId).toBe('13')
    expect(after([...ahead, lead('11'), next(0, 12), next(1, 13, 14)]).delivered).toEqual([eventOf(14)])
  })

  test('if the server does not repeat it, nothing is dropped', () => {
    expect(after([...ahead, lead('11'), next(0, 15)]).delivered).toEqual([eventOf(15)])
  })

  test('a member that is behind asks', () => {
    expect(posted(after([...ahead, lead('20')]))).toMatchObject([{ type: 'hello', lastEventId: '13' }])
  })

  test('so does one that missed a batch', () => {
    expect(posted(after([...ahead, batch(9, 14)]))).toMatchObject([{ type: 'hello', lastEventId: '13' }])
  })

  test('what an earlier leader still posts is ignored', () => {
    const settled = after([...ahead, lead('13')])
    for (const late of [batch(3, 14), heard({ type: 'status', ...term, status: failed })]) {
      const ignored = after([...ahead, lead('13'), late])
      expect(ignored.effects).toEqual([])
      expect(ignored.state).toEqual(settled.state)
    }
  })

  test('is not seen for a second, and then is', () => {
    const begun = [...ahead, granted(NOW), stream(connecting, NOW)]
    expect(statusOf(after(begun))).toMatchObject({ state: 'open', since: 1, role: 'leader' })
    expect(posted(after(begun))).toEqual([])
    const late = after([...begun, wake(NOW + 1000)])
    expect(statusOf(late)).toEqual(connecting)
    expect(posted(late)).toMatchObject([{ type: 'status', status: connecting }])
  })

  test('is not a reconnection, unless the stream could not be resumed', () => {
    const begun = [...ahead, granted(), stream(connecting)]
    expect(after([...begun, stream(open(NOW))]).reconnected).toBeUndefined()
    expect(after([...begun, stream(open(NOW, false))]).reconnected).toEqual({ resumed: false, downtime: 0 })
    const status = heard({ type: 'status', ...later, status: open(NOW, false) })
    expect(after([...ahead, lead('13'), status]).reconnected).toEqual({ resumed: false, downtime: 0 })
  })

  test('does not shorten the wait of the group', () => {
    const begun = [...FOLLOWING, heard({ type: 'status', ...term, status: waiting }), granted(NOW + 1000)]
    const leading = after(begun)
    expect(leading.effects).toContainEqual({ wake: 3000 })
    expect(kinds(leading)).not.toContain('open')
    expect(statusOf(leading)).toEqual(waiting)
    expect(kinds(after([...begun, wake(NOW + 4000)]))).toContain('open')
    expect(kinds(after([...begun, { type: 'reconnect' }]))).toContain('open')
  })
})

describe('leading', () => {
  const hello = {
    type: 'hello',
    from: 'third',
    lastEventId: '1',
    wantsLatest: false,
    types: new Set<string>(),
  } as const
  const read: Timed = { type: 'events', events: [1, 2].map(eventOf) }

  test('a chunk is one message', () => {
    expect(posted(after([...LEADING, read]))).toEqual([
      { type: 'batch', epoch: NOW, leader: 'me', seq: 0, events: [1, 2].map(eventOf) },
    ])
  })

  test('a question is answered in a task, because a frozen page would lie', () => {
    const question = { ...hello, epoch: 0 }
    expect(kinds(after([...LEADING, read, heard(question)]))).toEqual(['listen', 'answer'])
    expect(posted(after([...LEADING, read, { type: 'answer', question }]))).toMatchObject([
      { type: 'welcome', to: 'third', seq: 2, lastEventId: '2', missed: [eventOf(2)], status: open(NOW) },
    ])
  })

  test('a term is later than all that are known, although the clock was set back', () => {
    const lead = heard({ type: 'lead', epoch: NOW + 70_000, leader: 'third', lastEventId: '' })
    expect(posted(after([join(), lead, granted()]))).toMatchObject([{ type: 'lead', epoch: NOW + 70_001 }])
  })

  test('if somebody knows a later term, a later one begins on the same stream', () => {
    const again = after([...LEADING, read, { type: 'answer', question: { ...hello, epoch: NOW + 70_000 } }])
    expect(posted(again)).toMatchObject([
      { type: 'lead', epoch: NOW + 70_001, lastEventId: '2' },
      { type: 'status', epoch: NOW + 70_001, status: open(NOW) },
    ])
    expect(kinds(again)).toEqual(['post', 'post'])
  })

  test('ends when another leads, or when the lock is stolen', () => {
    const lead = heard({ type: 'lead', epoch: NOW + 1, leader: 'third', lastEventId: '2' })
    expect(kinds(after([...LEADING, read, lead]))).toEqual(['close', 'release', 'post', 'wake', 'queue'])
    expect(kinds(after([...LEADING, { type: 'stolen', now: NOW }]))).toEqual(['close', 'release', 'post', 'wake'])
  })

  test('when the stream has closed, the followers are told, and the lock is kept until they know', () => {
    const closed = after([...LEADING, stream(failed)])
    expect(statusOf(closed)).toEqual(failed)
    expect(posted(closed)).toMatchObject([{ type: 'status', status: failed }])
    expect(kinds(after([...LEADING, stream(failed), wake(NOW + 1000)]))).toEqual(['exit'])
    const follower = after([...FOLLOWING, heard({ type: 'status', ...term, status: failed })])
    expect(kinds(follower)).toEqual(['exit'])
    expect(statusOf(follower)).toEqual(failed)
  })
})

describe('watching the leader', () => {
  const suspicious = [...FOLLOWING, wake(NOW + 1000), wake(NOW + 2600)]

  test('a silent leader is asked, and then replaced by one member', () => {
    expect(posted(after([...FOLLOWING, wake(NOW + 1000)]))).toMatchObject([{ type: 'ping' }])
    expect(kinds(after(suspicious))).toEqual(['fence', 'wake'])
    expect(kinds(after([...suspicious, { type: 'fenced', now: NOW + 2610 }]))).toEqual(['steal'])
  })

  test('not if it has been heard meanwhile', () => {
    const pong = heard({ type: 'pong', ...term }, NOW + 2605)
    expect(kinds(after([...suspicious, pong, { type: 'fenced', now: NOW + 2610 }]))).toEqual(['unfence'])
  })

  test('until its stream is open, no other member may steal from the new leader', () => {
    const stolen = [...suspicious, granted(NOW + 2620), stream(connecting, NOW + 2630)]
    expect(kinds(after(stolen))).not.toContain('unfence')
    expect(kinds(after([...stolen, stream(open(NOW + 2640))]))).toContain('unfence')
  })

  test('the question of another member is enough', () => {
    const asked = [...FOLLOWING, heard({ type: 'ping', epoch: 0 }, NOW + 900)]
    expect(posted(after([...asked, wake(NOW + 1000)]))).toEqual([])
    expect(kinds(after([...asked, wake(NOW + 1000), wake(NOW + 2500)]))).toEqual(['fence', 'wake'])
  })

  test('a member whose own timer is late asks again, once', () => {
    const late = [...FOLLOWING, wake(NOW + 1000), wake(NOW + 60_000)]
    expect(posted(after(late))).toMatchObject([{ type: 'ping' }])
    expect(kinds(after([...late, wake(NOW + 120_000)]))).toEqual(['fence', 'wake'])
  })

  test('a leader that has nothing to relay is asked less and less often', () => {
    const pong = (now: number): Timed => heard({ type: 'pong', ...term }, now)
    const idle = after([...FOLLOWING, wake(NOW + 1000), pong(NOW + 1010), wake(NOW + 2600)])
    expect(posted(idle)).toEqual([])
    expect(idle.effects).toEqual([{ wake: 410 }])
  })
})

describe('event types', () => {
  const want = (...types: string[]): Timed => ({ type: 'want', types: new Set(types) })

  test('that any member wants are known to all, and so to the next leader', () => {
    expect(kinds(after([...FOLLOWING, want('a')]))).toEqual(['post', 'listen'])
    const all = after([...FOLLOWING, want('a'), heard({ type: 'want', types: new Set(['b']) }), granted()])
    expect(all.state.types).toEqual(new Set(['a', 'b']))
    expect(after([want('a'), join(), welcome({ types: 'every' })]).state.types).toBe('every')
  })

  test('that are known already are not posted again', () => {
    expect(kinds(after([...FOLLOWING, want('a'), want('a')]))).toEqual([])
  })
})

describe('leaving', () => {
  test('releases everything, and after the end only closing for good has an effect', () => {
    const leave = (status: (MemberInput & { type: 'leave' })['status']): Timed => ({
      type: 'leave',
      status,
      now: NOW,
    })
    const paused = after([...FOLLOWING, leave({ state: 'paused', reason: 'frozen' })])
    expect(kinds(paused)).toEqual(['exit'])
    expect(statusOf(paused)).toEqual({ state: 'paused', reason: 'frozen' })
    const closed = after([
      ...FOLLOWING,
      leave({ state: 'closed', reason: 'failed', failure }),
      leave({ state: 'idle' }),
    ])
    expect(statusOf(closed)).toEqual(failed)
    expect(statusOf(after([leave({ state: 'closed', reason: 'close-called' })]))).toMatchObject({ state: 'closed' })
  })

  test('the time away is part of the reconnection', () => {
    const left: Timed = { type: 'leave', status: { state: 'paused', reason: 'frozen' }, now: NOW }
    const back: Timed = { type: 'join', lastEventId: '10', now: NOW + 3000 }
    const message = { ...(welcome({ asked: '10', missed: [] }) as Timed & { type: 'heard' }), now: NOW + 3010 }
    expect(after([...FOLLOWING, left, back, message]).reconnected).toEqual({ resumed: true, downtime: 3010 })
  })
})
