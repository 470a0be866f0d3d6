import { existsSync, mkdirSync, mkdtempSync, rmSync, symlinkSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { brotliCompressSync } from 'node:zlib'
import { afterAll, beforeAll, describe, expect, test, vi } from 'vitest'
import manifest from '../../package.json' with { type: 'json' }

const root = join(import.meta.dirname, '../..')
const home = join(root, 'test/bundlers')
const isInstalled = existsSync(join(home, 'node_modules'))
if (!isInstalled) console.log('bundlers: left out until `npm --prefix test/bundlers ci --ignore-scripts` has run')

type Bundle = (entry: string) => Promise<{ warnings: string[]; code: string }>
const loaded = (isInstalled ? await import(join(home, 'bundlers.mjs')) : {}) as { bundlers?: Record<string, Bundle> }

/** What an application imports from each entry. The polyfill exports nothing. */
const NAMES = {
  '.': 'createEventSource',
  './event-source': 'EventSource',
  './event-stream': 'createParser',
  './polyfill': undefined,
  './testing': 'createTestServer',
  './sharing': 'sharedTransport',
  './server': 'createChannel',
  './server/node': 'respond',
} as const
const entries = Object.keys(NAMES) as (keyof typeof NAMES)[]

/** Linked as in a workspace: esbuild hides its warnings about copies under node_modules. */
const application = mkdtempSync(join(tmpdir(), 'everstream-bundlers-'))
mkdirSync(join(application, 'node_modules'))
symlinkSync(root, join(application, 'node_modules/everstream'))
// vitest sets it to 'test', and some bundlers set the condition `production` by it.
beforeAll(() => void vi.stubEnv('NODE_ENV', 'production'))
afterAll(() => rmSync(application, { recursive: true, force: true }))

/** The specifier of an entry, as an application writes it. */
function specifierOf(entry: string): string {
  return entry.replace('.', manifest.name)
}

/** They import a framework; `npm run test:frameworks` bundles them. */
const ADAPTERS = ['./angular', './react', './rxjs', './solid', './svelte', './vue']

test('every published entry is bundled here, except for adapters', () => {
  expect([...entries, ...ADAPTERS, './package.json'].toSorted()).toEqual(Object.keys(manifest.exports).toSorted())
})

const BUNDLERS = ['esbuild', 'esbuild --conditions=production', 'rollup', 'webpack', 'rspack', 'vite']
/** Those that leave `require` to a plugin, or to other tools. */
const WITHOUT_REQUIRE = new Set(['rollup', 'vite'])

describe.skipIf(!isInstalled).each(BUNDLERS)('%s', { timeout: 60_000 }, (bundler) => {
  function bundle(name: string, code: string): ReturnType<Bundle> {
    const file = join(application, name)
    writeFileSync(file, code)
    return loaded.bundlers![bundler]!(file)
  }

  test.each(entries)('bundles the entry %s without a warning', async (entry) => {
    const name = NAMES[entry]
    const from = specifierOf(entry)
    const code = name === undefined ? `import '${from}'` : `import { ${name} } from '${from}'\nconsole.log(${name})`
    expect(await bundle('one.mjs', code)).toMatchObject({ warnings: [] })
  })

  test('bundles all entries at once without a warning', async () => {
    const imports = entries.map(
      (entry, i) => `import * as entry${i} from '${specifierOf(entry)}'\nconsole.log(entry${i})`,
    )
    expect(await bundle('all.mjs', imports.join('\n'))).toMatchObject({ warnings: [] })
  })

  if (!WITHOUT_REQUIRE.has(bundler)) {
    test('bundles required entries without a warning', async () => {
      const requires = entries.map((entry) => `console.log(require('${specifierOf(entry)}'))`)
      const { warnings, code } = await bundle('all.cjs', requires.join('\n'))
      expect(warnings).toEqual([])
      expect(code).toContain('text/event-stream')
    })
  }

  test(`takes the ${bundler === 'esbuild' ? 'full' : 'lean'} build`, async () => {
    const use = "import { createEventSource } from 'everstream'\nconsole.log(createEventSource)"
    const { code } = await bundle('build.mjs', use)
    expect(code.includes('(docs/failures.md)')).toBe(bundler !== 'esbuild')
    expect(code.includes('new WeakMap'), 'private fields were lowered').toBe(false)
    console.log(`size: createEventSource by ${bundler}: ${brotliCompressSync(code).length} bytes, brotli`)
  })

  test('keeps the side effect of the polyfill', async () => {
    const { code } = await bundle('polyfill.mjs', "import 'everstream/polyfill'")
    expect(code).toMatch(/defineProperty\(globalThis,\s*["']EventSource/)
  })

  test('leaves out unused code', async () => {
    const use = "import { createParser } from 'everstream/event-stream'\nconsole.log(createParser)"
    const { code } = await bundle('parser.mjs', use)
    expect(code).toContain('maxEventSize')
    expect(code).not.toMatch(/getReader|fetch|text\/event-stream/)
  })
})
