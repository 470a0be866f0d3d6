import { type ChildProcess, execFile, spawn } from 'node:child_process'
import { once } from 'node:events'
import type { Readable } from 'node:stream'
import { promisify } from 'node:util'

/** A process of a runtime, and those that it starts. */
export interface Started {
  /** Resolves to how it ended. */
  readonly ended: Promise<string>
  /** The last that it printed. */
  readonly output: () => string
  readonly stop: () => Promise<void>
  readonly child: ChildProcess
}

export interface Command {
  readonly file: string
  readonly args: readonly string[]
  readonly cwd: string
  readonly env?: Readonly<Record<string, string>>
  /** Beside standard input, output and error, a pipe to read from. */
  readonly extraPipe?: boolean
}

const OUTPUT_LIMIT = 4000

/** The heads of the groups that run. */
const running = new Set<number>()
// Where this is ended from outside, they must not be left behind: first of all, because they write into what is removed then.
process.prependListener('exit', () => running.forEach((group) => kill(group, 'SIGKILL')))

export function start({ file, args, cwd, env, extraPipe = false }: Command): Started {
  const child = spawn(file, args, {
    cwd,
    env: { ...process.env, ...env },
    // A group of its own, so that what a browser starts can be ended with it.
    detached: true,
    stdio: ['ignore', 'pipe', 'pipe', ...(extraPipe ? (['pipe'] as const) : [])],
  })
  if (child.pid !== undefined) running.add(child.pid)
  let output = ''
  for (const stream of [child.stdout, child.stderr]) {
    stream?.setEncoding('utf8')
    stream?.on('data', (text: string) => (output = (output + text).slice(-OUTPUT_LIMIT)))
  }
  const ended = new Promise<string>((resolve) => {
    child.on('error', (error) => resolve(`could not be started: ${error.message}`))
    child.on('exit', (code, signal) => resolve(signal === null ? `exit code ${code}` : `signal ${signal}`))
  })
  return {
    child,
    ended,
    output: () => output,
    async stop() {
      if (child.pid === undefined) return
      if (child.exitCode === null && child.signalCode === null) {
        kill(child.pid, 'SIGTERM')
        const patience = setTimeout(() => kill(child.pid!, 'SIGKILL'), 3000)
        await once(child, 'exit')
        clearTimeout(patience)
      }
      // What is left of the group without its head.
      kill(child.pid, 'SIGKILL')
      running.delete(child.pid)
    },
  }
}

function kill(group: number, signal: NodeJS.Signals): void {
  try {
    process.kill(-group, signal)
  } catch {
    // It has ended already.
  }
}

/** The first line that a process writes to its extra pipe. */
export async function lineFrom({ child }: Started): Promise<string> {
  let text = ''
  for await (const chunk of child.stdio[3] as Readable) {
    text += String(chunk)
    if (text.includes('\n')) break
  }
  return text.trim()
}

/** The first line of what a program prints. */
export async function firstLine(file: string, args: readonly string[]): Promise<string> {
  const { stdout } = await promisify(execFile)(file, args, { timeout: 20_000 })
  return stdout.trim().split('\n')[0] ?? ''
}
