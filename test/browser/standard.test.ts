import { describe, inject, it } from 'vitest'
import { standardCases } from '../behaviour/standard/cases.js'
import { runStandardCase } from '../behaviour/standard/run.js'
import { SCRIPT_SERVER_PATH } from '../server/script.js'

describe.each([
  ['its own origin', `${location.origin}${SCRIPT_SERVER_PATH}`],
  ['another origin', inject('scriptServer')],
])("the browser's own EventSource, on %s", (_where, server) => {
  for (const example of standardCases) {
    it(example.name, () => runStandardCase(example, globalThis.EventSource, server))
  }
})
