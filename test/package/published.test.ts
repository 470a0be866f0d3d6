import { execFileSync } from 'node:child_process'
import { readdirSync, readFileSync } from 'node:fs'
import { createRequire } from 'node:module'
import { dirname, join, posix, relative } from 'node:path'
import { type Context, createContext, runInContext } from 'node:vm'
import { rollup } from 'rollup'
import { describe, expect, test } from 'vitest'
import manifest from '../../package.json' with { type: 'json' }

const root = join(import.meta.dirname, '../..')
const require = createRequire(import.meta.url)

const { isPeer } = (await import(join(root, 'rollup.config.mjs'))) as { isPeer: (specifier: string) => boolean }

const EXPORTS = {
  '.': [
    'ConnectionError',
    'PayloadError',
    'QueueOverflowError',
    'createEventSource',
    'exponentialBackoff',
    'fetchTransport',
    'history',
    'latest',
    'latestByKey',
    'nativeTransport',
    'onBatch',
    'paced',
    'standardReconnection',
  ],
  './event-source': ['EventSource'],
  './event-stream': [
    'ConnectionError',
    'EncodeError',
    'EventStreamDecoderStream',
    'EventStreamEncoderStream',
    'ParseError',
    'createParser',
    'encodeComment',
    'encodeMessage',
    'isEventStream',
    'readEvents',
  ],
  './server': [
    'EncodeError',
    'EventStreamEncoderStream',
    'PublishError',
    'corsHeaders',
    'createChannel',
    'createEventStreamResponse',
    'encodeComment',
    'encodeMessage',
  ],
  './server/node': ['publishDiagnostics', 'respond'],
  './sharing': ['sharedTransport'],
  './testing': ['createTestServer', 'installManualClock'],
} as const

/** What imports a framework, which is not installed here: `npm run test:frameworks` runs it. */
const ADAPTERS = {
  './angular': ['injectEvent', 'injectEventSource', 'injectEvents', 'injectLatest', 'injectStatus', 'injectView'],
  './react': ['useEvent', 'useEventSource', 'useEvents', 'useLatest', 'useStatus'],
  './rxjs': ['fromEvents'],
  './solid': ['useEvent', 'useEventSource', 'useEvents', 'useLatest', 'useStatus', 'useView'],
  './svelte': ['useEvent', 'useEventSource', 'useEvents', 'useLatest', 'useStatus', 'useView'],
  './vue': ['useEvent', 'useEventSource', 'useEvents', 'useLatest', 'useStatus', 'useView'],
} as const

const entries = Object.keys(EXPORTS) as (keyof typeof EXPORTS)[]

/** One script of the built entry with all its imports, as a browser without modules would run it. */
async function bundle(input: string, code = `export * from '${input}'`): Promise<string> {
  const bundled = await rollup({
    input: 'entry',
    plugins: [
      {
        name: 'entry',
        resolveId: (id) => (id === 'entry' ? id : null),
        load: (id) => (id === 'entry' ? code : null),
      },
    ],
  })
  const { output } = await bundled.generate({ format: 'iife', name: 'bundled' })
  await bundled.close()
  return output[0].code
}

describe.each(entries)('the built entry %s', (entry) => {
  const { import: esm, require: cjs } = manifest.exports[entry]
  const file = join(root, esm.default)

  test('exports the same names as ESM, as CommonJS and in the lean build, and no others', async () => {
    const asModule: object = (await import(file)) as object
    const lean: object = (await import(join(root, esm.browser.production))) as object
    const asCommonJs: object = require(join(root, cjs.default)) as object
    expect(Object.keys(asModule).toSorted()).toEqual(EXPORTS[entry])
    expect(Object.keys(lean).toSorted()).toEqual(EXPORTS[entry])
    expect(Object.keys(asCommonJs).toSorted()).toEqual(EXPORTS[entry])
  })

  test('can be imported in a bare realm, and changes nothing there', async () => {
    const realm = createContext({})
    const globals = (): string => runInContext('Reflect.ownKeys(globalThis).map(String).sort().join()', realm) as string
    const prototypes = (): number =>
      runInContext(
        '[Object, Array, String, Symbol, Promise, Map, Set]' +
          '.flatMap((c) => [c, c.prototype]).flatMap(Reflect.ownKeys).length',
        realm,
      ) as number
    const before = [globals(), prototypes()]
    runInContext(`(() => { ${await bundle(file)} })()`, realm)
    expect([globals(), prototypes()]).toEqual(before)
  })

  test('leaves no code in a bundle that does not use it', async () => {
    expect(await bundle(file, `import '${file}'`)).not.toMatch(/class|function \w/)
  })
})

