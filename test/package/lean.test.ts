import { existsSync, readdirSync, readFileSync } from 'node:fs'
import { join } from 'node:path'
import { describe, expect, test } from 'vitest'
import manifest from '../../package.json' with { type: 'json' }

const root = join(import.meta.dirname, '../..')

type Target = string | { readonly [condition: string]: Target }

/** What a tool that sets these conditions resolves a specifier to: the first condition that is met decides. */
function resolve(target: Target, conditions: readonly string[]): string | undefined {
  if (typeof target === 'string') return target
  const [, met] = Object.entries(target).find(([name]) => name === 'default' || conditions.includes(name)) ?? []
  return met && resolve(met, conditions)
}

/** @param parts - the folders whose files are read, below dist/ */
function codeOf(...parts: string[]): string {
  return parts
    .flatMap((part) => readdirSync(join(root, 'dist', part)).map((file) => join('dist', part, file)))
    .filter((file) => /\.c?js$/.test(file))
    .map((file) => readFileSync(join(root, file), 'utf8'))
    .join('\n')
}

describe.each(['.', './event-source', './event-stream', './polyfill'] as const)('the entry %s', (entry) => {
  const file = entry === '.' ? 'index' : entry.slice(2)

  test.each([
    ['a browser in production', ['import', 'browser', 'production']],
    ['a worker of a browser in production', ['import', 'worker', 'browser', 'production']],
  ])('is lean for %s', (_, conditions) => {
    expect(resolve(manifest.exports[entry], conditions)).toBe(`./dist/lean/${file}.js`)
  })

  test.each([
    ['a browser in development', ['import', 'browser', 'development']],
    ['a bundler that knows no mode', ['import', 'browser']],
    ['Node', ['import', 'node', 'production']],
    ['jsdom in Node', ['import', 'node', 'browser', 'production']],
    ['workerd by wrangler', ['import', 'workerd', 'worker', 'browser', 'production']],
    ['an edge runtime', ['import', 'edge-light', 'worker', 'browser', 'production']],
    ['Deno', ['import', 'deno', 'browser', 'production']],
    ['Bun', ['import', 'bun', 'browser', 'production']],
    ['React Native', ['import', 'react-native', 'browser', 'production']],
    ['anything else', ['import', 'production']],
  ])('is full for %s', (_, conditions) => {
    expect(resolve(manifest.exports[entry], conditions)).toBe(`./dist/${file}.js`)
  })

  test('is full for CommonJS', () => {
    expect(resolve(manifest.exports[entry], ['require', 'browser', 'production'])).toBe(`./dist/${file}.cjs`)
  })

  test.each([
    ['import', 'ts'],
    ['require', 'cts'],
  ])('has the same types in both builds: %s', (kind, extension) => {
    for (const conditions of [[], ['browser', 'production']]) {
      const types = resolve(manifest.exports[entry], [kind, 'types', ...conditions])
      expect(types).toBe(`./dist/types/entries/${file}.d.${extension}`)
    }
  })
})

describe('the lean build', () => {
  const code = codeOf('lean', 'lean/shared')

  test('names pages of the documentation that exist', () => {
    const pages = [...new Set(Array.from(code.matchAll(/ \((docs\/[^)]+)\)/g), ([, page]) => page!))]
    expect(pages.length).toBeGreaterThan(0)
    for (const page of pages) expect(existsSync(join(root, page)), page).toBe(true)
  })

  test('does not contain what it leaves to the browser', () => {
    expect(code).not.toMatch(/probably in a loop|gathered/)
  })
})

test('the full build names no pages, and no build calls advice()', () => {
  expect(codeOf('.', 'shared')).not.toContain('(docs/')
  expect(codeOf('.', 'shared', 'lean', 'lean/shared')).not.toContain('advice(')
})

// Build targets that lower them make WeakMaps of them, which are slow and large.
test.each(['.', 'shared', 'lean', 'lean/shared'])('no class has private fields: dist/%s', (part) => {
  expect(codeOf(part).match(/^\s*(?:static )?#\w+|this\.#\w+/m)?.[0]).toBeUndefined()
})
