import { EventSource } from '../../../src/compat/index.js'
import { cases } from '../../behaviour/event-source/cases/index.js'
import { deviations } from '../../behaviour/event-source/deviations.js'
import { runCase, whyNot } from '../../behaviour/event-source/run.js'
import type { Check, Suite } from './suite.js'

/** A fetch that is aborted in Firefox's service workers often keeps its connection until the next byte, and six are all there are. */
const SLOW_TO_CLOSE =
  'ServiceWorkerGlobalScope' in globalThis && globalThis.navigator.userAgent.includes('Firefox')
    ? 'its fetch keeps connections that were aborted, so that the cases wait for each other'
    : undefined

/** The standard's class, as everstream makes it. That of the browsers is the business of the tests in them. */
export const classSuite: Suite = {
  name: 'EventSource',
  checks: (place) =>
    Object.entries(cases).flatMap(([about, list]) =>
      list.map((example): Check => ({
        name: `${about}: ${example.name}`,
        whyNot: whyNot(example, place) ?? deviations.everstream[example.name] ?? SLOW_TO_CLOSE,
        run: () => runCase(example, EventSource, place),
      })),
    ),
}
