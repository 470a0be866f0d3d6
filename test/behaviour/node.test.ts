import { afterAll, describe, inject, it } from 'vitest'
import { cases } from './cases/index.js'
import { applies, runCase, transportsOf } from './run.js'
import { until } from './wait.js'

const place = {
  server: inject('scriptServer'),
  otherServer: inject('otherScriptServer'),
  hidesRedirects: inject('isLean') ?? false,
}

/** What keeps this process alive: our timers, sockets and requests, and for 100 ms at times a timer of vitest. */
function resources(): string[] {
  return process.getActiveResourcesInfo().filter((name) => /Timeout|Immediate|TCP|Request|TLS/.test(name))
}

for (const transport of transportsOf()) {
  for (const [subject, list] of Object.entries(cases)) {
    describe(`${transport}: ${subject}`, () => {
      for (const example of list.filter((candidate) => applies(candidate, transport, place))) {
        it(example.name, () => runCase(example, transport, place))
      }
      afterAll(() => until(() => resources().length === 0, 'every timer and socket to be released'))
    })
  }
}
