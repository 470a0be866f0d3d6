import { describe, expect, test } from 'vitest'
import { lineFrom, start } from './process.js'

const NEVER = new Promise<never>(() => {})

/** A program of a few lines, in this Node. */
function script(code: string, options: { extraPipe?: boolean } = {}) {
  return start({ file: process.execPath, args: ['-e', code], ...options })
}

describe.each([
  ['that is not there', '/nonexistent', 'it could not be started: spawn /nonexistent ENOENT'],
  ['that ends at once', '/bin/false', 'exit code 1'],
])('a program %s', (_, file, how) => {
  test('has ended', async () => {
    const program = start({ file, args: [] })
    expect(await program.ended).toBe(how)
    await program.stop()
  })

  test('rejects everything that waits for it', async () => {
    const program = start({ file, args: [], extraPipe: true })
    const message = `${file} has ended: ${how}.`
    await expect(program.printed(/ready/)).rejects.toThrow(message)
    await expect(program.alive(NEVER)).rejects.toThrow(message)
    await expect(lineFrom(program)).rejects.toThrow(message)
  })
})

test('the error says what the program has printed', async () => {
  const program = script('console.error("no such option"); process.exit(2)')
  await expect(program.printed(/ready/)).rejects.toThrow('exit code 2. Its last output:\nno such option')
})

test('output of a program is found whether it is printed before or after the call', async () => {
  const program = script('console.log("port 1"); setInterval(() => {}, 1000)')
  expect((await program.printed(/port (\d)/))[1]).toBe('1')
  expect((await program.printed(/port (\d)/))[1]).toBe('1')
  await program.stop()
  expect(await program.ended).toBe('signal SIGTERM')
})

test('a line from the extra pipe is read', async () => {
  const program = script('require("fs").writeSync(3, "one\\n"); setInterval(() => {}, 1000)', { extraPipe: true })
  expect(await lineFrom(program)).toBe('one')
  await program.stop()
})
