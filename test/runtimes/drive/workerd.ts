import { writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import type { Readable } from 'node:stream'
import { firstLine, type Started, start } from './process.js'
import { binaryOf } from './programs.js'
import type { Runtime } from './runtime.js'

/** workerd, the runtime of Cloudflare Workers: it serves, and runs the suites for one request. */
export function workerd(home: string): Runtime {
  const binary = binaryOf(join(home, 'node_modules'), '@cloudflare', 'bin/workerd')
  return {
    name: 'workerd',
    whyNot: binary === undefined ? `npm has no binary of it for ${process.platform}-${process.arch}` : undefined,
    endsByItself: false,
    version: () => firstLine(binary!, ['--version']).then((line) => line.replace('workerd ', '')),
    place: ({ scriptServer }) => ({ server: scriptServer }),
    async start(assignment, { directory, scratch }) {
      await writeFile(join(scratch, 'config.capnp'), config(await this.version()))
      const process = start({
        file: binary!,
        args: ['serve', `--directory-path=files=${directory}`, '--control-fd=3', `--import-path=${directory}`, 'config.capnp'],
        cwd: scratch,
        extraPipe: true,
      })
      void ask(process, JSON.stringify(assignment))
      return process
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

async function ask(workerd: Started, assignment: string): Promise<void> {
  // One line of JSON for each socket that listens.
  let text = ''
  for await (const chunk of workerd.child.stdio[3] as Readable) {
    text += String(chunk)
    if (text.includes('\n')) break
  }
  const { port } = JSON.parse(text) as { port: number }
  await fetch(`http://127.0.0.1:${port}/`, { method: 'POST', body: assignment })
}
