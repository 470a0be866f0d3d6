import { execFile } from 'node:child_process'
import { mkdir, readFile, writeFile } from 'node:fs/promises'
import { join, relative } from 'node:path'
import { promisify } from 'node:util'
import { build } from 'esbuild'

const run = promisify(execFile)
const home = import.meta.dirname
const root = join(home, '../..')

/**
 * Writes into the directory: everstream as npm would install it, and the programs for the runtimes, which import it.
 *
 * | file | for |
 * | --- | --- |
 * | `drive.mjs` | the driver itself, in this Node |
 * | `program.mjs` | Node, Bun and Deno: they resolve `everstream` themselves |
 * | `workerd.mjs`, `page.js`, `worker.js` | runtimes that take one file: with everstream, found by its exports |
 */
export async function bundle(directory) {
  await install(directory)
  const common = { bundle: true, target: 'es2022', logLevel: 'warning', absWorkingDir: home }
  const module = { ...common, format: 'esm' }
  const outfile = (name) => join(directory, name)
  await Promise.all([
    build({ ...module, entryPoints: ['drive/drive.ts'], platform: 'node', outfile: outfile('drive.mjs') }),
    build({
      ...module,
      entryPoints: ['inside/program.ts'],
      plugins: [published(directory, { external: true })],
      outfile: outfile('program.mjs'),
    }),
    build({
      ...module,
      entryPoints: ['inside/workerd.ts'],
      plugins: [published(directory, { external: false })],
      outfile: outfile('workerd.mjs'),
    }),
    // Not modules: not every browser accepts one as a service worker.
    build({
      ...common,
      format: 'iife',
      entryPoints: ['inside/worker.ts'],
      plugins: [published(directory, { external: false })],
      outfile: outfile('worker.js'),
    }),
    build({
      ...module,
      entryPoints: ['inside/page.ts'],
      plugins: [published(directory, { external: false })],
      outfile: outfile('page.js'),
    }),
  ])
}

/** As from the registry: packed and unpacked, so that a file that is not published is missing. */
async function install(directory) {
  const place = join(directory, 'node_modules/everstream')
  await mkdir(place, { recursive: true })
  const { stdout } = await run('npm', ['pack', '--json', '--ignore-scripts', '--pack-destination', directory], {
    cwd: root,
  })
  const [{ filename }] = JSON.parse(stdout)
  await run('tar', ['-xzf', join(directory, filename), '-C', place, '--strip-components=1'])
  await writeFile(join(directory, 'package.json'), JSON.stringify({ private: true, type: 'module' }))
}

/** Replaces the source with the published entry that was built from it. */
function published(directory, { external }) {
  return {
    name: 'published',
    async setup(bundler) {
      const { name, exports } = JSON.parse(await readFile(join(root, 'package.json'), 'utf8'))
      const entries = new Map(
        Object.entries(exports)
          .filter(([, target]) => target.import !== undefined)
          .map(([subpath, target]) => [target.import.default, name + subpath.slice(1)]),
      )
      bundler.onResolve({ filter: /\/src\/.*\.js$/ }, ({ path, resolveDir, kind }) => {
        const file = relative(join(root, 'src/entries'), join(resolveDir, path))
        const specifier = entries.get(`./dist/${file}`)
        if (specifier === undefined) return { errors: [{ text: `src/${file} is not published: import an entry.` }] }
        return external ? { path: specifier, external } : bundler.resolve(specifier, { kind, resolveDir: directory })
      })
    },
  }
}
