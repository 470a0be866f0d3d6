import { createRequire } from 'node:module'
import { join } from 'node:path'
import { home, versions } from '../../versions.js'

/** Where the newest React is installed, with what builds and checks applications of it. */
export const newest: string = versions.findLast(({ framework }) => framework === 'react')!.folder

/** The part of Vite that is used: it is not installed where these tests are compiled. */
interface Vite {
  build(config: object): Promise<unknown>
  preview(config: object): Promise<Server>
  createServer(config: object): Promise<Server & { listen(): Promise<unknown> }>
}

interface Server {
  readonly resolvedUrls: { readonly local: readonly string[] } | null
  close(): Promise<void>
}

const require = createRequire(join(newest, 'package.json'))

export async function installed<Module>(name: string): Promise<Module> {
  return (await import(require.resolve(name))) as Module
}

export const vite: Vite = await installed<Vite>('vite')

/** @param isCompiled - whether the React Compiler memoizes what the page renders */
export async function configOf(root: string, isCompiled: boolean): Promise<object> {
  const { default: react } = await installed<{ default: (options: object) => object }>('@vitejs/plugin-react')
  const address = { host: '127.0.0.1', port: 0 }
  return {
    root,
    configFile: false,
    logLevel: 'error',
    plugins: [react({ babel: { plugins: isCompiled ? [require.resolve('babel-plugin-react-compiler')] : [] } })],
    resolve: {
      alias: ['react', 'index'].map((entry) => ({
        find: entry === 'index' ? /^everstream$/ : /^everstream\/react$/,
        replacement: join(home, '../../dist', `${entry}.js`),
      })),
      dedupe: ['react'],
    },
    server: { ...address, fs: { strict: false } },
    preview: address,
  }
}
