import { EventSource } from '../../../src/entries/event-source.js'
import type { EventSourceCase } from '../../behaviour/event-source/case.js'
import { cases } from '../../behaviour/event-source/cases/index.js'
import { deviations } from '../../behaviour/event-source/deviations.js'
import { runCase, whyNot } from '../../behaviour/event-source/run.js'
import { runAsExpected, subjects } from '../../behaviour/event-source/subjects.js'
import type { Place } from '../../behaviour/run.js'
import type { Check, Suite } from './suite.js'

/** The standard's class as everstream implements it. */
export const classSuite: Suite = {
  name: 'EventSource',
  checks: (place) =>
    checksOf(place, (example) => ({
      whyNot: deviations.everstream[example.name],
      run: () => runCase(example, EventSource, place),
    })),
}

/** WebKit's own class and its deviations. test/browser and test/native cover Chromium's and Firefox's. */
export const nativeClassSuite: Suite = {
  name: 'native EventSource',
  checks: (place) =>
    subjects()
      .filter(({ maker }) => maker === 'webkit' && globalThis.location !== undefined)
      .flatMap((subject) =>
        checksOf(place, (example) => ({ whyNot: undefined, run: () => runAsExpected(example, subject, place) })),
      ),
}

function checksOf(place: Place, checkOf: (example: EventSourceCase) => Omit<Check, 'name'>): Check[] {
  return Object.entries(cases).flatMap(([about, list]) =>
    list.map((example) => {
      const check = checkOf(example)
      return { ...check, name: `${about}: ${example.name}`, whyNot: whyNot(example, place) ?? check.whyNot }
    }),
  )
}
