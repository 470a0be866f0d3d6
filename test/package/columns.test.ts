import { readdirSync, readFileSync } from 'node:fs'
import { join } from 'node:path'
import { expect, test } from 'vitest'

const root = join(import.meta.dirname, '../..')

/** The formatter wraps code at this column, but leaves comments and strings as they are. */
const COLUMNS = 120

const FOLDERS = ['src', 'test', 'docs/examples']

function longLinesIn(folder: string): string[] {
  return readdirSync(join(root, folder), { recursive: true, encoding: 'utf8' })
    .filter((file) => /\.[cm]?[jt]s$/.test(file) && !/(?:^|\/)(?:node_modules|dist)\//.test(file))
    .flatMap((file) => {
      const lines = readFileSync(join(root, folder, file), 'utf8').split('\n')
      return lines.flatMap((line, index) => (line.length > COLUMNS ? [`${folder}/${file}:${index + 1}`] : []))
    })
}

test.each(FOLDERS)(`no line of %s is longer than ${COLUMNS} columns`, (folder) => {
  expect(longLinesIn(folder)).toEqual([])
})
