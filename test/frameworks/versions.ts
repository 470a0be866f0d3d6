import { existsSync, readdirSync } from 'node:fs'
import { join } from 'node:path'
import type { Plugin } from 'vitest/config'

/** A framework in one version, which is installed in a folder of its own. */
export interface Version {
  /** The folder of its tests. */
  readonly framework: string
  readonly version: string
  readonly folder: string
}

declare module 'vitest' {
  export interface ProvidedContext {
    /** The version of the framework that the tests are to run in. */
    version: string
  }
}

export const home: string = import.meta.dirname
const dist = join(home, '../../dist')

/** A folder with a package.json in the folder of a framework is a version of it: the oldest, and the newest. */
export const versions: readonly Version[] = foldersIn(home).flatMap((framework) =>
  foldersIn(join(home, framework))
    .filter((version) => existsSync(join(home, framework, version, 'package.json')))
    .map((version) => ({ framework, version, folder: join(home, framework, version) })),
)

function foldersIn(folder: string): string[] {
  return readdirSync(folder, { withFileTypes: true })
    .filter((entry) => entry.isDirectory())
    .map(({ name }) => name)
}

export function isInstalled({ folder }: Version): boolean {
  return existsSync(join(folder, 'node_modules'))
}

/** Tests in the folder `newest` run in the newest version only: with its tool chain, or in a browser. */
export function isNewest({ framework, version }: Version): boolean {
  return versions.findLast((other) => other.framework === framework)?.version === version
}

/** Resolves `everstream/...` to what is published, and what is installed with a version to that. */
export function resolveVersion({ folder }: Version): Plugin {
  return {
    name: 'everstream:version',
    enforce: 'pre',
    resolveId(id) {
      const [, entry = 'index'] = /^everstream(?:\/(.+))?$/.exec(id) ?? []
      if (/^everstream(?:\/|$)/.test(id)) return join(dist, `${entry}.js`)
      const [name] = /^(?:@[^/]+\/)?[^./@][^/]*/.exec(id) ?? []
      if (name === undefined || !existsSync(join(folder, 'node_modules', name))) return undefined
      return this.resolve(id, join(folder, 'index.ts'), { skipSelf: true })
    },
  }
}
