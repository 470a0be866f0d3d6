import fc from 'fast-check'
import { describe, expect, test } from 'vitest'
import type { PauseReason } from '../../src/connection/status.js'
import {
  type ConnectionInput,
  type ConnectionRules,
  type ConnectionState,
  initialState,
  isFinal,
  type Transition,
  transition,
} from '../../src/connection/transition.js'
import type { ConnectionFailure } from '../../src/failure/connection-failure.js'
import type { ReconnectionPolicy } from '../../src/reconnection/policy.js'

const failure: ConnectionFailure = { kind: 'network', fatal: false, message: 'lost' }
const opened = { transport: 'fetch', resumed: false }
const wait: ReconnectionPolicy = ({ attempt }) => attempt * 100
const lostInput = { type: 'lost', failure, now: 0, random: 0 } as const
const lost = (now: number): ConnectionInput => ({ ...lostInput, now })

function rules(reconnection: ReconnectionPolicy | false, endIsMarked = false): ConnectionRules {
  return { reconnection, endIsMarked }
}

function after(inputs: readonly ConnectionInput[], policy: ReconnectionPolicy | false = wait): Transition {
  let result: Transition = { state: initialState, effects: [] }
  for (const input of inputs) result = transition(result.state, input, rules(policy))
  return result
}

const start: ConnectionInput = { type: 'start', now: 0 }
const open: ConnectionInput = { type: 'opened', opened, now: 1000 }
const received: ConnectionInput = { type: 'received' }
const delivered: ConnectionInput = { type: 'delivered' }
const ended = (now: number): ConnectionInput => ({ ...lostInput, failure: { ...failure, kind: 'ended' }, now })
const waitOver: ConnectionInput = { type: 'timer', now: 1e12 }
const reconnect: ConnectionInput = { type: 'reconnect-called', now: 0 }
const close: ConnectionInput = { type: 'closed', reason: 'close-called' }

