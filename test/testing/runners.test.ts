import { existsSync } from 'node:fs'
import { join } from 'node:path'
import { describe, expect, test } from 'vitest'
import { type Command, start } from '../process.js'

const root = join(import.meta.dirname, '../..')
const jest = join(import.meta.dirname, 'jest')
const isInstalled = existsSync(join(jest, 'node_modules'))
if (!isInstalled) console.log('jest: left out until `npm --prefix test/testing/jest ci --ignore-scripts` has run')

async function run(command: Omit<Command, 'file'>): Promise<string> {
  const { ended, output } = start({ file: process.execPath, ...command })
  expect(await ended, output()).toBe('exit code 0')
  return output()
}

describe('the published entry everstream/testing', { timeout: 60_000 }, () => {
  test('works in node:test', async () => {
    const file = join(import.meta.dirname, 'node-test/prices.test.mjs')
    expect(await run({ args: ['--test', '--test-reporter=tap', file], cwd: root })).toMatch(/^# pass 3$/m)
  })

  test.skipIf(!isInstalled)('works in Jest, with and without jsdom', async () => {
    const args = [join(jest, 'node_modules/jest/bin/jest.js'), '--ci', '--runInBand']
    expect(await run({ args, cwd: jest })).toMatch(/Tests:\s+6 passed, 6 total/)
  })
})
