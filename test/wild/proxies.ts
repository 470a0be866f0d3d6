import { spawn, spawnSync } from 'node:child_process'
import { existsSync } from 'node:fs'
import { mkdtemp, rm, writeFile } from 'node:fs/promises'
import { connect, createServer } from 'node:net'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { until } from '../behaviour/wait.js'
import { listen } from './serve.js'
import type { Stage } from './stage.js'

/** A proxy that tests put between a client and an application. */
export interface Proxy {
  readonly name: string
  readonly path: string
  /** Why nothing can be tested behind it on this machine; undefined if it is there. */
  readonly whyNot: string | undefined
  /** What it is started with, in a directory that has its configuration. */
  args(directory: string, port: number): string[]
}

export const haproxy: Proxy = {
  ...find('HAProxy', 'haproxy', 'HAPROXY_PATH', '/usr/sbin/haproxy'),
  args: (directory) => ['-db', '-f', configurationIn(directory)],
}

export const caddy: Proxy = {
  ...find('Caddy', 'caddy', 'CADDY_PATH', '/usr/bin/caddy'),
  args: (directory) => ['run', '--config', configurationIn(directory), '--adapter', 'caddyfile'],
}

export const varnish: Proxy = {
  ...find('Varnish', 'varnish', 'VARNISH_PATH', '/usr/sbin/varnishd'),
  args: (directory, port) => {
    const place = ['-n', join(directory, 'work'), '-a', `127.0.0.1:${port}`]
    return ['-F', '-j', 'none', '-f', configurationIn(directory), ...place]
  },
}

/** [2, 6] for 2.6.2; no numbers if there is no Caddy. */
export function versionOfCaddy(): [number, number] {
  const said = spawnSync(caddy.path, ['version'], { encoding: 'utf8' }).stdout ?? ''
  const [, major, minor] = /^v?(\d+)\.(\d+)/.exec(said) ?? []
  return [Number(major), Number(minor)]
}

/** Debian's and Ubuntu's place; elsewhere, the environment says where. */
function find(name: string, from: string, variable: string, usual: string): Omit<Proxy, 'args'> {
  const path = process.env[variable] ?? usual
  const whyNot = existsSync(path)
    ? undefined
    : `there is no ${name} at ${path}: install it (apt-get install ${from}), or set ${variable}`
  return { name, path, whyNot }
}

function configurationIn(directory: string): string {
  return join(directory, 'configuration')
}

/**
 * Starts the proxy in a directory of its own.
 *
 * @param configure - the configuration, for the port at which it is to listen
 * @returns the URL below which the application's `stream` is
 */
export async function startProxy(stage: Stage, proxy: Proxy, configure: (port: number) => string): Promise<string> {
  const directory = await mkdtemp(join(tmpdir(), 'everstream-proxy-'))
  stage.leave(() => rm(directory, { recursive: true, force: true }))
  const port = await freePort()
  await writeFile(configurationIn(directory), configure(port))

  const child = spawn(proxy.path, proxy.args(directory, port), {
    stdio: ['ignore', 'pipe', 'pipe'],
    env: { ...process.env, XDG_DATA_HOME: directory, XDG_CONFIG_HOME: directory },
  })
  let said = ''
  for (const stream of [child.stdout, child.stderr]) stream.on('data', (text: Buffer) => (said += text.toString()))
  const ended = new Promise((resolve) => child.once('exit', resolve))
  stage.leave(async () => {
    child.kill('SIGTERM')
    await ended
  })
  await until(async () => {
    if (child.exitCode !== null) throw new Error(`${proxy.name} does not start:\n${said}`)
    return isReachable(port)
  }, `${proxy.name} to listen`)
  return `http://127.0.0.1:${port}/`
}

/** None of them reports which port the system has picked. */
async function freePort(): Promise<number> {
  const server = createServer()
  const port = await listen(server)
  await new Promise((resolve) => server.close(resolve))
  return port
}

function isReachable(port: number): Promise<boolean> {
  return new Promise((resolve) => {
    const socket = connect(port, '127.0.0.1')
    socket.once('connect', () => {
      socket.destroy()
      resolve(true)
    })
    socket.once('error', () => resolve(false))
  })
}
