import fc from 'fast-check'
import { describe, expect, test } from 'vitest'
import { createMemory, eventsAfter, remember, sift } from '../../src/sharing/memory.js'
import type { RelayedEvent } from '../../src/sharing/relay.js'

function eventOf(n: number, parts: Partial<RelayedEvent> = {}): RelayedEvent {
  return { event: 'message', data: `${n}`, id: `${n}`, lastEventId: `${n}`, origin: 'http://sse.example', ...parts }
}

const range = (from: number, to: number): RelayedEvent[] =>
  Array.from({ length: to - from }, (_, n) => eventOf(from + n))

describe('what is remembered', () => {
  test('is bounded in events, and at least the latest 2000', () => {
    let memory = createMemory('', false)
    for (let n = 0; n < 10_000; n += 7) {
      memory = remember(memory, range(n, n + 7))
      expect(memory.events.length).toBeLessThanOrEqual(4000)
    }
    expect(eventsAfter(memory, '8003')).toHaveLength(10_003 - 8004)
    expect(eventsAfter(memory, '3')).toBeUndefined()
  })

  test('is bounded in characters', () => {
    let memory = createMemory('', false)
    for (let n = 0; n < 20; n++) memory = remember(memory, [eventOf(n, { data: 'x'.repeat(500_000) })])
    expect(memory.size).toBeLessThanOrEqual(4_000_000)
    expect(memory.size).toBe(memory.events.reduce((sum, { data }) => sum + data.length, 0))
  })

  test('begins after its base, which moves with it', () => {
    const memory = remember(createMemory('5', false), range(6, 8))
    expect(eventsAfter(memory, '5')).toEqual(range(6, 8))
    expect(eventsAfter(memory, '7')).toEqual([])
    expect(eventsAfter(memory, '')).toBeUndefined()
    const trimmed = remember(createMemory('', false), range(1, 5000))
    expect(eventsAfter(trimmed, trimmed.base)).toEqual([...trimmed.events])
  })

  test('the latest event is kept for each of at most 100 types, in the order of arrival', () => {
    let memory = createMemory('', true)
    for (let n = 0; n < 150; n++) memory = remember(memory, [eventOf(n, { event: `type ${n % 120}` })])
    const kept = [...memory.latest!.values()].map(({ id }) => Number(id))
    expect(kept).toHaveLength(100)
    expect(kept).toEqual(Array.from({ length: 100 }, (_, n) => n + 50))
  })
})

describe('what a member has already', () => {
  test('is dropped, however the server cuts what it repeats', () => {
    fc.assert(
      fc.property(fc.nat(20), fc.nat(20), fc.array(fc.integer({ min: 1, max: 5 })), (had, more, cuts) => {
        let skip: readonly RelayedEvent[] = range(0, had)
        const all = range(0, had + more)
        const got: RelayedEvent[] = []
        for (let at = 0, cut = 0; at < all.length; cut++) {
          const size = cuts[cut] ?? 3
          const sifted = sift(skip, all.slice(at, at + size))
          got.push(...sifted.events)
          ;({ skip } = sifted)
          at += size
        }
        expect(got).toEqual(all.slice(had))
      }),
    )
  })

  test('is not waited for once the server goes on elsewhere', () => {
    expect(sift(range(0, 3), [eventOf(9), eventOf(1)]).events).toHaveLength(2)
  })

  test('the same ID with other data is another event', () => {
    expect(sift(range(0, 3), [eventOf(0, { data: 'new' })]).events).toHaveLength(1)
  })

  test('an event without an ID is dropped only in its place', () => {
    const beat = eventOf(1, { id: undefined })
    expect(sift([beat, eventOf(2)], [beat, eventOf(2), eventOf(3)]).events).toEqual([eventOf(3)])
    expect(sift([eventOf(2)], [beat, eventOf(2), eventOf(3)]).events).toEqual([beat, eventOf(3)])
  })
})