describe.each(Object.keys(ADAPTERS) as (keyof typeof ADAPTERS)[])('the adapter %s', (entry) => {
  const { import: esm, require: cjs } = manifest.exports[entry]

  test('exports the same names as ESM and as CommonJS, and no others', () => {
    const asModule = /^export \{ (.+) \};$/m.exec(readFileSync(join(root, esm.default), 'utf8'))?.[1]?.split(', ')
    const asCommonJs = readFileSync(join(root, cjs.default), 'utf8').matchAll(/^exports\.(\w+) = /gm)
    expect(asModule?.toSorted()).toEqual(ADAPTERS[entry])
    expect(Array.from(asCommonJs, ([, name]) => String(name)).toSorted()).toEqual(ADAPTERS[entry])
  })

  test('contains nothing of its framework, and imports nothing else', async () => {
    const bundled = await rollup({ input: join(root, esm.default), external: isPeer })
    const { output } = await bundled.generate({ format: 'es' })
    await bundled.close()
    expect(output[0].imports.every(isPeer)).toBe(true)
  })
})

test('every entry is listed here', () => {
  const listed = [...entries, ...Object.keys(ADAPTERS), './polyfill', './package.json']
  expect(listed.toSorted()).toEqual(Object.keys(manifest.exports).toSorted())
})

