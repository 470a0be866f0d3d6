import fc from 'fast-check'
import { describe, expect, test } from 'vitest'
import {
  type ConnectionInput,
  type ConnectionState,
  initialState,
  type Transition,
  transition,
} from '../../src/connection/transition.js'
import type { ConnectionFailure } from '../../src/errors/connection-error.js'
import type { ReconnectionPolicy } from '../../src/reconnection/policy.js'

const failure: ConnectionFailure = { kind: 'network', fatal: false, message: 'lost' }
const opened = { transport: 'fetch', resumed: false }
const wait: ReconnectionPolicy = ({ attempt }) => attempt * 100
const lost = (now: number): ConnectionInput => ({ type: 'lost', failure, now, random: 0 })

function after(inputs: readonly ConnectionInput[], policy: ReconnectionPolicy | false = wait): Transition {
  let result: Transition = { state: initialState, effects: [] }
  for (const input of inputs) result = transition(result.state, input, policy)
  return result
}

const start: ConnectionInput = { type: 'start' }
const open: ConnectionInput = { type: 'opened', opened, now: 1000 }
const received: ConnectionInput = { type: 'received' }
const waitOver: ConnectionInput = { type: 'wait-over' }
const reconnect: ConnectionInput = { type: 'reconnect-called' }
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
    })
  })

  test('a loss is followed by a wait that the policy decides, and then by an attempt that knows why', () => {
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

  test("the policy's own resetAfter counts", () => {
    const policy = Object.assign(() => 1, { resetAfter: 10 })
    expect(after([start, lost(0), waitOver, open, received, lost(1010)], policy).state.failures).toBe(1)
    expect(after([start, lost(0), waitOver, open, received, lost(1009)], policy).state.failures).toBe(2)
  })

  test('a byte of the connection before proves nothing for the next', () => {
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
  ])('a policy that decides nothing usable closes it, and is reported (%#)', (policy, kind) => {
    const { state, effects } = after([start, lost(1)], policy)
    expect(state.status).toMatchObject({
      state: 'closed',
      reason: 'failed',
      failure: { kind: 'application', fatal: true },
    })
    expect(effects).toEqual([{ type: 'disconnect' }, { type: 'report', error: expect.any(kind) as Error }])
  })

  test('a wait is in whole ms, and never overflows the timer', () => {
    expect(after([start, lost(0)], () => 830.2).state.status).toMatchObject({ delay: 830, retryAt: 830 })
    expect(after([start, lost(0)], () => Infinity).effects).toContainEqual({ type: 'wait', ms: 2 ** 31 - 1 })
  })

  test('an interruption that the transport mends by itself counts as an attempt, and waits for it', () => {
    const { state, effects } = after([start, open, { type: 'interrupted', failure, now: 2000, random: 0 }])
    expect([state.status, effects]).toEqual([{ state: 'connecting', attempt: 1, failure }, []])
    const again = transition(state, { ...open, opened: { transport: 'native', resumed: true } }, wait)
    expect(again.state.status).toMatchObject({ state: 'open', resumed: true })
  })

  test('and is over where the policy says so', () => {
    const inputs: ConnectionInput[] = [start, open, { type: 'interrupted', failure, now: 2000, random: 0 }]
    expect(after(inputs, () => false)).toMatchObject({
      state: { status: { state: 'closed' } },
      effects: [{ type: 'disconnect' }],
    })
  })

  test('without reconnection the end of the stream is an end, and a failure a failure', () => {
    const end: ConnectionInput = { type: 'lost', failure: { ...failure, kind: 'ended' }, now: 1, random: 0 }
    expect(after([start, open, end], false).state.status).toEqual({ state: 'closed', reason: 'ended-by-server' })
    expect(after([start, open, lost(1)], false).state.status).toEqual({ state: 'closed', reason: 'failed', failure })
  })

  test('204 closes it', () => {
    expect(after([start, { type: 'no-content' }])).toMatchObject({
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

  test('an own failure closes it', () => {
    expect(after([start, open, { type: 'failed', failure }]).state.status).toEqual({
      state: 'closed',
      reason: 'failed',
      failure,
    })
  })

  test('late news change nothing', () => {
    for (const input of [open, lost(1), waitOver, received]) {
      expect(transition(initialState, input, wait).effects).toEqual([])
      expect(transition(initialState, input, wait).state.status).toEqual({ state: 'idle' })
    }
    const waiting = after([start, lost(0)]).state
    expect(transition(waiting, open, wait).state).toBe(waiting)
    expect(transition(waiting, lost(9), wait).state).toBe(waiting)
  })
})

const anyInput: fc.Arbitrary<ConnectionInput> = fc.oneof(
  fc.constantFrom(start, open, received, waitOver, reconnect, close, { type: 'no-content' } as const),
  fc.nat(100_000).map(lost),
  fc.nat(100_000).map((now): ConnectionInput => ({ type: 'interrupted', failure, now, random: 0 })),
  fc.nat().map((ms): ConnectionInput => ({ type: 'reconnection-time', ms })),
  fc.constant<ConnectionInput>({ type: 'failed', failure }),
)

test('in whatever order things happen: one thing is held at a time, and nothing after the end', () => {
  fc.assert(
    fc.property(fc.array(anyInput, { maxLength: 60 }), (inputs) => {
      let state: ConnectionState = initialState
      const held = { connections: 0, waits: 0 }
      for (const input of inputs) {
        const before = state
        const result = transition(state, input, wait)
        state = result.state
        for (const effect of result.effects) {
          if (effect.type === 'connect') held.connections += 1
          if (effect.type === 'disconnect') held.connections -= 1
          if (effect.type === 'wait') held.waits += 1
          if (effect.type === 'stop-waiting') held.waits -= 1
        }
        // The timer that has fired is no longer held.
        if (input.type === 'wait-over' && before.status.state === 'waiting') held.waits -= 1
        const { state: name } = state.status
        expect(held).toEqual({
          connections: name === 'connecting' || name === 'open' ? 1 : 0,
          waits: name === 'waiting' ? 1 : 0,
        })
        if (before.status.state === 'closed') expect(state).toBe(before)
      }
    }),
    { numRuns: 2000 },
  )
})
