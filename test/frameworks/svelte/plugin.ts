import { createRequire } from 'node:module'
import { join } from 'node:path'
import type { Plugin } from 'vitest/config'

type Compile = (code: string, options: object) => { js: { code: string; map: string } }

interface Compiler {
  readonly VERSION: string
  readonly compile: Compile
  readonly compileModule?: Compile
}

/** What Svelte's own plugin does, in either version, and no more of it. */
export function svelte(folder: string): Plugin {
  return {
    name: 'svelte',
    transform(code, id) {
      const isComponent = id.endsWith('.svelte')
      if (!isComponent && !id.endsWith('.svelte.js')) return undefined
      const compiler = createRequire(join(folder, 'index.js'))('svelte/compiler') as Compiler
      const isOld = compiler.VERSION.startsWith('4')
      const isServer = this.environment.config.consumer === 'server'
      const generate = isServer ? (isOld ? 'ssr' : 'server') : isOld ? 'dom' : 'client'
      // Svelte 4 has no modules of its own.
      if (!isComponent && isOld) return undefined
      const compile = isComponent ? compiler.compile : compiler.compileModule!
      const { js } = compile(code, { filename: id, generate, dev: false })
      return { code: js.code, map: js.map }
    },
  }
}
