import { describe, inject, it } from 'vitest'
import { subjectCases } from '../behaviour/event-source/subjects.js'
import { SCRIPT_SERVER_PATH } from '../server/script.js'

const own = `${location.origin}${SCRIPT_SERVER_PATH}`
const other = inject('scriptServer')
const list = subjectCases({ server: own, otherServer: other })

for (const title of new Set(list.map((example) => example.title))) {
  describe(title, () => {
    for (const example of list.filter((candidate) => candidate.title === title)) {
      it(example.name, () => example.run())
    }
  })
}