test('unused code is not bundled', async () => {
  const file = join(root, manifest.exports['.'].import.default)
  const policyOnly = await bundle(file, `export { exponentialBackoff } from '${file}'`)
  expect(policyOnly).toContain('multiplier')
  expect(policyOnly).not.toMatch(/EventSource\(|getReader|TextDecoder/)
})

test('the file for a script tag defines the one global `everstream`', () => {
  const realm = createContext({})
  runInContext(readFileSync(join(root, manifest.unpkg), 'utf8'), realm)
  expect(runInContext('Object.keys(globalThis)', realm)).toEqual(['everstream'])
  expect(runInContext('Object.keys(everstream).sort()', realm)).toEqual(EXPORTS['.'])
})

/** The file with all its imports. */
function filesOf(file: string, found = new Set<string>()): Set<string> {
  if (found.has(file)) return found
  found.add(file)
  const code = readFileSync(file, 'utf8')
  for (const [, specifier] of code.matchAll(/(?:from|import|require\()\s*'(\.[^']+)'/g)) {
    filesOf(join(dirname(file), specifier!), found)
  }
  return found
}

describe.each([...entries, ...(Object.keys(ADAPTERS) as (keyof typeof ADAPTERS)[]), './polyfill'] as const)(
  'the files of %s',
  (entry) => {
    const { import: esm, require: cjs } = manifest.exports[entry]
    const asModule = filesOf(join(root, esm.default))
    const asCommonJs = filesOf(join(root, cjs.default))
    const lean = filesOf(join(root, esm.browser.production))

    test('are few, because a runtime opens and a browser without a bundler requests each of them', () => {
      // An adapter has the client's files, too.
      const limit = entry in ADAPTERS ? 6 : 5
      expect(asModule.size).toBeLessThanOrEqual(limit)
      expect(lean.size).toBeLessThanOrEqual(limit)
      expect(asCommonJs.size).toBe(asModule.size)
    })

    test('have source maps that lead stack traces to the source', () => {
      for (const file of [...asModule, ...asCommonJs, ...lean]) {
        const { sources } = JSON.parse(readFileSync(`${file}.map`, 'utf8')) as { sources: string[] }
        // Only an entry that merely exports what shared files have has no source of its own.
        if (file.includes('/shared/')) expect(sources).not.toEqual([])
        for (const source of sources)
          expect(readdirSync(join(root, 'src'), { recursive: true })).toContain(
            relative(join(root, 'src'), join(dirname(file), source)),
          )
      }
    })
  },
)

test('there is no runtime dependency, and nothing with side effects but the polyfill', () => {
  expect(manifest).not.toHaveProperty('dependencies')
  expect(manifest.peerDependenciesMeta).toEqual(
    Object.fromEntries(Object.keys(manifest.peerDependencies).map((peer) => [peer, { optional: true }])),
  )
  const { import: esm, require: cjs } = manifest.exports['./polyfill']
  expect(manifest.sideEffects).toEqual([esm.default, cjs.default, esm.browser.production])
})

describe('the polyfill', () => {
  const { import: esm, require: cjs } = manifest.exports['./polyfill']
  const describeGlobal = "Object.getOwnPropertyDescriptor(globalThis, 'EventSource')"

  /** A realm in which the built polyfill is imported. */
  async function install(globals: object): Promise<Context> {
    const realm = createContext(globals)
    const file = join(root, esm.default)
    runInContext(await bundle(file, `import '${file}'`), realm)
    return realm
  }

  test('defines the class as Web IDL says if there is none', async () => {
    const descriptor = runInContext(describeGlobal, await install({ EventTarget })) as PropertyDescriptor
    expect(descriptor).toMatchObject({ writable: true, enumerable: false, configurable: true })
    expect(descriptor.value).toHaveProperty('name', 'EventSource')
    expect(descriptor.value).toHaveProperty('CLOSED', 2)
  })

  test('keeps an existing class', async () => {
    const Native = class extends EventTarget {}
    const descriptor = runInContext(describeGlobal, await install({ EventTarget, EventSource: Native })) as object
    expect(descriptor).toMatchObject({ value: Native, enumerable: true })
  })

  test('is the class of the entry event-source, also for CommonJS', () => {
    const { EventSource } = require(join(root, manifest.exports['./event-source'].require.default)) as object & {
      EventSource: unknown
    }
    const before = Object.getOwnPropertyDescriptor(globalThis, 'EventSource')
    Reflect.deleteProperty(globalThis, 'EventSource')
    try {
      expect(require(join(root, cjs.default))).toEqual({})
      expect(globalThis.EventSource).toBe(EventSource)
    } finally {
      Reflect.deleteProperty(globalThis, 'EventSource')
      if (before) Object.defineProperty(globalThis, 'EventSource', before)
    }
  })
})

test.each([{}, { EventTarget }])('without EventTarget or Event, the class says so: %#', async (globals) => {
  const file = join(root, manifest.exports['./event-source'].import.default)
  const realm = createContext(globals)
  runInContext(await bundle(file), realm)
  expect(() => runInContext("new bundled.EventSource('http://localhost')", realm) as unknown).toThrow(
    'this runtime has no EventTarget',
  )
})

describe('the pages of the package', () => {
  const packed = execFileSync('npm', ['pack', '--dry-run', '--json', '--ignore-scripts'], {
    cwd: root,
    encoding: 'utf8',
    stdio: ['ignore', 'pipe', 'ignore'],
  })
  const [{ files }] = JSON.parse(packed) as [{ files: { path: string }[] }]
  const paths = files.map(({ path }) => path)
  const pages = paths.filter((path) => path.endsWith('.md'))

  /** The text without code, which may look like a link or a heading. */
  function prose(page: string): string {
    return readFileSync(join(root, page), 'utf8').replace(/^```[^]*?^```/gm, '')
  }

  /** The anchors that GitHub and npm give to the headings of a page. */
  function anchorsOf(page: string): string[] {
    return [...prose(page).matchAll(/^#+ (.*)$/gm)].map(([, heading]) =>
      heading!
        .toLowerCase()
        .replaceAll(/[^\p{L}\p{N}\p{M}_ -]/gu, '')
        .replaceAll(' ', '-'),
    )
  }

  test('are all published', () => {
    const written = readdirSync(join(root, 'docs'), { recursive: true, encoding: 'utf8' })
    expect(pages).toEqual(expect.arrayContaining(['README.md', 'CHANGELOG.md', 'CONTRIBUTING.md']))
    expect(pages).toEqual(
      expect.arrayContaining(written.filter((file) => file.endsWith('.md')).map((file) => `docs/${file}`)),
    )
  })

  test.each(pages)('%s links only to published pages and headings', (page) => {
    const text = prose(page).replaceAll(/`[^`\n]*`/g, '')
    const links = text.matchAll(/\]\(([^()\s]+)\)|\b(?:src|srcset|href)="([^"]+)"/g)
    for (const [, markdown, html] of links) {
      const link = markdown ?? html!
      if (/^[a-z]+:/.test(link)) continue
      const [file, anchor] = link.split('#')
      const target = file === '' ? page : posix.join(posix.dirname(page), file!)
      expect(paths, `${page} links to ${link}`).toContain(target)
      if (anchor !== undefined) expect(anchorsOf(target), `${page} links to ${link}`).toContain(anchor)
    }
  })
})

test('docs/images/architecture.svg shows the imports; `npm run architecture` draws it', async () => {
  const { drawArchitecture } = (await import(join(root, 'test/package/draw-architecture.mjs'))) as {
    drawArchitecture: (source: string) => string
  }
  const picture = readFileSync(join(root, 'docs/images/architecture.svg'), 'utf8')
  expect(drawArchitecture(join(root, 'src'))).toBe(picture)
})
