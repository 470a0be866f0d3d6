/** The CPU time of importing a client in Node, each import in a separate process, in turns. */
import { execFile } from 'node:child_process'
import { promisify } from 'node:util'
import { median } from './median.mjs'

const run = promisify(execFile)
const ROUNDS = 15
const specifiers = ['../../dist/index.js', '../../dist/event-stream.js', 'eventsource', 'eventsource-client', 'undici7']

const program = (specifier) => `
  const before = process.cpuUsage()
  await import('${specifier}')
  const { user, system } = process.cpuUsage(before)
  console.log((user + system) / 1000)`

const times = new Map(specifiers.map((specifier) => [specifier, []]))
for (let round = 0; round < ROUNDS; round++) {
  for (const [specifier, list] of times) {
    const { stdout } = await run(process.execPath, ['--input-type=module', '--eval', program(specifier)], {
      cwd: import.meta.dirname,
    })
    list.push(Number(stdout))
  }
}

console.log(`Node ${process.version}, medians of ${ROUNDS} processes each.\n\n| import | CPU time, ms |\n| --- | --- |`)
for (const [specifier, list] of times) console.log(`| \`${specifier}\` | ${median(list).toFixed(1)} |`)
