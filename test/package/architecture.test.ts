import { readdirSync, readFileSync } from 'node:fs'
import { dirname, join, normalize } from 'node:path'
import { describe, expect, test } from 'vitest'
import manifest from '../../package.json' with { type: 'json' }

const root = join(import.meta.dirname, '../../src')
const { manifestOf, isPeer } = (await import(join(root, '../rollup.config.mjs'))) as {
  manifestOf: () => { exports: object }
  isPeer: (specifier: string) => boolean
}

/** What each folder may import besides itself: sets, so that a new dependency is a decision. */
const MAY_IMPORT = {
  messages: [],
  standards: [],
  platform: ['messages'],
  arguments: ['messages'],
  'event-stream': ['messages', 'arguments'],
  failure: ['messages'],
  answer: ['messages', 'standards', 'platform', 'arguments', 'event-stream', 'failure'],
  observable: ['messages', 'standards', 'platform', 'arguments'],
  reconnection: ['messages', 'arguments', 'failure'],
  transport: ['messages', 'standards', 'platform', 'arguments', 'event-stream', 'failure', 'answer'],
  connection: ['messages', 'event-stream', 'failure', 'observable', 'reconnection', 'transport'],
  client: [
    'messages',
    'standards',
    'platform',
    'arguments',
    'event-stream',
    'failure',
    'observable',
    'reconnection',
    'transport',
    'connection',
  ],
  server: ['standards', 'arguments', 'event-stream', 'observable'],
  sharing: ['arguments', 'event-stream', 'observable', 'transport', 'connection'],
  views: ['arguments', 'observable', 'connection', 'client'],
  adapters: ['arguments', 'observable', 'connection', 'client', 'views'],
  testing: [
    'standards',
    'platform',
    'arguments',
    'event-stream',
    'failure',
    'answer',
    'reconnection',
    'transport',
    'connection',
    'client',
  ],
  'event-source': [
    'messages',
    'standards',
    'platform',
    'arguments',
    'failure',
    'reconnection',
    'transport',
    'connection',
  ],
  entries: [
    'standards',
    'event-stream',
    'failure',
    'answer',
    'observable',
    'reconnection',
    'transport',
    'connection',
    'client',
    'views',
    'event-source',
    'server',
    'sharing',
    'adapters',
    'testing',
  ],
} as const satisfies Record<string, readonly string[]>

const files = readdirSync(root, { recursive: true, encoding: 'utf8' }).filter((file) => file.endsWith('.ts'))

/** What a file imports or reexports from src, types included, as paths relative to it. */
function importsOf(file: string): string[] {
  return everyImportOf(file).filter((imported) => !isPeer(imported))
}

/** The same with the peer dependencies. */
function everyImportOf(file: string): string[] {
  const text = readFileSync(join(root, file), 'utf8')
  const specifiers = [
    ...text.matchAll(/^(?:import|export)\b[^'";]*?\bfrom '([^']+)'|\bimport\('([^']+)'\)|^import '([^']+)'/gm),
  ]
  return specifiers.map((match) => {
    const specifier = match[1] ?? match[2] ?? match[3] ?? ''
    return specifier.startsWith('.') ? normalize(join(dirname(file), specifier)).replace(/\.js$/, '.ts') : specifier
  })
}

function folderOf(file: string): string {
  return file.split('/')[0] ?? ''
}

describe('the structure of src', () => {
  test('every file is in a folder that is listed here, and every folder exists', () => {
    expect([...new Set(files.map(folderOf))].toSorted()).toEqual(Object.keys(MAY_IMPORT).toSorted())
    expect(files.length).toBeGreaterThan(50)
  })

  test.each(files)('%s imports only what its folder may', (file) => {
    const allowed = new Set<string>([folderOf(file), ...MAY_IMPORT[folderOf(file) as keyof typeof MAY_IMPORT]])
    for (const imported of importsOf(file)) {
      expect(files, `${file} imports ${imported}, which is not a file of src`).toContain(imported)
      expect(allowed, `${file} imports ${imported}`).toContain(folderOf(imported))
    }
  })

  test('only the adapter of a framework imports it', () => {
    const importers = files.filter((file) => everyImportOf(file).some(isPeer))
    expect(importers).not.toEqual([])
    for (const file of importers) expect(file).toMatch(/^adapters\/\w+\//)
  })

  test.each(Object.entries(MAY_IMPORT))('%s needs everything that it may import', (folder, allowed) => {
    const ours = files.filter((file) => folderOf(file) === folder)
    const imported = new Set(ours.flatMap((file) => importsOf(file).map(folderOf)))
    expect(allowed.filter((other) => !imported.has(other))).toEqual([])
  })

  test('there are no cycles, types included', () => {
    const done = new Set<string>()
    const visit = (file: string, path: readonly string[]): void => {
      expect(path, `a cycle: ${[...path, file].join(' -> ')}`).not.toContain(file)
      if (done.has(file)) return
      for (const imported of importsOf(file)) visit(imported, [...path, file])
      done.add(file)
    }
    for (const file of files) visit(file, [])
    expect(done.size).toBe(files.length)
  })

  test('there are no cycles of folders', () => {
    const visit = (folder: string, path: readonly string[]): void => {
      expect(path, `a cycle: ${[...path, folder].join(' -> ')}`).not.toContain(folder)
      for (const other of MAY_IMPORT[folder as keyof typeof MAY_IMPORT]) visit(other, [...path, folder])
    }
    for (const folder of Object.keys(MAY_IMPORT)) visit(folder, [])
  })

  test('the entries name what they export', () => {
    for (const file of files.filter((candidate) => folderOf(candidate) === 'entries')) {
      expect(readFileSync(join(root, file), 'utf8')).not.toMatch(/export \*|export default/)
    }
  })
})

test('package.json lists the entries of src/entries; `npm run build` writes it', () => {
  expect(manifest).toMatchObject(manifestOf())
  expect(Object.keys(manifest.exports)).toEqual(Object.keys(manifestOf().exports))
})
