import { readFileSync } from 'node:fs'
import { join } from 'node:path'
import { describe, expect, inject, it } from 'vitest'
import { cases } from './cases/index.js'
import { deviations } from './deviations.js'
import { subjectCases } from './subjects.js'

const examples = subjectCases({ server: inject('scriptServer') })

for (const title of new Set(examples.map((example) => example.title))) {
  describe(title, () => {
    for (const example of examples.filter((candidate) => candidate.title === title)) {
      it(example.name, () => example.run())
    }
  })
}

describe('the cases', () => {
  const names = Object.values(cases).flatMap((about) => about.map(({ name }) => name))

  it('have unique names', () => {
    expect(names).toEqual([...new Set(names)])
  })

  it.each(Object.entries(deviations))('include every case that the deviations of %s name', (_maker, list) => {
    expect(Object.keys(list).filter((name) => !names.includes(name))).toEqual([])
  })

  it.each(Object.entries(deviations))(
    'have the deviations of %s listed in docs/native-deviations.md',
    (_maker, list) => {
      const page = readFileSync(join(import.meta.dirname, '../../../docs/native-deviations.md'), 'utf8')
      const untold = Object.keys(list).filter((name) => !page.includes(`| \`${name.split(':')[0]}\``))
      expect(untold).toEqual([])
    },
  )
})
