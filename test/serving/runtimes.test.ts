import { existsSync } from 'node:fs'
import { join } from 'node:path'
import { describe, expect, onTestFinished, test, vi } from 'vitest'
import { createEventSource } from '../../src/entries/index.js'
import { readEvents } from '../../src/entries/event-stream.js'
import { start } from '../process.js'

const modules = join(import.meta.dirname, '../runtimes/node_modules')
const runtimes = [
  { name: 'Bun', file: join(modules, '@oven/bun-linux-x64/bin/bun'), args: [] },
  { name: 'Deno', file: join(modules, '@deno/linux-x64-glibc/deno'), args: ['run', '--allow-all', '--no-config'] },
]
for (const { name, file } of runtimes) {
  if (!existsSync(file))
    console.log(`${name}: left out until \`npm --prefix test/runtimes ci --ignore-scripts\` has run`)
}

describe.each(runtimes)('a channel in $name', ({ file, args }) => {
  const script = join(import.meta.dirname, 'runtime-server.mjs')

  test.skipIf(!existsSync(file))(
    'serves events, resumes, and notices that clients leave',
    { timeout: 30_000 },
    async () => {
      const runtime = start({ file, args: [...args, script] })
      onTestFinished(() => runtime.stop())
      const [, port] = await runtime.printed(/port: (\d+)/)
      const source = createEventSource<{ n: number }>(`http://127.0.0.1:${port}/`, { reconnection: () => 10 })
      onTestFinished(() => source.close())
      const numbers: number[] = []
      source.on('n', ({ data }) => numbers.push(data))
      await vi.waitFor(() => expect(numbers.length).toBeGreaterThan(3), 10_000)
      source.reconnect()
      await runtime.printed(/closed: client/)
      const before = numbers.length
      await vi.waitFor(() => expect(numbers.length).toBeGreaterThan(before + 3), 10_000)
      expect(numbers).toEqual(Array.from(numbers, (_, index) => numbers[0]! + index))

      const seen: string[] = []
      for await (const { data } of readEvents(await fetch(`http://127.0.0.1:${port}/source`))) {
        seen.push(data)
        if (seen.length === 3) break
      }
      expect(seen).toEqual(['1', '2', '3'])
      await runtime.printed(/source: aborted/)
    },
  )
})
