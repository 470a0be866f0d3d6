import { EventSource } from '../../../src/entries/event-source.js'
import type { Place } from '../run.js'
import type { EventSourceCase, EventSourceClass } from './case.js'
import { cases } from './cases/index.js'
import { deviations, type Maker } from './deviations.js'
import { runCase, whyNot } from './run.js'

/** A class to run the cases with. */
export interface Subject {
  readonly maker: Maker
  readonly EventSource: EventSourceClass
}

/** One case with one class. */
export interface SubjectCase {
  readonly maker: Maker
  /** The class, and what the case is about. */
  readonly title: string
  readonly name: string
  run(): Promise<void>
}

/** Our class, and the runtime's own if it has one. */
export function subjects(): Subject[] {
  const ours: Subject = { maker: 'everstream', EventSource }
  if (typeof globalThis.EventSource !== 'function') return [ours]
  return [ours, { maker: makerOf(globalThis.navigator.userAgent), EventSource: globalThis.EventSource }]
}

function makerOf(userAgent: string): Maker {
  if (userAgent.includes('Firefox')) return 'firefox'
  return userAgent.includes('Chrome') ? 'chromium' : 'webkit'
}

export function subjectCases(place: Place): SubjectCase[] {
  return subjects().flatMap((subject) =>
    Object.entries(cases).flatMap(([about, list]) =>
      list
        .filter((example) => whyNot(example, place) === undefined)
        .map((example) => ({
          maker: subject.maker,
          title: `EventSource of ${subject.maker}: ${about}`,
          name: example.name,
          run: () => runAsExpected(example, subject, place),
        })),
    ),
  )
}

/** Fails for a deviation that has vanished, so that the list and the documentation stay true. */
export async function runAsExpected(example: EventSourceCase, subject: Subject, place: Place) {
  const deviation = deviations[subject.maker][example.name]
  if (deviation === undefined) return runCase(example, subject.EventSource, place)
  try {
    await runCase(example, subject.EventSource, place)
  } catch {
    return
  }
  throw new Error(
    `This case passes now, but test/behaviour/event-source/deviations.ts says of ${subject.maker}: ${deviation}`,
  )
}
