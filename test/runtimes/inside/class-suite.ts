import { EventSource } from '../../../src/compat/index.js'
import { cases } from '../../behaviour/event-source/cases/index.js'
import { deviations } from '../../behaviour/event-source/deviations.js'
import { runCase, whyNot } from '../../behaviour/event-source/run.js'
import type { Check, Suite } from './suite.js'

/** The standard's class, as everstream makes it. That of the browsers is the business of the tests in them. */
export const classSuite: Suite = {
  name: 'EventSource',
  checks: (place) =>
    Object.entries(cases).flatMap(([about, list]) =>
      list.map((example): Check => ({
        name: `${about}: ${example.name}`,
        whyNot: whyNot(example, place) ?? deviations.everstream[example.name],
        run: () => runCase(example, EventSource, place),
      })),
    ),
}
