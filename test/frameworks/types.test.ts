import { spawnSync } from 'node:child_process'
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterAll, expect, test } from 'vitest'
import { home, isInstalled, isNewest, versions } from './versions.js'

const root = join(home, '../..')
const OURS = { everstream: [join(root, 'src/entries/index.ts')], 'everstream/*': [join(root, 'src/entries/*.ts')] }
const directory = mkdtempSync(join(tmpdir(), 'everstream-frameworks-'))
afterAll(() => rmSync(directory, { recursive: true, force: true }))

/** Where the types of everything are that is installed with a version. Paths do not look into `exports` themselves. */
function pathsOf(folder: string): Record<string, string[]> {
  const modules = join(folder, 'node_modules')
  const { devDependencies } = readManifest(folder)
  const exact = Object.keys(devDependencies ?? {}).flatMap((name) => {
    const subpaths = Object.entries(readManifest(join(modules, name)).exports ?? {})
    return subpaths.flatMap(([subpath, conditions]) => {
      const types = conditions?.types
      return typeof types === 'string' ? [[join(name, subpath), [join(modules, name, types)]]] : []
    })
  })
  return { '*': [join(modules, '@types/*'), join(modules, '*')], ...Object.fromEntries(exact) }
}

function readManifest(folder: string): {
  devDependencies?: Record<string, string>
  exports?: Record<string, { types?: unknown } | null>
} {
  return JSON.parse(readFileSync(join(folder, 'package.json'), 'utf8')) as ReturnType<typeof readManifest>
}

// The adapter's sources, which otherwise know the framework only from what their peer.d.ts says of it, and the tests.
test.each(versions.filter(isInstalled))(
  'the types of $framework fit its version $version',
  { timeout: 120_000 },
  (tested) => {
    const { framework, version, folder } = tested
    const onlyForNewest = isNewest(tested) ? [] : [join(home, framework, 'newest')]
    const file = join(directory, `${framework}-${version}.json`)
    const config = {
      extends: join(home, 'tsconfig.json'),
      compilerOptions: { paths: { ...OURS, ...pathsOf(folder) } },
      include: [
        join(home, framework, '**/*.ts'),
        join(home, framework, '**/*.tsx'),
        join(home, '*.ts'),
        join(root, 'test/server/*.ts'),
      ],
      exclude: [join(home, framework, '*/node_modules'), ...onlyForNewest],
    }
    writeFileSync(file, JSON.stringify(config))
    const { stdout } = spawnSync(process.execPath, [join(root, 'node_modules/typescript/bin/tsc'), '-p', file], {
      cwd: root,
      encoding: 'utf8',
    })
    expect(stdout).toBe('')
  },
)