describe('the life of a connection', () => {
  test('start connects, and only once', () => {
    expect(after([start])).toEqual({
      state: { ...initialState, status: { state: 'connecting', attempt: 0 } },
      effects: [{ type: 'connect', attempt: 0, failure: undefined }],
    })
    expect(after([start, start]).effects).toEqual([])
    expect(after([start, open, start]).state.status.state).toBe('open')
  })

  test('opens', () => {
    expect(after([start, open]).state.status).toEqual({
      state: 'open',
      transport: 'fetch',
      since: 1000,
      resumed: false,
      continuity: 'unknown',
    })
  })

  test('a loss leads to a wait that the policy decides, and then to an attempt that knows the reason', () => {
    const waiting = after([start, open, lost(2000)])
    expect(waiting.state.status).toEqual({ state: 'waiting', attempt: 1, delay: 100, retryAt: 2100, failure })
    expect(waiting.effects).toEqual([{ type: 'disconnect' }, { type: 'wait', ms: 100 }])
    const again = after([start, open, lost(2000), waitOver])
    expect(again.state.status).toEqual({ state: 'connecting', attempt: 1, failure })
    expect(again.effects).toEqual([{ type: 'connect', attempt: 1, failure }])
  })

  test('attempts add up while none succeeds', () => {
    const { state } = after([start, lost(0), waitOver, lost(1), waitOver, lost(2)])
    expect(state.status).toMatchObject({ state: 'waiting', attempt: 3, delay: 300 })
  })

  test.each([
    ['open for 5 s with a byte: forgotten', [open, received], 6000, 1],
    ['open for less than 5 s: not forgotten', [open, received], 5999, 2],
    ['open for long, without a byte: not forgotten', [open], 99_000, 2],
  ] as const)('%s', (_, inputs, now, attempt) => {
    const { state } = after([start, lost(0), waitOver, ...inputs, lost(now)])
    expect(state.status).toMatchObject({ state: 'waiting', attempt })
  })

  test('reconnect() forgets the attempts only if the connection has proven itself', () => {
    const again = after([start, lost(0), waitOver, open, received])
    expect(again.state.failures).toBe(1)
    for (const [now, attempt] of [
      [1001, 1],
      [1e9, 0],
    ] as const) {
      const { state } = transition(again.state, { type: 'reconnect-called', now }, rules(wait))
      expect(state.status).toEqual({ state: 'connecting', attempt })
    }
  })

  test("the policy's own resetAfter counts", () => {
    const policy = Object.assign(() => 1, { resetAfter: 10 })
    expect(after([start, lost(0), waitOver, open, received, lost(1010)], policy).state.failures).toBe(1)
    expect(after([start, lost(0), waitOver, open, received, lost(1009)], policy).state.failures).toBe(2)
  })

  test('a byte of the previous connection proves nothing for the next one', () => {
    const inputs = [start, open, received, lost(6000), waitOver, { ...open, now: 7000 }, lost(99_000)]
    expect(after(inputs).state.failures).toBe(2)
  })

  test("a server's retry: reaches the policy within bounds, and outlives the connection", () => {
    const seen: (number | undefined)[] = []
    const policy: ReconnectionPolicy = ({ reconnectionTime }) => {
      seen.push(reconnectionTime)
      return 1
    }
    after([start, lost(0), waitOver, open, { type: 'reconnection-time', ms: 0 }, lost(1), waitOver, lost(2)], policy)
    after([start, open, { type: 'reconnection-time', ms: 3_000_000_000 }, lost(1)], policy)
    expect(seen).toEqual([undefined, 250, 250, 3_600_000])
  })

  test('the policy gets the failure, the attempt and the randomness', () => {
    const contexts: unknown[] = []
    const policy: ReconnectionPolicy = (context) => {
      contexts.push(context)
      return false
    }
    after([start, { type: 'lost', failure, now: 1, random: 0.5 }], policy)
    expect(contexts).toEqual([{ attempt: 1, failure, reconnectionTime: undefined, random: 0.5 }])
  })

  test('when the policy gives up, it is closed with the failure', () => {
    const result = after([start, open, lost(1)], () => false)
    expect(result.state.status).toEqual({ state: 'closed', reason: 'failed', failure })
    expect(result.effects).toEqual([{ type: 'disconnect' }])
  })

  test.each([
    [() => Number.NaN, RangeError],
    [() => -1, RangeError],
    [(() => '5') as unknown as ReconnectionPolicy, RangeError],
    [
      () => {
        throw new SyntaxError('mine')
      },
      SyntaxError,
    ],
  ])('a policy with an invalid result closes the connection, and is reported (%#)', (policy, kind) => {
    const { state, effects } = after([start, lost(1)], policy)
    expect(state.status).toMatchObject({
      state: 'closed',
      reason: 'failed',
      failure: { kind: 'application', fatal: true },
    })
    expect(effects).toEqual([{ type: 'disconnect' }, { type: 'report', error: expect.any(kind) as Error }])
  })

  test('a wait is in whole ms, and its end is a valid date', () => {
    expect(after([start, lost(0)], () => 830.2).state.status).toMatchObject({ delay: 830, retryAt: 830 })
    expect(after([start, lost(0)], () => Infinity).state.status).toMatchObject({ delay: 2 ** 31 - 1 })
  })

  test('an interruption from which the transport recovers on its own counts as an attempt', () => {
    const { state, effects } = after([start, open, { type: 'interrupted', failure, now: 2000, random: 0 }])
    expect([state.status, effects]).toEqual([{ state: 'connecting', attempt: 1, failure }, []])
    const again = transition(state, { ...open, opened: { transport: 'native', resumed: true } }, rules(wait))
    expect(again.state.status).toMatchObject({ state: 'open', resumed: true })
  })

  test('such an interruption ends the connection if the policy says so', () => {
    const inputs: ConnectionInput[] = [start, open, { type: 'interrupted', failure, now: 2000, random: 0 }]
    expect(after(inputs, () => false)).toMatchObject({
      state: { status: { state: 'closed' } },
      effects: [{ type: 'disconnect' }],
    })
  })

  test('without reconnection the end of the stream is the end, and a failure is a failure', () => {
    const end: ConnectionInput = { type: 'lost', failure: { ...failure, kind: 'ended' }, now: 1, random: 0 }
    expect(after([start, open, end], false).state.status).toEqual({ state: 'closed', reason: 'ended-by-server' })
    expect(after([start, open, lost(1)], false).state.status).toEqual({ state: 'closed', reason: 'failed', failure })
  })

  test('204 closes the connection', () => {
    expect(after([start, { type: 'ended', now: 0 }])).toMatchObject({
      state: { status: { state: 'closed', reason: 'ended-by-server' } },
      effects: [{ type: 'disconnect' }],
    })
  })

  test.each<[string, ConnectionInput[], string[]]>([
    ['idle', [], ['connect']],
    ['connecting', [start], ['disconnect', 'connect']],
    ['open', [start, open], ['disconnect', 'connect']],
    ['waiting', [start, lost(0)], ['stop-waiting', 'connect']],
    ['closed', [start, close], []],
  ])('reconnect() while %s', (_, inputs, effects) => {
    expect(after([...inputs, reconnect]).effects.map(({ type }) => type)).toEqual(effects)
  })

  test('reconnect() keeps the count of failures', () => {
    expect(after([start, lost(0), reconnect]).state.status).toEqual({ state: 'connecting', attempt: 1 })
  })

  test.each<[string, ConnectionInput[], string[]]>([
    ['idle', [], []],
    ['connecting', [start], ['disconnect']],
    ['open', [start, open], ['disconnect']],
    ['waiting', [start, lost(0)], ['stop-waiting']],
  ])('close() while %s releases what is held', (_, inputs, effects) => {
    const result = after([...inputs, close])
    expect(result.state.status).toEqual({ state: 'closed', reason: 'close-called' })
    expect(result.effects.map(({ type }) => type)).toEqual(effects)
  })

  test('a failure of the application closes the connection', () => {
    expect(after([start, open, { type: 'failed', failure, now: 0 }]).state.status).toEqual({
      state: 'closed',
      reason: 'failed',
      failure,
    })
  })

  test('late reports change nothing', () => {
    for (const input of [open, lost(1), waitOver, received]) {
      expect(transition(initialState, input, rules(wait)).effects).toEqual([])
      expect(transition(initialState, input, rules(wait)).state.status).toEqual({ state: 'idle' })
    }
    const waiting = after([start, lost(0)]).state
    expect(transition(waiting, open, rules(wait)).state).toBe(waiting)
    expect(transition(waiting, lost(9), rules(wait)).state).toBe(waiting)
  })
})

