import * as fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { createParser } from '../../src/event-stream/parser.js'
import { Audience, audienceKey } from '../../src/server/audience.js'
import { nextStep } from '../../src/server/cursor.js'
import { planDrain, ROTATION_NOTICE } from '../../src/server/drain.js'
import { encodeText, joinBytes } from '../../src/server/frame.js'
import { createEpoch, formatId, parseId } from '../../src/server/ids.js'
import { Log } from '../../src/server/log.js'
import { createPlaces } from '../../src/server/places.js'
import { planStart } from '../../src/server/start.js'

const EPOCH = 'abcdefgh'

describe('IDs', () => {
  it('read back, and nothing else does', () => {
    fc.assert(
      fc.property(fc.maxSafeNat(), (sequence) => {
        const epoch = createEpoch()
        expect(parseId(formatId(epoch, sequence))).toEqual({ epoch, sequence })
      }),
    )
    fc.assert(
      fc.property(fc.string(), (text) => {
        const id = parseId(text)
        if (id !== undefined) expect(formatId(id.epoch, id.sequence)).toBe(text)
      }),
    )
    for (const text of ['', 'abcdefgh.', 'abcdefgh.01', 'abcdefgh.-1', 'ABCDEFGH.1', 'abcdefgh.1 ', `${EPOCH}.9e15`])
      expect(parseId(text)).toBeUndefined()
    expect(parseId(`${EPOCH}.9007199254740993`)).toBeUndefined()
  })

  it('differ in their epoch from log to log', () => {
    expect(new Set(Array.from({ length: 100 }, createEpoch)).size).toBe(100)
  })
})

describe('planStart', () => {
  const log = { epoch: EPOCH, first: 10, end: 20 }

  it.each([
    ['nothing', '', 'now', { position: 20 }],
    ['nothing, from an empty query parameter', '', '', { position: 20 }],
    ['nothing, from the oldest', '', 'oldest', { position: 10 }],
    ['nothing, from an ID', '', `${EPOCH}.15`, { position: 15, continuity: 'complete' }],
    ['an ID, whatever it was to begin from', `${EPOCH}.15`, 'oldest', { position: 15, continuity: 'complete' }],
    ['the ID before the oldest event', `${EPOCH}.10`, 'now', { position: 10, continuity: 'complete' }],
    ['the ID before that', `${EPOCH}.9`, 'now', { position: 10, continuity: 'lost', reason: 'trimmed' }],
    ['the newest ID', `${EPOCH}.20`, 'now', { position: 20, continuity: 'complete' }],
    ['an ID from the future', `${EPOCH}.21`, 'now', { position: 10, continuity: 'lost', reason: 'unknown' }],
    ['an ID of another epoch', 'hgfedcba.15', 'now', { position: 10, continuity: 'lost', reason: 'epoch' }],
    ['garbage', '\u0000<script>', 'now', { position: 10, continuity: 'lost', reason: 'unknown' }],
    ['64 kB', 'a'.repeat(65_536), 'now', { position: 10, continuity: 'lost', reason: 'unknown' }],
  ])('for a client that asks for %s', (_, lastEventId, from, expected) => {
    expect(planStart(lastEventId, from, log)).toEqual(expected)
  })
})

/** A log of events whose bytes are their IDs. */
function logOf(limits: Partial<ConstructorParameters<typeof Log>[1]>): Log {
  return new Log(EPOCH, { maxEvents: Infinity, maxBytes: Infinity, maxAge: Infinity, maxLag: 0, ...limits })
}
const HUNDRED = new Uint8Array(100)
const append = (log: Log, topic?: string, time = 0) => log.append(() => HUNDRED, topic, time)

