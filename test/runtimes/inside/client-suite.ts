import type { SubjectTransport } from '../../behaviour/case.js'
import { cases } from '../../behaviour/cases/index.js'
import { runCase, takes, whyNot } from '../../behaviour/run.js'
import type { Check, Suite } from './suite.js'

const TRANSPORTS: readonly SubjectTransport[] = ['fetch', 'native', 'auto']

/** The typed client: every case with every transport that it is for. */
export const clientSuite: Suite = {
  name: 'client',
  checks: (place) =>
    TRANSPORTS.flatMap((transport) =>
      Object.entries(cases).flatMap(([subject, list]) =>
        list
          .filter((example) => takes(example, transport))
          .map((example): Check => ({
            name: `${transport}: ${subject}: ${example.name}`,
            whyNot: whyNot(example, transport, place),
            run: () => runCase(example, transport, place),
          })),
      ),
    ),
}