describe('a wait goes by the wall clock', () => {
  const long: ReconnectionPolicy = () => 70_000
  const timer = (now: number): ConnectionInput => ({ type: 'timer', now })

  test('in slices, because timers stand still while a laptop sleeps', () => {
    expect(after([start, lost(0)], long).effects).toContainEqual({ type: 'wait', ms: 30_000 })
    expect(after([start, lost(0), timer(30_000)], long).effects).toEqual([{ type: 'wait', ms: 30_000 }])
    expect(after([start, lost(0), timer(60_000)], long).effects).toEqual([{ type: 'wait', ms: 10_000 }])
    expect(after([start, lost(0), timer(69_999)], long).state.status).toMatchObject({
      state: 'waiting',
      retryAt: 70_000,
    })
    expect(after([start, lost(0), timer(70_000)], long).state.status).toMatchObject({ state: 'connecting', failure })
  })

  test('is over at once if the laptop slept past its end', () => {
    expect(after([start, lost(0), timer(9e9)], long).state.status.state).toBe('connecting')
  })

  test('is over if the clock was set back before its start: nobody waits for a day', () => {
    expect(after([start, lost(1e9), timer(1e9 - 1)], long).state.status.state).toBe('connecting')
  })
})

describe('an obstacle', () => {
  const hold = (reason: PauseReason, now = 3000): ConnectionInput => ({ type: 'hold', reason, now })
  const release = (reason: PauseReason, now = 3000, random = 0): ConnectionInput => ({
    type: 'release',
    reason,
    now,
    random,
  })
  const timer = (now: number): ConnectionInput => ({ type: 'timer', now })

  test.each(['prerendering', 'hidden', 'frozen'] as const)(
    '%s before the start: no attempt is made until it is gone',
    (reason) => {
      const { state, effects } = after([hold(reason), start])
      expect([state.status, effects]).toEqual([{ state: 'paused', reason }, []])
      expect(transition(state, release(reason), rules(wait))).toMatchObject({
        state: { status: { state: 'connecting', attempt: 0 } },
        effects: [{ type: 'connect', attempt: 0 }],
      })
    },
  )

  test.each(['hidden', 'frozen'] as const)('%s closes an open stream or an attempt, without a failure', (reason) => {
    for (const inputs of [
      [start, open],
      [start, lost(0), timer(100)],
    ]) {
      const { state, effects } = after([...inputs, hold(reason)])
      expect([state.status, effects]).toEqual([{ state: 'paused', reason }, [{ type: 'disconnect' }]])
      const { failures } = after(inputs).state
      expect(transition(state, release(reason), rules(wait)).effects).toEqual([
        { type: 'connect', attempt: failures, failure: undefined },
      ])
    }
  })

  test('a pause forgets the failures before it only if the stream was healthy', () => {
    const inputs = [start, lost(0), timer(100), open, received]
    expect(after([...inputs, hold('hidden', 6000)]).state.failures).toBe(0)
    expect(after([...inputs, hold('hidden', 5999)]).state.failures).toBe(1)
  })

  test('offline does not touch an open stream or an attempt: they break on their own if it is true', () => {
    expect(after([start, open, hold('offline')]).effects).toEqual([])
    expect(after([start, open, hold('offline')]).state.status.state).toBe('open')
    expect(after([start, hold('offline'), open]).state.status.state).toBe('open')
  })

  test('a loss while offline does not count for the policy, and is retried within a second of being online', () => {
    const never: ReconnectionPolicy = () => false
    const paused = after([start, open, hold('offline'), lost(4000)], never)
    expect(paused.state.status).toEqual({ state: 'paused', reason: 'offline' })
    expect(paused.effects).toEqual([{ type: 'disconnect' }])
    expect(paused.state.failures).toBe(0)
    const online = transition(paused.state, release('offline', 10_000, 0.4), rules(wait))
    expect(online.state.status).toMatchObject({ state: 'waiting', attempt: 0, delay: 400, retryAt: 10_400 })
    expect(online.effects).toEqual([{ type: 'wait', ms: 400 }])
    expect(transition(online.state, timer(10_400), rules(wait)).state.status).toMatchObject({
      state: 'connecting',
      attempt: 0,
    })
  })

  test.each(['network', 'native', 'idle'] as const)('a failure of kind %s does not count while offline', (kind) => {
    const loss: ConnectionInput = { ...lostInput, failure: { ...failure, kind }, now: 4000 }
    expect(after([start, hold('offline'), loss]).state).toMatchObject({ failures: 0, status: { state: 'paused' } })
  })

  test('the loss of a healthy stream while offline still forgets earlier failures', () => {
    const inputs = [start, lost(0), timer(100), open, received, hold('offline')]
    expect(after([...inputs, lost(5999)]).state.failures).toBe(1)
    expect(after([...inputs, lost(6000)]).state.failures).toBe(0)
  })

  test('an answer of the server counts even if the device says that it is offline', () => {
    const answer: ConnectionInput = { ...lostInput, failure: { ...failure, kind: 'http', status: 503 }, now: 4000 }
    expect(after([start, hold('offline'), answer]).state).toMatchObject({ failures: 1, status: { state: 'paused' } })
    expect(after([start, hold('offline'), answer], () => false).state.status.state).toBe('closed')
  })

  test('coming online cuts short the backoff, but not a wait that the server asked for', () => {
    const busy: ConnectionInput = { ...lostInput, failure: { ...failure, kind: 'http', retryAfter: 60_000 }, now: 1000 }
    const backoff: ReconnectionPolicy = () => 90_000
    const inputs = [start, busy, hold('offline', 2000), release('offline', 11_000, 0.5)]
    expect(after(inputs, backoff).state.status).toMatchObject({ state: 'waiting', delay: 50_000, retryAt: 61_000 })
    const retry: ConnectionInput = { type: 'reconnection-time', ms: 20_000 }
    const asked = [start, open, retry, lost(1000), hold('offline', 2000), release('offline', 11_000, 0.5)]
    expect(after(asked, backoff).state.status).toMatchObject({ delay: 10_000, retryAt: 21_000 })
    const free = [start, lost(1000), hold('offline', 2000), release('offline', 11_000, 0.5)]
    expect(after(free, backoff).state.status).toMatchObject({ delay: 500, retryAt: 11_500 })
  })

  test('an interrupted wait is continued to its end: hiding and showing a page does not skip a backoff', () => {
    const backoff: ReconnectionPolicy = () => 90_000
    const hidden = after([start, lost(1000), hold('hidden', 2000)], backoff)
    expect(hidden.state.status).toEqual({ state: 'paused', reason: 'hidden' })
    expect(hidden.effects).toEqual([{ type: 'stop-waiting' }])
    const shown = transition(hidden.state, release('hidden', 81_000), rules(backoff))
    expect(shown.state.status).toMatchObject({ state: 'waiting', retryAt: 91_000, failure })
    expect(shown.effects).toEqual([{ type: 'wait', ms: 10_000 }])
    expect(transition(hidden.state, release('hidden', 91_000), rules(backoff)).state.status).toMatchObject({
      state: 'connecting',
      attempt: 1,
      failure,
    })
  })

  test('of several obstacles, the last one to go lets the connection continue', () => {
    const { state } = after([start, open, hold('hidden'), hold('frozen'), hold('offline')])
    expect(state.status).toEqual({ state: 'paused', reason: 'hidden' })
    const frozen = transition(state, release('hidden'), rules(wait))
    expect(frozen.state.status).toEqual({ state: 'paused', reason: 'frozen' })
    const again = transition(frozen.state, hold('hidden'), rules(wait))
    expect(again.state.status).toBe(frozen.state.status)
    const offline = after([start, lost(0), hold('frozen'), hold('offline'), release('frozen')])
    expect(offline.state.status).toEqual({ state: 'paused', reason: 'offline' })
    expect(transition(offline.state, release('offline', 1e9, 0.5), rules(wait)).state.status.state).toBe('waiting')
  })

  test('online again while the page is frozen: the pause continues, and its status is not published twice', () => {
    const { state } = after([start, lost(0), hold('frozen'), hold('offline')])
    const online = transition(state, release('offline'), rules(wait))
    expect(online.state.status).toBe(state.status)
    expect(online.effects).toEqual([])
  })

  test('the same report twice changes nothing', () => {
    const { state } = after([start, open, hold('hidden')])
    expect(transition(state, hold('hidden'), rules(wait)).state).toBe(state)
    expect(after([start, open, release('hidden')]).state.status.state).toBe('open')
  })

  test('reconnect() while paused makes an attempt anyway, and its loss pauses again', () => {
    const { state, effects } = after([start, open, hold('hidden'), reconnect])
    expect([state.status.state, effects.map(({ type }) => type)]).toEqual(['connecting', ['connect']])
    expect(transition(state, lost(5000), rules(wait)).state.status).toEqual({ state: 'paused', reason: 'hidden' })
  })

  test('close() while paused closes the connection', () => {
    expect(after([start, open, hold('hidden'), close])).toMatchObject({
      state: { status: { state: 'closed', reason: 'close-called' } },
      effects: [],
    })
  })

  test('without reconnection, a stream or attempt is not paused, because it could not resume', () => {
    for (const reason of ['offline', 'hidden', 'frozen'] as const) {
      expect(after([start, open, hold(reason)], false).state.status.state).toBe('open')
      expect(after([start, open, hold(reason), lost(5000)], false).state.status.state).toBe('closed')
    }
  })

  test.each(['prerendering', 'hidden', 'frozen'] as const)(
    'without reconnection, %s still delays the start',
    (reason) => {
      const { state } = after([hold(reason), start], false)
      expect(state.status).toEqual({ state: 'paused', reason })
      expect(transition(state, release(reason), rules(false)).state.status.state).toBe('connecting')
    },
  )

  test('offline delays an attempt only after a failure: navigator.onLine can be wrong', () => {
    expect(after([hold('offline'), start]).state.status).toEqual({ state: 'connecting', attempt: 0 })
    expect(after([hold('offline'), hold('frozen'), start]).state.status).toEqual({ state: 'paused', reason: 'frozen' })
    const thawed = after([hold('offline'), hold('frozen'), start, release('frozen')])
    expect(thawed.state.status).toEqual({ state: 'connecting', attempt: 0 })
    expect(after([hold('offline'), start, lost(9)]).state.status).toEqual({ state: 'paused', reason: 'offline' })
  })
})

