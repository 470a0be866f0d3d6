import { readdirSync, readFileSync } from 'node:fs'
import { dirname, join, normalize } from 'node:path'
import { describe, expect, test } from 'vitest'

const root = join(import.meta.dirname, '../../src')

/** The folders in their order: each imports only from those before it. */
const LAYERS = [
  'standards',
  'errors',
  'event-stream',
  'observable',
  'reconnection',
  'transport',
  'connection',
  'client',
  'compat',
]

const ENTRIES = ['index.ts', 'event-stream/index.ts', 'compat/index.ts', 'compat/polyfill.ts']

const files = readdirSync(root, { recursive: true, encoding: 'utf8' }).filter((file) => file.endsWith('.ts'))

/** What a file imports or reexports, types included, as paths relative to src/. */
function importsOf(file: string): string[] {
  const text = readFileSync(join(root, file), 'utf8')
  const specifiers = [
    ...text.matchAll(/^(?:import|export)\b[^'";]*?\bfrom '([^']+)'|\bimport\('([^']+)'\)|^import '([^']+)'/gm),
  ]
  return specifiers.map((match) => {
    const specifier = match[1] ?? match[2] ?? match[3] ?? ''
    return specifier.startsWith('.') ? normalize(join(dirname(file), specifier)).replace(/\.js$/, '.ts') : specifier
  })
}

function layerOf(file: string): number {
  return LAYERS.indexOf(file.split('/')[0] ?? '')
}

const inner = files.filter((file) => file.includes('/'))

describe('the structure of src', () => {
  test('every folder has its place in the order', () => {
    expect(inner.filter((file) => layerOf(file) === -1)).toEqual([])
    expect(inner.length).toBeGreaterThan(30)
  })

  test.each(inner)('%s imports only its own folder and those before it', (file) => {
    for (const imported of importsOf(file)) {
      expect(files, `${file} imports ${imported}, which is no file of src`).toContain(imported)
      expect(layerOf(imported), `${file} imports ${imported}`).toBeLessThanOrEqual(layerOf(file))
      expect(layerOf(imported), `${file} imports the entry ${imported}`).not.toBe(-1)
    }
  })

  test('nothing imports an entry', () => {
    const entries = new Set(ENTRIES)
    expect(files.flatMap((file) => importsOf(file)).filter((imported) => entries.has(imported))).toEqual([])
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

  test('the entries name what they export', () => {
    for (const entry of ENTRIES) {
      const text = readFileSync(join(root, entry), 'utf8')
      expect(text).not.toMatch(/export \*|export default/)
    }
  })
})
