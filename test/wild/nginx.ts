import { mkdtemp, rm, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { until } from '../behaviour/wait.js'
import { start } from '../process.js'
import { programs } from '../programs.js'
import { freePort, isReachable } from './serve.js'
import type { Stage } from './stage.js'

export interface NginxOptions {
  /** The application's port. */
  readonly upstream: number
  /** The directives for each place, by the first part of its path. */
  readonly locations: Readonly<Record<string, string>>
  /** Directives for all places. */
  readonly server?: string
  /** What follows the port in `listen`. */
  readonly listenAs?: string
  /** Directives at the top level. */
  readonly main?: string
  /** Files to write into the directory beside the configuration. */
  readonly files?: Readonly<Record<string, string>>
}

export interface Nginx {
  readonly port: number
  /** The URL of a place. */
  base(location: string): string
  /** Reloads the configuration, as a deployment does: new workers take new requests, old ones finish theirs. */
  reload(): void
}

/** A real nginx with its own configuration and directory. Leaves the test out if nginx is missing. */
export async function startNginx(stage: Stage, options: NginxOptions): Promise<Nginx> {
  stage.need(programs.nginx)
  const directory = await mkdtemp(join(tmpdir(), 'everstream-nginx-'))
  stage.leave(() => rm(directory, { recursive: true, force: true }))
  const port = await freePort()
  const files = { 'nginx.conf': configurationOf(options, port), ...options.files }
  for (const [name, text] of Object.entries(files)) await writeFile(join(directory, name), text)

  const nginx = start({ file: programs.nginx.path, args: ['-p', directory, '-c', 'nginx.conf', '-e', 'stderr'] })
  stage.leave(nginx.stop)
  await nginx.alive(until(() => isReachable(port), 'nginx to listen'))
  const scheme = options.listenAs?.includes('ssl') ? 'https' : 'http'
  return {
    port,
    base: (location) => `${scheme}://127.0.0.1:${port}/${location}/`,
    reload: () => void nginx.child.kill('SIGHUP'),
  }
}

function configurationOf(
  { upstream, locations, server = '', listenAs = '', main = '' }: NginxOptions,
  port: number,
): string {
  const places = Object.entries(locations).map(
    ([name, directives]) => `
    location /${name}/ {
      proxy_pass http://application/;
      ${directives}
    }`,
  )
  return `
daemon off;
pid nginx.pid;
worker_processes 1;
${process.getuid?.() === 0 ? 'user root;' : ''}
${main}
events {}
http {
  access_log off;
  ${['client_body', 'proxy', 'fastcgi', 'uwsgi', 'scgi'].map((name) => `${name}_temp_path ${name};`).join(' ')}
  upstream application {
    server 127.0.0.1:${upstream};
    keepalive 4;
  }
  server {
    listen 127.0.0.1:${port} ${listenAs};
    ${server}
    ${places.join('')}
  }
}
`
}