describe('a server that sends what it has and ends the stream', () => {
  const round = (now: number): ConnectionInput[] => [{ ...open, now }, received, delivered, ended(now + 10)]

  test('is healthy: the client reconnects every time, at the pace of the server', () => {
    const inputs = [start, lost(0), waitOver, lost(0), waitOver]
    for (let now = 1000; now < 9000; now += 1000) inputs.push(...round(now), waitOver)
    expect(after([...inputs, ...round(9000)]).state.status).toMatchObject({
      state: 'waiting',
      attempt: 1,
      delay: 100,
      failure: { kind: 'ended' },
    })
  })

  test.each<[string, ConnectionInput[]]>([
    ['a clean end without an event', [open, received, ended(1010)]],
    ['a loss after an event', [open, received, delivered, lost(1010)]],
    ['a clean end after the event of another stream', [...round(1000), waitOver, { ...open, now: 2000 }, ended(2010)]],
  ])('%s counts as a failed attempt', (_, inputs) => {
    const before = after([start, ...inputs.slice(0, -1)]).state.failures
    expect(after([start, ...inputs]).state.failures).toBe(before + 1)
  })

  test('has failed if it should have sent an end mark: its end counts, and is a failure without reconnection', () => {
    let state: ConnectionState = initialState
    for (const input of [start, lost(0), waitOver, ...round(1000)]) {
      state = transition(state, input, rules(wait, true)).state
    }
    expect(state.status).toMatchObject({ state: 'waiting', attempt: 2 })
    const whole = after([start, open, received, delivered], false).state
    const cut = transition(whole, ended(1), rules(false, true))
    expect(cut.state.status).toMatchObject({ state: 'closed', reason: 'failed', failure: { kind: 'ended' } })
  })

  const acceptEnds: ReconnectionPolicy = ({ failure: { kind } }) => (kind === 'ended' ? false : 10)
  const resumed: ConnectionInput = { type: 'opened', opened: { transport: 'fetch', resumed: true }, now: 2000 }

  test.each<[string, ConnectionInput[], string]>([
    ['after events is the end', [open, received, delivered, ended(1010)], 'ended-by-server'],
    ['is the end too if the first byte is reported late', [open, delivered, received, ended(1010)], 'ended-by-server'],
    [
      'of a resumed stream with nothing to add is the end',
      [open, lost(0), waitOver, resumed, ended(0)],
      'ended-by-server',
    ],
    ['without anything is a failure', [open, received, ended(1010)], 'failed'],
  ])('if the policy does not reconnect, a clean end %s', (_, inputs, reason) => {
    expect(after([start, ...inputs], acceptEnds).state.status).toMatchObject({ state: 'closed', reason })
  })
})

