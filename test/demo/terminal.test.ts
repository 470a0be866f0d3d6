import { expect, onTestFinished, test } from 'vitest'
import { printCounts } from './counts.js'
import { run, startServer } from './program.js'

const TERMINAL = 'docs/examples/demo/terminal.mjs'

test('the terminal goes through all faults automatically and loses nothing', { timeout: 60_000 }, async () => {
  const terminal = run(TERMINAL, { args: ['--script'] })
  onTestFinished(terminal.kill)
  expect(await terminal.exited, terminal.output).toBe(0)

  for (const kind of ['network', 'http', 'idle']) expect(terminal.output).toMatch(new RegExp(`waiting, .*: ${kind}: `))
  expect(terminal.output).toContain('has data that is not JSON')
  const [, sent, received, lost, duplicated] =
    /sent (\d+) {2}received (\d+) {2}lost (\d+) {2}duplicated (\d+)\n$/.exec(terminal.output)?.map(Number) ?? []
  const counts = { sent: sent!, received: received!, lost: lost!, duplicated: duplicated! }
  printCounts('terminal', counts)
  expect(counts).toEqual({ sent: counts.sent, received: counts.sent, lost: 0, duplicated: 0 })
  expect(counts.sent).toBeGreaterThan(0)
})

test('Ctrl-C ends the terminal at once, even with a server that it has not started', { timeout: 20_000 }, async () => {
  const server = await startServer()
  onTestFinished(server.kill)
  const terminal = run(TERMINAL, { args: ['--url', server.url] })
  onTestFinished(terminal.kill)
  await terminal.printed(/open over fetch/)
  terminal.interrupt()
  // A run that was ended early has proven nothing.
  expect(await terminal.exited).toBe(1)
  expect(terminal.output).toMatch(/Interrupted\.\n$/)
})
