import { type ChildProcess, execFile, spawn } from 'node:child_process'
import { once } from 'node:events'
import type { Readable } from 'node:stream'
import { promisify } from 'node:util'

/** A process that was started. One that cannot be started counts as ended. */
export interface Started {
  readonly child: ChildProcess
  /** Resolves to a description of how it ended. */
  readonly ended: Promise<string>
  /** What it has printed so far, including errors. */
  readonly output: () => string
  /** Resolves to the first match in its output. Rejects if it ends without one. */
  readonly printed: (pattern: RegExp) => Promise<RegExpExecArray>
  /** The promise's value. Rejects as soon as the process has ended, so that nothing waits in vain. */
  readonly alive: <Value>(promise: Promise<Value>) => Promise<Value>
  /** Ends it; resolves when it has ended. */
  readonly stop: () => Promise<void>
}

export interface Command {
  readonly file: string
  readonly args: readonly string[]
  readonly cwd?: string
  readonly env?: Readonly<Record<string, string>>
  /** A pipe to read from, in addition to its output. */
  readonly extraPipe?: boolean
  /** Ends its child processes with it. Only for a parent that is never killed: the group would outlive it. */
  readonly ownGroup?: boolean
}

const OUTPUT_SHOWN = 4000

/** The leaders of the running process groups. */
const running = new Set<number>()
// When the parent exits, they must end first, because they write into directories that are removed then.
process.prependListener('exit', () => running.forEach((group) => kill(-group, 'SIGKILL')))

export function start({ file, args, cwd, env, extraPipe = false, ownGroup = false }: Command): Started {
  const child = spawn(file, args, {
    cwd,
    env: { ...process.env, ...env },
    detached: ownGroup,
    stdio: ['ignore', 'pipe', 'pipe', ...(extraPipe ? (['pipe'] as const) : [])],
  })
  if (ownGroup && child.pid !== undefined) running.add(child.pid)

  let output = ''
  const ended = endOf(child)
  // If nothing waits for it any more, its end is not an unhandled rejection.
  const failed = ended.then((how) => {
    throw new Error(`${file} has ended: ${how}. Its last output:\n${output.slice(-OUTPUT_SHOWN)}`)
  })
  failed.catch(() => {})
  const alive: Started['alive'] = (promise) => Promise.race([promise, failed])

  for (const stream of [child.stdout, child.stderr]) {
    stream?.setEncoding('utf8').on('data', (text: string) => {
      output += text
    })
  }

  return {
    child,
    ended,
    alive,
    output: () => output,
    printed(pattern) {
      return alive(
        new Promise((resolve) => {
          const look = (): void => {
            const match = pattern.exec(output)
            if (match !== null) resolve(match)
          }
          for (const stream of [child.stdout, child.stderr]) stream?.on('data', look)
          look()
        }),
      )
    },
    async stop() {
      if (child.pid === undefined) return
      const target = ownGroup ? -child.pid : child.pid
      if (child.exitCode === null && child.signalCode === null) {
        kill(target, 'SIGTERM')
        const patience = setTimeout(() => kill(target, 'SIGKILL'), 3000)
        await once(child, 'exit')
        clearTimeout(patience)
      }
      if (!ownGroup) return
      // The rest of the group, without its leader.
      kill(target, 'SIGKILL')
      running.delete(child.pid)
    },
  }
}

/** How long output may still arrive after the end of a process; longer only if others hold the pipe. */
const OUTPUT_DELAY = 1000

function endOf(child: ChildProcess): Promise<string> {
  return new Promise((resolve) => {
    child.on('error', (error) => resolve(`it could not be started: ${error.message}`))
    child.on('exit', (code, signal) => {
      const how = signal === null ? `exit code ${code}` : `signal ${signal}`
      child.on('close', () => resolve(how))
      setTimeout(resolve, OUTPUT_DELAY, how).unref()
    })
  })
}

/** @param target - a process, or the negative number of a group */
function kill(target: number, signal: NodeJS.Signals): void {
  try {
    process.kill(target, signal)
  } catch {
    // It has already ended.
  }
}

/** The first line that a process writes to its extra pipe. */
export function lineFrom({ child, alive }: Started): Promise<string> {
  return alive(
    new Promise((resolve, reject) => {
      let text = ''
      const pipe = child.stdio[3] as Readable
      pipe.on('error', reject)
      pipe.on('data', (chunk: Buffer) => {
        text += chunk.toString()
        if (text.includes('\n')) resolve(text.trim())
      })
    }),
  )
}

/** The first line of what a program prints. */
export async function firstLine(file: string, args: readonly string[]): Promise<string> {
  const { stdout } = await promisify(execFile)(file, args, { timeout: 20_000 })
  return stdout.trim().split('\n')[0] ?? ''
}
