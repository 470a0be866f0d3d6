import { describe, inject, it } from 'vitest'
import { cases } from '../behaviour/cases/index.js'
import { applies, runCase, transportsOf } from '../behaviour/run.js'
import { SCRIPT_SERVER_PATH } from '../server/script.js'

const place = { server: `${location.origin}${SCRIPT_SERVER_PATH}`, otherServer: inject('scriptServer') }

for (const transport of transportsOf()) {
  for (const [subject, list] of Object.entries(cases)) {
    describe(`${transport}: ${subject}`, () => {
      for (const example of list.filter((candidate) => applies(candidate, transport, place))) {
        it(example.name, () => runCase(example, transport, place))
      }
    })
  }
}