describe('rest', () => {
  const rest = (now: number): ConnectionInput => ({ type: 'rest', now })

  test.each<[string, ConnectionInput[], string[]]>([
    ['idle', [], []],
    ['connecting', [start], ['disconnect']],
    ['open', [start, open], ['disconnect']],
    ['waiting', [start, lost(0)], ['stop-waiting']],
    ['paused', [start, open, { type: 'hold', reason: 'hidden', now: 0 }], []],
  ])('while %s releases what is held', (_, inputs, effects) => {
    const result = after([...inputs, rest(2000)])
    expect(result.state.status).toEqual({ state: 'idle' })
    expect(result.state.holds).toEqual([])
    expect(result.effects.map(({ type }) => type)).toEqual(effects)
  })

  test('does not skip a backoff: the wait continues', () => {
    const { state } = after([start, lost(1000), rest(1010)], () => 90_000)
    const again = transition(state, { type: 'start', now: 2000 }, rules(wait))
    expect(again.state.status).toMatchObject({ state: 'waiting', retryAt: 91_000 })
    expect(transition(state, { type: 'start', now: 91_000 }, rules(wait)).state.status.state).toBe('connecting')
  })

  test('does not skip a wait that a pause has interrupted either', () => {
    const { state } = after(
      [start, lost(1000), { type: 'hold', reason: 'hidden', now: 1010 }, rest(1020)],
      () => 90_000,
    )
    const again = transition(state, { type: 'start', now: 2000 }, rules(wait))
    expect(again.state.status).toMatchObject({ state: 'waiting', retryAt: 91_000 })
  })

  test('does not bring back a wait that reconnect() has cut short', () => {
    const hidden: ConnectionInput = { type: 'hold', reason: 'hidden', now: 1010 }
    const { state } = after([start, lost(1000), hidden, reconnect, open, rest(1020)], () => 90_000)
    expect(transition(state, { type: 'start', now: 2000 }, rules(wait)).state.status.state).toBe('connecting')
  })

  test('of a healthy stream forgets the failures before it, and is reported as a reconnection afterwards', () => {
    const { state } = after([start, lost(0), waitOver, open, received, rest(6000)])
    expect(state.failures).toBe(0)
    const again = transition(transition(state, start, rules(wait)).state, { ...open, now: 7000 }, rules(wait))
    expect(again.reconnected).toEqual({ resumed: false, downtime: 1000, continuity: 'unknown' })
  })

  test('changes nothing after the end', () => {
    const failed = after([start, { type: 'failed', failure, now: 0 }]).state
    expect(transition(failed, rest(1), rules(wait)).state).toBe(failed)
  })
})