describe('a log', () => {
  it('gives each event its ID and keeps what can be replayed', () => {
    const log = logOf({ maxEvents: 2 })
    expect([append(log).id, append(log).id, append(log).id]).toEqual([`${EPOCH}.1`, `${EPOCH}.2`, `${EPOCH}.3`])
    expect([log.first, log.end, log.at(1).id]).toEqual([1, 3, `${EPOCH}.2`])
  })

  it.each([
    ['events', { maxEvents: 3 }, 3],
    ['bytes', { maxBytes: 450 }, 4],
    ['age', { maxAge: 20 }, 3],
    ['everything', { maxEvents: 0 }, 0],
  ])('is bounded by %s', (_, limits, replayable) => {
    const log = logOf(limits)
    for (let time = 0; time < 100; time += 10) append(log, undefined, time)
    expect(log.end - log.first).toBe(replayable)
    expect(log.bytesAfter(log.first)).toBe(replayable * 100)
    // The newest is always kept, for those who have not been sent it yet.
    expect(log.kept).toBe(Math.min(log.first, 9))
  })

  it('keeps more than the history for clients that are behind', () => {
    const log = logOf({ maxEvents: 1, maxLag: 250 })
    for (let i = 0; i < 10; i++) append(log)
    expect([log.first, log.kept]).toEqual([9, 7])
  })

  it('lets go of what is too old also without a new event', () => {
    const log = logOf({ maxAge: 10 })
    append(log)
    log.trim(11)
    expect([log.first, log.end]).toEqual([1, 1])
  })

  it('never keeps less or much more than it has to', () => {
    fc.assert(
      fc.property(
        fc.array(fc.nat(50)),
        fc.record({ maxEvents: fc.nat(5), maxBytes: fc.nat(200), maxLag: fc.nat(200) }),
        (sizes, limits) => {
          const log = logOf(limits)
          for (const size of sizes) {
            log.append(() => new Uint8Array(size), undefined, 0)
            expect(log.end - log.first).toBeLessThanOrEqual(limits.maxEvents)
            expect(log.bytesAfter(log.first)).toBeLessThanOrEqual(limits.maxBytes)
            expect(log.kept).toBeLessThanOrEqual(log.first)
            expect(log.bytesAfter(log.kept + 1)).toBeLessThanOrEqual(Math.max(limits.maxLag, limits.maxBytes))
            for (let at = log.kept; at < log.end; at++) expect(log.at(at).id).toBe(formatId(EPOCH, at + 1))
          }
          expect(log.end).toBe(sizes.length)
        },
      ),
    )
  })
})

describe('nextStep', () => {
  const log = { kept: 5, end: 10 }
  const leaving = { reason: 'shutdown' } as const

  it.each([
    ['send', { flow: 'ready', position: 5, leaving: undefined }],
    ['send', { flow: 'ready', position: 9, leaving }],
    ['wait', { flow: 'ready', position: 10, leaving: undefined }],
    ['finish', { flow: 'ready', position: 10, leaving }],
    ['drop', { flow: 'ready', position: 4, leaving: undefined }],
    ['drop', { flow: 'blocked', position: 4, leaving }],
    ['wait', { flow: 'blocked', position: 5, leaving: undefined }],
    ['wait', { flow: 'blocked', position: 10, leaving }],
    ['wait', { flow: 'writing', position: 5, leaving }],
    ['wait', { flow: 'closed', position: 4, leaving }],
  ] as const)('says %s for %j', (step, cursor) => {
    expect(nextStep(cursor, log)).toBe(step)
  })
})

describe('frames', () => {
  it('are what a decoder of the chunked coding reads', () => {
    fc.assert(
      fc.property(fc.array(fc.uint8Array({ minLength: 1, maxLength: 300 }), { minLength: 1 }), (pieces) => {
        const whole = Buffer.concat(pieces)
        expect(Buffer.from(joinBytes(pieces, 'none'))).toEqual(whole)
        const expected = Buffer.concat([Buffer.from(`${whole.length.toString(16)}\r\n`), whole, Buffer.from('\r\n')])
        expect(Buffer.from(joinBytes(pieces, 'chunked'))).toEqual(expected)
      }),
    )
  })
})

