import { fileURLToPath } from 'node:url'
import { start } from '../process.js'

const ROOT = fileURLToPath(new URL('../..', import.meta.url))

/** One of the demo's programs, run as a user runs it: as a separate process. */
export interface Program {
  /** What it has printed so far, errors included. */
  readonly output: string
  /** Resolves with the first match in its output. Rejects if it ends without one. */
  printed(pattern: RegExp): Promise<RegExpExecArray>
  /** Resolves with its exit code. */
  readonly exited: Promise<number | null>
  readonly interrupt: () => void
  readonly kill: () => void
}

export function run(script: string, options: { args?: readonly string[]; port?: number } = {}): Program {
  const { child, ended, output, printed } = start({
    file: process.execPath,
    args: [script, ...(options.args ?? [])],
    cwd: ROOT,
    env: { PORT: String(options.port ?? 0), NO_COLOR: '1' },
  })
  return {
    get output() {
      return output()
    },
    printed,
    exited: ended.then(() => child.exitCode),
    interrupt: () => void child.kill('SIGINT'),
    kill: () => void child.kill('SIGKILL'),
  }
}

/** The demo's server, listening. */
export async function startServer(port = 0): Promise<Program & { url: string; port: number }> {
  const program = run('docs/examples/demo/server.mjs', { port })
  const [url] = await program.printed(/http:\/\/[\d.]+:\d+/)
  // Not spread: `output` is a getter.
  return Object.assign(program, { url, port: Number(new URL(url).port) })
}
