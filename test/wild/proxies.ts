import { spawnSync } from 'node:child_process'
import { mkdtemp, rm, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { until } from '../behaviour/wait.js'
import { start } from '../process.js'
import { type Program, programs } from '../programs.js'
import { freePort, isReachable } from './serve.js'
import type { Stage } from './stage.js'

/** A proxy that tests put between a client and an application. */
export interface Proxy {
  readonly program: Program
  /** Its arguments, for a directory that has its configuration. */
  args(directory: string, port: number): string[]
}

export const haproxy: Proxy = {
  program: programs.haproxy,
  args: (directory) => ['-db', '-f', configurationIn(directory)],
}

export const caddy: Proxy = {
  program: programs.caddy,
  args: (directory) => ['run', '--config', configurationIn(directory), '--adapter', 'caddyfile'],
}

export const varnish: Proxy = {
  program: programs.varnish,
  args: (directory, port) => {
    const place = ['-n', join(directory, 'work'), '-a', `127.0.0.1:${port}`]
    return ['-F', '-j', 'none', '-f', configurationIn(directory), ...place]
  },
}

/** [2, 6] for 2.6.2; no numbers if there is no Caddy. */
export function versionOfCaddy(): [number, number] {
  const said = spawnSync(caddy.program.path, ['version'], { encoding: 'utf8' }).stdout ?? ''
  const [, major, minor] = /^v?(\d+)\.(\d+)/.exec(said) ?? []
  return [Number(major), Number(minor)]
}

function configurationIn(directory: string): string {
  return join(directory, 'configuration')
}

/**
 * Starts the proxy in its own directory.
 *
 * @param configure - returns the configuration for the port at which it listens
 * @returns the base URL of the application's `stream`
 */
export async function startProxy(stage: Stage, proxy: Proxy, configure: (port: number) => string): Promise<string> {
  const directory = await mkdtemp(join(tmpdir(), 'everstream-proxy-'))
  stage.leave(() => rm(directory, { recursive: true, force: true }))
  const port = await freePort()
  await writeFile(configurationIn(directory), configure(port))

  const running = start({
    file: proxy.program.path,
    args: proxy.args(directory, port),
    env: { XDG_DATA_HOME: directory, XDG_CONFIG_HOME: directory },
  })
  stage.leave(running.stop)
  await running.alive(until(() => isReachable(port), `${proxy.program.name} to listen`))
  return `http://127.0.0.1:${port}/`
}
