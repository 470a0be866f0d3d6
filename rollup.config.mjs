import { existsSync, readdirSync, readFileSync } from 'node:fs'
import { cp, readdir, readFile, writeFile } from 'node:fs/promises'
import { dirname, join, relative } from 'node:path'
import MagicString from 'magic-string'
import { minify } from 'terser'

/** A file below src/entries is a published entry of that name: everything about entries is derived from this list. */
export const entries = readdirSync(join(import.meta.dirname, 'src/entries'), { recursive: true })
  .filter((file) => file.endsWith('.ts'))
  .map((file) => file.replace(/\.ts$/, ''))
  .toSorted((a, b) => a.localeCompare(b))

/** Importing it changes something, so bundlers must keep it. */
const WITH_EFFECT = 'polyfill'

/** Platforms whose tools may also set `browser`; they need what only browsers can do without. */
const NOT_BROWSERS = ['workerd', 'edge-light', 'deno', 'bun', 'react-native', 'node']

/** Frameworks are the application's: an adapter imports the one that is installed there. */
const { peerDependencies } = JSON.parse(readFileSync(join(import.meta.dirname, 'package.json'), 'utf8'))
const peers = Object.keys(peerDependencies)
export const isPeer = (id) => peers.some((peer) => id === peer || id.startsWith(`${peer}/`))

/** What package.json says of the entries. The build keeps it up to date. */
export function manifestOf() {
  const types = (name, extension) => ({ types: `./dist/types/entries/${name}.d.${extension}` })
  const exportsOf = (name) => {
    const full = `./dist/${name}.js`
    return {
      import: {
        ...types(name, 'ts'),
        ...Object.fromEntries(NOT_BROWSERS.map((condition) => [condition, full])),
        // With a default inside: not every resolver goes on after a condition that has led nowhere.
        browser: { production: `./dist/lean/${name}.js`, default: full },
        default: full,
      },
      require: { ...types(name, 'cts'), default: `./dist/${name}.cjs` },
    }
  }
  const named = entries.filter((name) => name !== 'index').map((name) => [`./${name}`, exportsOf(name)])
  return {
    sideEffects: ['js', 'cjs'].map((code) => `./dist/${WITH_EFFECT}.${code}`).concat(`./dist/lean/${WITH_EFFECT}.js`),
    exports: { '.': exportsOf('index'), ...Object.fromEntries(named), './package.json': './package.json' },
  }
}

/** tsc has written JavaScript, types and maps into build/; here they become what is published. */
const input = Object.fromEntries(entries.map((name) => [name, `build/entries/${name}.js`]))

const manifest = {
  name: 'manifest',
  async writeBundle() {
    const before = await readFile('package.json', 'utf8')
    const after = `${JSON.stringify({ ...JSON.parse(before), ...manifestOf() }, undefined, 2)}\n`
    if (after !== before) await writeFile('package.json', after)
  },
}

/** Hands tsc's maps on, so that a stack trace ends in src/. */
const sourceMaps = {
  name: 'source-maps',
  async load(id) {
    const [code, map] = await Promise.all([readFile(id, 'utf8'), readFile(`${id}.map`, 'utf8')])
    return { code: code.replace(/\/\/# sourceMappingURL=.*\s*$/, ''), map: JSON.parse(map) }
  },
}

function* nodesOf(node) {
  if (typeof node?.type === 'string') yield node
  if (typeof node === 'object') for (const child of Object.values(node ?? {})) yield* nodesOf(child)
}

/** Replaces the calls of src/messages/advice.ts: by their text, or by the page that they name. */
const advice = ({ lean }) => ({
  name: 'advice',
  transform(code) {
    if (!code.includes('advice(')) return
    const result = new MagicString(code)
    for (const node of nodesOf(this.parse(code))) {
      if (node.type !== 'CallExpression' || node.callee.name !== 'advice') continue
      const [text, page] = node.arguments
      if (lean) result.overwrite(node.start, node.end, page === undefined ? "''" : `' (docs/${page.value}.md)'`)
      else result.remove(node.start, node.callee.end).remove(text.end, node.end - 1)
    }
    return { code: result.toString(), map: result.generateMap({ hires: true }) }
  },
})

/** Takes `name.lean.js` for `name.js` if there is one. */
const twins = {
  name: 'twins',
  resolveId(specifier, importer) {
    if (importer === undefined) return
    const twin = join(dirname(importer), specifier.replace(/\.js$/, '.lean.js'))
    return existsSync(twin) && twin !== importer ? twin : undefined
  },
}

/** The types as they are for `import`, and with the specifiers of CommonJS for `require`. */
const types = {
  name: 'types',
  async writeBundle() {
    for (const file of await readdir('build', { recursive: true })) {
      if (!file.endsWith('.d.ts')) continue
      await cp(join('build', file), join('dist/types', file))
      const declaration = await readFile(join('build', file), 'utf8')
      const commonJs = declaration.replace(/(['"])(\.{1,2}\/[^'"]+)\.js\1/g, '$1$2.cjs$1')
      await writeFile(join('dist/types', file.replace(/\.d\.ts$/, '.d.cts')), commonJs)
    }
  },
}

/** Written out: terser takes the whole script for a module and drops its global when told `module: true`. */
const minified = {
  name: 'minified',
  async renderChunk(code) {
    const result = await minify(code, { sourceMap: true, compress: { passes: 2, ecma: 2020 }, mangle: true })
    return { code: result.code, map: JSON.parse(result.map) }
  },
}

/** The files that entries share, and the folders of src/ in them. What one entry alone needs is in its own file. */
const SHARED = [
  ['base', ['messages', 'standards', 'platform', 'arguments', 'event-stream', 'failure', 'answer', 'observable']],
  ['connection', ['reconnection', 'transport', 'connection']],
  ['client', ['client', 'views']],
  ['adapters', ['adapters']],
  ['server', ['server']],
]

/** An adapter of a framework has a folder of its own: it is not shared. */
const folderOf = (id) => relative(join(import.meta.dirname, 'build'), dirname(id))

/** A file for each entry, and few for what they share: forty modules took Node six times as long to import. */
const split = (format, extension, dir = 'dist') => ({
  dir,
  format,
  entryFileNames: `[name].${extension}`,
  chunkFileNames: `shared/[name].${extension}`,
  // Otherwise each entry imports, without a name, what its imports import; esbuild warns of these lines.
  hoistTransitiveImports: false,
  manualChunks: (id) => SHARED.find(([, folders]) => folders.includes(folderOf(id)))?.[0],
  onlyExplicitManualChunks: true,
  sourcemap: true,
})

export default [
  {
    input,
    external: isPeer,
    plugins: [sourceMaps, advice({ lean: false })],
    output: [
      { ...split('es', 'js'), plugins: [types, manifest] },
      { ...split('cjs', 'cjs'), exports: 'named' },
    ],
  },
  {
    input,
    external: isPeer,
    plugins: [sourceMaps, twins, advice({ lean: true })],
    output: split('es', 'js', 'dist/lean'),
  },
  {
    input: 'build/entries/index.js',
    plugins: [sourceMaps, advice({ lean: false })],
    output: {
      file: 'dist/everstream.min.js',
      format: 'iife',
      name: 'everstream',
      sourcemap: true,
      plugins: [minified],
    },
  },
]
