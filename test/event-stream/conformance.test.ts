import { describe, expect, it } from 'vitest'
import { parseByTheBook, type Happening } from './reference-parser.js'
import { cutAt, follow, inChunksOf, recordingParser, run } from './run.js'
import { vectors, type Vector } from './vectors.js'

function expectOutcome(happenings: readonly Happening[], vector: Vector): void {
  const { events, initialLastEventId, lastEventId, retry } = vector
  const reported = happenings.findLast(({ kind }) => kind === 'retry') as (Happening & { kind: 'retry' }) | undefined
  expect({ ...follow(happenings, initialLastEventId), retry: reported?.reconnectionTime ?? null }).toEqual({
    events,
    lastEventId,
    // Our decision: a number that JavaScript cannot hold exactly is reported as the largest that it can.
    retry: typeof retry === 'string' ? Number.MAX_SAFE_INTEGER : retry,
  })
}

/** Random numbers that are the same in every run, so that a failure can be repeated. */
function* randomPlaces(seed: number, count: number): Generator<number> {
  let state = seed + 1
  for (let i = 0; i < count; i++) {
    state = (Math.imul(state, 1_103_515_245) + 12_345) >>> 0
    yield state >>> 8
  }
}

function asText(bytes: Uint8Array): string | undefined {
  try {
    return new TextDecoder('utf-8', { fatal: true, ignoreBOM: true }).decode(bytes)
  } catch {
    return undefined
  }
}

it('has all vectors', () => {
  expect(vectors).toHaveLength(209)
})

describe.each(vectors.map((vector) => [`${vector.group}: ${vector.name}`, vector] as const))('%s', (_, vector) => {
  const { bytes, chunks } = vector
  // Large ones are cut into fewer pieces, because the suite would take minutes otherwise.
  const isLarge = bytes.length > 100_000

  it('in its own chunks', () => {
    expectOutcome(run(chunks), vector)
  })

  it('whole', () => {
    expectOutcome(run([bytes]), vector)
  })

  it(isLarge ? 'in small chunks' : 'byte by byte', () => {
    expectOutcome(run(inChunksOf(isLarge ? 1000 : 1, bytes)), vector)
  })

  it('in random chunks', () => {
    for (let seed = 0; seed < (isLarge ? 2 : 30); seed++) {
      expectOutcome(run(cutAt([...randomPlaces(seed, 1 + (seed % 7))], bytes)), vector)
    }
  })

  it('by the reference parser', () => {
    expectOutcome(parseByTheBook(bytes), vector)
  })

  const whole = asText(bytes)
  if (whole !== undefined) {
    it('as strings', () => {
      expectOutcome(run([whole]), vector)
      expectOutcome(run(inChunksOf(isLarge ? 1000 : 1, whole)), vector)
      for (let seed = 0; seed < 5; seed++) {
        expectOutcome(run(cutAt([...randomPlaces(seed, 5)], whole)), vector)
      }
    })
  }

  it('on a parser that has read another connection before', () => {
    const { parser, happenings } = recordingParser()
    parser.push('event: left over\ndata: never\nid: never\nunfini')
    parser.reset()
    for (const chunk of chunks) parser.push(chunk)
    expectOutcome(happenings, vector)
  })
})