describe('reconnect() after the end', () => {
  test.each<[string, ConnectionInput]>([
    ['ended-by-server', { type: 'ended', now: 3000 }],
    ['failed', { type: 'failed', failure, now: 3000 }],
  ])('%s starts again, without the earlier failures', (_, end) => {
    const { state } = after([start, lost(0), waitOver, open, end])
    const again = transition(state, { ...reconnect, now: 9000 }, rules(wait))
    expect(again.effects).toEqual([{ type: 'connect', attempt: 0, failure: undefined }])
    expect(again.state.status).toEqual({ state: 'connecting', attempt: 0 })
    expect(transition(again.state, { ...open, now: 9500 }, rules(wait)).reconnected).toEqual({
      resumed: false,
      continuity: 'unknown',
      downtime: 6500,
    })
  })

  test('close() is final there too, and later reports are ignored', () => {
    const { state } = after([start, { type: 'ended', now: 0 }])
    expect(transition(state, close, rules(wait)).state.status).toEqual({ state: 'closed', reason: 'close-called' })
    expect(after([start, { type: 'ended', now: 0 }, close, reconnect]).effects).toEqual([])
    for (const input of [start, open, lost(1), waitOver])
      expect(transition(state, input, rules(wait)).state).toBe(state)
  })

  test('pauses after the loss of that attempt if the page is hidden by then', () => {
    const hidden: ConnectionInput = { type: 'hold', reason: 'hidden', now: 10 }
    const { state } = after([start, { type: 'ended', now: 0 }, hidden, reconnect, lost(20)])
    expect(state.status).toEqual({ state: 'paused', reason: 'hidden' })
  })

  test('is not delayed by a page that was frozen only in the meantime', () => {
    const frozen: ConnectionInput = { type: 'hold', reason: 'frozen', now: 0 }
    const { state } = after([start, open, frozen, { type: 'failed', failure, now: 0 }])
    expect(state.holds).toEqual([])
  })
})

