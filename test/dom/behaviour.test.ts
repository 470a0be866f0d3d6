import console from 'node:console'
import { afterAll, beforeAll, describe, inject, it, vi } from 'vitest'
import { cases } from '../behaviour/cases/index.js'
import { applies, runCase, transportsOf } from '../behaviour/run.js'

const place = { server: inject('scriptServer') }

// happy-dom reports every failed request, as a browser's console does; most of these are intended.
beforeAll(() => void vi.spyOn(console, 'error').mockImplementation(() => {}))
afterAll(() => vi.restoreAllMocks())

for (const transport of transportsOf()) {
  for (const [subject, list] of Object.entries(cases)) {
    describe(`${transport}: ${subject}`, () => {
      for (const example of list.filter((candidate) => applies(candidate, transport, place))) {
        it(example.name, () => runCase(example, transport, place))
      }
    })
  }
}
