import { writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import { firstLine, lineFrom, type Started, start } from '../../process.js'
import { binaryOf } from './programs.js'
import type { Runtime } from './runtime.js'

/** workerd, the runtime of Cloudflare Workers: a server that runs the suites on one request. */
export function workerd(home: string): Runtime {
  const binary = binaryOf(join(home, 'node_modules'), '@cloudflare', 'bin/workerd')
  return {
    name: 'workerd',
    whyNot:
      binary === undefined
        ? `no binary of it is installed for ${process.platform}-${process.arch}: see test/runtimes/package.json`
        : undefined,
    endsByItself: false,
    version: () => firstLine(binary!, ['--version']).then((line) => line.replace('workerd ', '')),
    place: ({ scriptServer }) => ({ server: scriptServer }),
    async start(assignment, { directory, scratch }) {
      await writeFile(join(scratch, 'config.capnp'), config(await this.version()))
      const process = start({
        file: binary!,
        args: ['serve', '--control-fd=3', `--import-path=${directory}`, 'config.capnp'],
        cwd: scratch,
        extraPipe: true,
        ownGroup: true,
      })
      return { ...process, ended: Promise.race([process.ended, ask(process, JSON.stringify(assignment))]) }
    },
  }
}

function config(date: string): string {
  return `using Workerd = import "/workerd/workerd.capnp";

const config :Workerd.Config = (
  services = [
    (name = "main", worker = .main),
    (name = "internet", network = (allow = ["private"])),
  ],
  sockets = [(name = "http", address = "127.0.0.1:0", http = (), service = "main")],
);

const main :Workerd.Worker = (
  modules = [(name = "workerd.mjs", esModule = embed "/workerd.mjs")],
  compatibilityDate = "${date}",
);
`
}

/** Resolves with how it ended, if it ended before the answer that all is done. */
async function ask(server: Started, assignment: string): Promise<string> {
  try {
    // It writes a line of JSON for each listening socket: here there is one.
    const { port } = JSON.parse(await lineFrom(server)) as { port: number }
    const response = await fetch(`http://127.0.0.1:${port}/`, { method: 'POST', body: assignment })
    return `it answered ${response.status} ${await response.text()}`
  } catch (error) {
    return `the request to it failed: ${String(error)}`
  }
}