describe('the signal of a reconnection', () => {
  test('is sent when a stream that was open before is open again, with the time in between', () => {
    expect(after([start, open]).reconnected).toBeUndefined()
    const again: ConnectionInput = { type: 'opened', opened: { transport: 'fetch', resumed: true }, now: 9000 }
    const inputs = [start, open, lost(2000), waitOver, lost(3000), waitOver, again]
    expect(after(inputs).reconnected).toEqual({ resumed: true, downtime: 7000, continuity: 'unknown' })
    expect(after([...inputs, lost(9500), waitOver, { ...again, now: 9600 }]).reconnected?.downtime).toBe(100)
  })

  test('says 0 if the clock was set back meanwhile', () => {
    expect(after([start, open, lost(9000), waitOver, { ...open, now: 2000 }]).reconnected?.downtime).toBe(0)
  })

  test('is not sent for the first opening', () => {
    expect(after([start, lost(2000), waitOver, open]).reconnected).toBeUndefined()
  })

  test.each<[string, ConnectionInput[]]>([
    ['reconnect()', [{ type: 'reconnect-called', now: 2000 }]],
    [
      'a pause',
      [
        { type: 'hold', reason: 'hidden', now: 2000 },
        { type: 'release', reason: 'hidden', now: 2500, random: 0 },
      ],
    ],
    ["the transport's own reconnection", [{ type: 'interrupted', failure, now: 2000, random: 0 }]],
  ])('is sent after %s, too', (_, inputs) => {
    expect(after([start, open, ...inputs, { ...open, now: 3000 }]).reconnected).toEqual({
      resumed: false,
      continuity: 'unknown',
      downtime: 1000,
    })
  })
})

