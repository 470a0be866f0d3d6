import { existsSync, readdirSync } from 'node:fs'
import { join } from 'node:path'
import { type Command, firstLine, start } from '../../process.js'
import type { Room, Runtime } from './runtime.js'

/** Node, Bun and Deno: real binaries from npm, which run a program that ends on its own. */
export function programs(home: string): readonly Runtime[] {
  const modules = join(home, 'node_modules')
  return [
    ...[20, 22, 24, 26].map((major) =>
      program(`Node ${major}`, binaryIn(join(modules, `node-${major}`), 'bin/node'), () => ({ args: ['program.mjs'] })),
    ),
    program('Bun', binaryOf(modules, '@oven', 'bin/bun'), () => ({ args: ['program.mjs'] })),
    program('Deno', binaryOf(modules, '@deno', 'deno'), ({ scratch }) => ({
      args: [
        'run',
        '--quiet',
        '--no-lock',
        '--no-remote',
        '--node-modules-dir=manual',
        '--allow-env',
        '--allow-net=127.0.0.1',
        'program.mjs',
      ],
      env: { DENO_DIR: scratch, DENO_NO_UPDATE_CHECK: '1' },
    })),
  ]
}

function program(
  name: string,
  binary: string | undefined,
  command: (room: Room) => Pick<Command, 'args' | 'env'>,
): Runtime {
  return {
    name,
    whyNot:
      binary === undefined
        ? `no binary of it is installed for ${process.platform}-${process.arch}: see test/runtimes/package.json`
        : undefined,
    endsByItself: true,
    version: async () => (await firstLine(binary!, ['--version'])).replace(/^v|^deno /, '').replace(/ \(.*/, ''),
    place: ({ scriptServer }) => ({ server: scriptServer }),
    async start(assignment, room) {
      const { args, env } = command(room)
      return start({
        file: binary!,
        args,
        cwd: room.directory,
        ownGroup: true,
        env: { ...env, ASSIGNMENT: JSON.stringify(assignment) },
      })
    },
  }
}

function binaryIn(directory: string, path: string): string | undefined {
  const file = join(directory, process.platform === 'win32' ? `${path}.exe` : path)
  return existsSync(file) ? file : undefined
}

/** npm installs only the package for this platform. */
export function binaryOf(modules: string, scope: string, path: string): string | undefined {
  const directory = join(modules, scope)
  if (!existsSync(directory)) return undefined
  return readdirSync(directory)
    .map((name) => binaryIn(join(directory, name), path))
    .find((binary) => binary !== undefined)
}
