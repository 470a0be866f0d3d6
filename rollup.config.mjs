import { cp, readdir, readFile, writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import { minify } from 'terser'

/** tsc has written JavaScript, types and maps into build/; here they become what is published. */
const input = Object.fromEntries(
  ['index', 'event-stream/index', 'compat/index', 'compat/polyfill'].map((entry) => [entry, `build/${entry}.js`]),
)

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
      await cp(join('build', file), join('dist', file))
      const declaration = await readFile(join('build', file), 'utf8')
      const commonJs = declaration.replace(/(['"])(\.{1,2}\/[^'"]+)\.js\1/g, '$1$2.cjs$1')
      await writeFile(join('dist', file.replace(/\.d\.ts$/, '.d.cts')), commonJs)
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
      { ...split('es', 'js'), plugins: [types] },
      { ...split('cjs', 'cjs'), exports: 'named' },
    ],
  },
  {
    input: 'build/index.js',
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
