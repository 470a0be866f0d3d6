import { cases } from '../../behaviour/event-source/cases/index.js'
import { whyNot } from '../../behaviour/event-source/run.js'
import { runAsExpected, subjects } from '../../behaviour/event-source/subjects.js'
import type { Check, Suite } from './suite.js'

/** WebKit's own class, and where it deviates. Those of Chromium and Firefox have test/browser and test/native. */
export const nativeClassSuite: Suite = {
  name: 'native EventSource',
  checks: (place) =>
    subjects()
      .filter(({ maker }) => maker === 'webkit' && globalThis.location !== undefined)
      .flatMap((subject) =>
        Object.entries(cases).flatMap(([about, list]) =>
          list.map((example): Check => ({
            name: `${about}: ${example.name}`,
            whyNot: whyNot(example, place),
            run: () => runAsExpected(example, subject, place),
          })),
        ),
      ),
}
