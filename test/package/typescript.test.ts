import { spawnSync } from 'node:child_process'
import { existsSync, mkdirSync, mkdtempSync, readFileSync, rmSync, symlinkSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterAll, describe, expect, test } from 'vitest'
import manifest from '../../package.json' with { type: 'json' }

const root = join(import.meta.dirname, '../..')
const home = join(root, 'test/typescript')
const isInstalled = existsSync(join(home, 'node_modules'))
if (!isInstalled)
  console.log('older TypeScript: left out until `npm --prefix test/typescript ci --ignore-scripts` has run')

/** Where the compilers are; the one of the root is the newest. */
const COMPILERS = {
  '5.4': join(home, 'node_modules/typescript-5.4/lib/tsc.js'),
  '5.9': join(home, 'node_modules/typescript-5.9/lib/tsc.js'),
  '6.0': join(home, 'node_modules/typescript-6.0/lib/tsc.js'),
  '7.0': join(root, 'node_modules/typescript/bin/tsc'),
} as const
type Version = keyof typeof COMPILERS
const OLDEST = '5.4'

function isHere(version: Version): boolean {
  return isInstalled || version === '7.0'
}

/** An application that has the package and zod installed. */
const application = mkdtempSync(join(tmpdir(), 'everstream-typescript-'))
afterAll(() => rmSync(application, { recursive: true, force: true }))
mkdirSync(join(application, 'node_modules'))
symlinkSync(root, join(application, 'node_modules/everstream'))
symlinkSync(join(root, 'node_modules/zod'), join(application, 'node_modules/zod'))

function compile(version: Version, ...args: string[]): string {
  const always = ['--noEmit', '--strict', '--pretty', 'false', '--target', 'es2022', '--lib', 'es2022,dom,dom.iterable']
  const { stdout, stderr } = spawnSync(process.execPath, [COMPILERS[version], ...always, ...args], {
    cwd: application,
    encoding: 'utf8',
  })
  return stdout + stderr
}

/** The errors by line, each with the lines that explain it. */
function errorsOf(output: string): Map<number, string> {
  const errors = output.matchAll(/^\S+\((\d+),\d+\): error (.*(?:\n .*)*)/gm)
  return new Map(Array.from(errors, ([, line, message]) => [Number(line), message!]))
}

/** Whether the pieces of the text are in the message, in this order. */
function says(message: string, expected: string): boolean {
  let rest = message
  for (const piece of expected.split(' … ')) {
    const at = rest.indexOf(piece)
    if (at === -1) return false
    rest = rest.slice(at + piece.length)
  }
  return true
}

describe.each(Object.keys(COMPILERS) as Version[])('TypeScript %s', { timeout: 60_000 }, (version) => {
  test.skipIf(!isHere(version))('explains the likeliest mistakes', () => {
    const fixture = readFileSync(join(home, 'mistakes.ts'), 'utf8')
    const expected = new Map<number, string>()
    for (const [index, line] of fixture.split('\n').entries()) {
      const text = /@ts-expect-error -- (.*)/.exec(line)?.[1]
      if (text !== undefined) expected.set(index + 2, text)
    }
    expect(expected.size).toBeGreaterThan(10)

    const code = fixture.replace('../../src/entries/index.js', 'everstream').replaceAll('@ts-expect-error', '')
    writeFileSync(join(application, 'mistakes.mts'), code)
    const module = ['--module', 'nodenext', '--moduleResolution', 'nodenext', '--skipLibCheck']
    const actual = errorsOf(compile(version, ...module, 'mistakes.mts'))
    for (const [line, text] of expected) if (says(actual.get(line) ?? '', text)) actual.set(line, text)
    expect(actual).toEqual(expected)
  })
})

test('the README names the oldest TypeScript that is tested', () => {
  expect(readFileSync(join(root, 'README.md'), 'utf8')).toContain(`TypeScript ${OLDEST} or later`)
})

describe.skipIf(!isHere(OLDEST))(`the published types in TypeScript ${OLDEST}`, { timeout: 60_000 }, () => {
  // Adapters need their frameworks' types: `npm run test:frameworks` compiles them.
  const entries = Object.keys(manifest.exports).filter(
    (entry) => !['./package.json', './angular', './react', './rxjs', './solid', './svelte', './vue'].includes(entry),
  )
  const specifiers = entries.map((entry) => entry.replace('.', manifest.name))
  const imported = specifiers.map((from, i) => `export * as e${i} from '${from}'`)
  const required = specifiers.map((from, i) => `import e${i} = require('${from}')\nexport { e${i} }`)
  writeFileSync(join(application, 'all.mts'), imported.join('\n'))
  writeFileSync(join(application, 'all.cts'), required.join('\n'))
  const strictly = ['--skipLibCheck', 'false', '--exactOptionalPropertyTypes']

  test('compile as Node resolves them, imported and required', () => {
    const output = compile(
      OLDEST,
      ...strictly,
      '--module',
      'node16',
      '--moduleResolution',
      'node16',
      'all.mts',
      'all.cts',
    )
    expect(output).toBe('')
  })

  test('compile as bundlers resolve them', () => {
    const output = compile(OLDEST, ...strictly, '--module', 'esnext', '--moduleResolution', 'bundler', 'all.mts')
    expect(output).toBe('')
  })
})
