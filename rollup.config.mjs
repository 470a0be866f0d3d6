import { readdirSync } from 'node:fs'
import { cp, readdir, readFile, writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import { minify } from 'terser'

/** A file of src/entries is a published entry of that name: everything about entries is derived from this list. */
export const entries = readdirSync(join(import.meta.dirname, 'src/entries')).map((file) => file.replace(/\.ts$/, ''))

/** Importing it changes something, so bundlers must keep it. */
const WITH_EFFECT = 'polyfill'

/** What package.json says of the entries. The build keeps it up to date. */
export function manifestOf() {
  const conditions = (name, code, types) => ({
    types: `./dist/types/entries/${name}.d.${types}`,
    default: `./dist/${name}.${code}`,
  })
  const exportsOf = (name) => ({ import: conditions(name, 'js', 'ts'), require: conditions(name, 'cjs', 'cts') })
  const named = entries.filter((name) => name !== 'index').map((name) => [`./${name}`, exportsOf(name)])
  return {
    sideEffects: [`./dist/${WITH_EFFECT}.js`, `./dist/${WITH_EFFECT}.cjs`],
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

/** A file for each entry, and few for what they share: forty modules took Node six times as long to import. */
const split = (format, extension) => ({
  dir: 'dist',
  format,
  entryFileNames: `[name].${extension}`,
  chunkFileNames: `shared/[name].${extension}`,
  // Otherwise each entry imports, without a name, what its imports import; esbuild warns of these lines.
  hoistTransitiveImports: false,
  sourcemap: true,
})

export default [
  {
    input,
    plugins: [sourceMaps],
    output: [
      { ...split('es', 'js'), plugins: [types, manifest] },
      { ...split('cjs', 'cjs'), exports: 'named' },
    ],
  },
  {
    input: 'build/entries/index.js',
    plugins: [sourceMaps],
    output: {
      file: 'dist/everstream.min.js',
      format: 'iife',
      name: 'everstream',
      sourcemap: true,
      plugins: [minified],
    },
  },
]
