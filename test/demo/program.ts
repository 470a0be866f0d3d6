import { type ChildProcess, spawn } from 'node:child_process'
import { once } from 'node:events'
import { fileURLToPath } from 'node:url'

const ROOT = fileURLToPath(new URL('../..', import.meta.url))

/** One of the demo's programs, run as a user runs it: a process of its own. */
export interface Program {
  /** What it has printed so far, errors included. */
  readonly output: string
  /** Resolves with the first match in what it prints. Rejects when it ends without one. */
  printed(pattern: RegExp): Promise<RegExpExecArray>
  /** Resolves with its exit code. */
  readonly exited: Promise<number | null>
  readonly interrupt: () => void
  readonly kill: () => void
}

export function run(script: string, options: { args?: readonly string[]; port?: number } = {}): Program {
  const child = spawn(process.execPath, [script, ...(options.args ?? [])], {
    cwd: ROOT,
    env: { ...process.env, PORT: String(options.port ?? 0), NO_COLOR: '1' },
    stdio: ['ignore', 'pipe', 'pipe'],
  })
  let output = ''
  for (const stream of [child.stdout, child.stderr]) {
    stream.setEncoding('utf8').on('data', (text: string) => {
      output += text
    })
  }
  const exited = exitOf(child)
  return {
    get output() {
      return output
    },
    async printed(pattern) {
      const ended = exited.then(() => 'ended')
      for (;;) {
        const match = pattern.exec(output)
        if (match !== null) return match
        const next = await Promise.race([once(child.stdout, 'data'), ended])
        if (next === 'ended') throw new Error(`${script} ended without printing ${String(pattern)}:\n${output}`)
      }
    },
    exited,
    interrupt: () => void child.kill('SIGINT'),
    kill: () => void child.kill('SIGKILL'),
  }
}

async function exitOf(child: ChildProcess): Promise<number | null> {
  // Not 'exit': what it has printed is read to the end by then.
  const [code] = (await once(child, 'close')) as [number | null]
  return code
}

/** The demo's server, listening. */
export async function startServer(port = 0): Promise<Program & { url: string; port: number }> {
  const program = run('docs/examples/demo/server.mjs', { port })
  const [url] = await program.printed(/http:\/\/[\d.]+:\d+/)
  // Not by spreading: `output` is a getter.
  return Object.assign(program, { url, port: Number(new URL(url).port) })
}