const anyReason = fc.constantFrom<PauseReason>('offline', 'hidden', 'frozen', 'prerendering')
const anyInput: fc.Arbitrary<ConnectionInput> = fc.oneof(
  // Few of them end it, so that most runs are long.
  fc.constantFrom<ConnectionInput>(
    start,
    open,
    received,
    delivered,
    waitOver,
    reconnect,
    close,
    { type: 'ended', now: 0 },
    { type: 'failed', failure, now: 0 },
  ),
  fc.nat(100_000).map(lost),
  fc.nat(100_000).map(ended),
  fc.nat(100_000).map((now): ConnectionInput => ({ type: 'rest', now })),
  fc.nat(100_000).map((now): ConnectionInput => ({ type: 'interrupted', failure, now, random: 0 })),
  fc.nat().map((ms): ConnectionInput => ({ type: 'reconnection-time', ms })),
  fc.nat(100_000).map((now): ConnectionInput => ({ type: 'timer', now })),
  fc.tuple(anyReason, fc.nat(100_000)).map(([reason, now]): ConnectionInput => ({ type: 'hold', reason, now })),
  fc
    .tuple(anyReason, fc.nat(100_000))
    .map(([reason, now]): ConnectionInput => ({ type: 'release', reason, now, random: 0.5 })),
)

test('in any order of inputs one resource is held at a time, and nothing after the end', () => {
  fc.assert(
    fc.property(fc.array(anyInput, { maxLength: 60 }), (inputs) => {
      let { state } = after([start])
      const held = { connections: 1, waits: 0 }
      for (const input of inputs) {
        const before = state
        const result = transition(state, input, rules(wait))
        state = result.state
        for (const effect of result.effects) {
          if (effect.type === 'connect') held.connections += 1
          if (effect.type === 'disconnect') held.connections -= 1
          if (effect.type === 'wait') held.waits += 1
          if (effect.type === 'stop-waiting') held.waits -= 1
        }
        // The timer that has fired is no longer held.
        if (input.type === 'timer' && before.status.state === 'waiting') held.waits -= 1
        const { state: name } = state.status
        expect(held).toEqual({
          connections: name === 'connecting' || name === 'open' ? 1 : 0,
          waits: name === 'waiting' ? 1 : 0,
        })
        if (isFinal(before.status)) expect(state).toBe(before)
        if (name === 'paused') expect(state.holds.length).toBeGreaterThan(0)
        if (name === 'waiting') expect(state.holds).toEqual([])
      }
    }),
    { numRuns: 1000 },
  )
})
