import { spawnSync } from 'node:child_process'
import { join } from 'node:path'
import { expect, test } from 'vitest'

test('the published types are usable without DOM types', () => {
  const cwd = join(import.meta.dirname, '../..')
  const compiler = join(cwd, 'node_modules/typescript/bin/tsc')
  const { stdout, status } = spawnSync(process.execPath, [compiler, '-p', 'test/package/no-dom'], {
    cwd,
    encoding: 'utf8',
  })
  expect(stdout).toBe('')
  expect(status).toBe(0)
})