describe('an audience', () => {
  const log = logOf({})
  for (const topic of [undefined, 'a', 'b', 'a', undefined, 'c'])
    log.append((id) => encodeText(`data: ${topic ?? 'all'}\nid: ${id}\n\n`), topic, 0)
  const read = (topics: readonly string[] | 'all', from = 0): string[] => {
    const events: string[] = []
    const parser = createParser({ onEvent: ({ data }) => void events.push(data) })
    const audience = new Audience('', topics, log)
    for (let position = from; position < log.end;) {
      const batch = audience.batchFrom(position)
      parser.push(batch.bytes('none'))
      position = batch.to
    }
    return events
  }

  it.each([
    [[], ['all', 'all']],
    [['a'], ['all', 'a', 'a', 'all']],
    [
      ['b', 'c', 'x'],
      ['all', 'b', 'all', 'c'],
    ],
    ['all', ['all', 'a', 'b', 'a', 'all', 'c']],
  ] as const)('of the topics %j reads its own and what is for all', (topics, expected) => {
    expect(read(topics)).toEqual(expected)
  })

  it('finds the next event that it may read', () => {
    const audience = new Audience('', ['b'], log)
    expect([0, 1, 2, 3, 4, 5, 6].map((position) => audience.skip(position))).toEqual([0, 2, 2, 4, 4, 6, 6])
    expect(new Audience('', 'all', log).skip(3)).toBe(3)
  })

  it('is the same for the same topics', () => {
    expect(audienceKey(['a', 'b', 'a'])).toBe(audienceKey(['b', 'a']))
    expect(audienceKey(['a,b'])).not.toBe(audienceKey(['a', 'b']))
    expect(audienceKey(['all'])).not.toBe(audienceKey('all'))
  })

  it('is given at most 64 KiB in one write, and every event however large', () => {
    const large = logOf({})
    const sizes = [30_000, 30_000, 30_000, 100_000, 10]
    for (const size of sizes) large.append(() => new Uint8Array(size), undefined, 0)
    const audience = new Audience('', [], large)
    const batches = []
    for (let position = 0; position < large.end;) {
      const batch = audience.batchFrom(position)
      batches.push([batch.to, batch.bytes('none').length])
      position = batch.to
    }
    expect(batches).toEqual([
      [2, 60_000],
      [3, 30_000],
      [4, 100_000],
      [5, 10],
    ])
  })

  it('remembers few batches, whatever its clients ask for', () => {
    const many = logOf({})
    for (let n = 0; n < 100; n++) append(many)
    const audience = new Audience('', [], many)
    const batches = Array.from({ length: 100 }, (_, position) => audience.batchFrom(position))
    const again = batches.map((batch, position) => [position, audience.batchFrom(position) === batch] as const)
    expect(again.filter(([, isSame]) => isSame).length).toBeLessThanOrEqual(32)
  })

  it('selects and joins once for all that are at the same position', () => {
    const audience = new Audience('', [], log)
    const batch = audience.batchFrom(0)
    expect(audience.batchFrom(0).bytes('chunked')).toBe(batch.bytes('chunked'))
    append(log)
    expect(audience.batchFrom(0)).not.toBe(batch)
  })
})

describe('planDrain', () => {
  it('asks everyone within the time, evenly, and ends each stream after its notice', () => {
    fc.assert(
      fc.property(fc.integer({ min: 1, max: 500 }), fc.integer({ min: 1, max: 60_000 }), (clients, within) => {
        const { notice, askedBy, endedBy } = planDrain(clients, within)
        expect(notice).toBe(Math.min(ROTATION_NOTICE, within / 2))
        expect(askedBy(within - notice)).toBe(clients)
        expect(endedBy(within)).toBe(clients)
        expect(endedBy(notice - 1)).toBe(0)
        const half = askedBy((within - notice) / 2)
        expect(Math.abs(half - clients / 2)).toBeLessThanOrEqual(1)
        for (let elapsed = 0; elapsed <= within; elapsed += within / 20)
          expect(endedBy(elapsed)).toBeLessThanOrEqual(askedBy(elapsed))
      }),
    )
  })

  it('ends all at once if there is no time, and nobody if there is none', () => {
    expect(planDrain(3, 0)).toMatchObject({ notice: 0 })
    expect(planDrain(3, 0).endedBy(0)).toBe(3)
    expect(planDrain(0, 1000).askedBy(1000)).toBe(0)
  })
})

describe('places', () => {
  it('are counted in all and for each key, and given back', () => {
    const places = createPlaces({ maxClients: 3, maxClientsPerKey: 1 })
    const give = places.take('a')
    expect([places.refusal('a'), places.refusal('b'), places.refusal(undefined)]).toEqual([429, undefined, undefined])
    places.take(undefined)
    places.take(undefined)
    expect(places.refusal(undefined)).toBe(503)
    give()
    expect(places.refusal('a')).toBeUndefined()
  })
})
