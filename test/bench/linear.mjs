/**
 * Is the time linear in the input, whatever its shape? Doubling the input must double the time: the table shows the
 * milliseconds for one, two and four times the size (in turns, medians), and the growth from the first to the last
 * (4.0 is linear).
 */
import { createParser } from './everstream.mjs'
import { median } from './median.mjs'

const MIB = 1024 * 1024
const ROUNDS = 11
const encoder = new TextEncoder()

function* cut(bytes, size) {
  for (let start = 0; start < bytes.length; start += size) yield bytes.subarray(start, start + size)
}

const line = (size) => encoder.encode(`data: ${'x'.repeat(size)}\n\n`)
const shapes = [
  ...[1, 16, 64].map((kib) => ({
    name: `one line of 10, 20, 40 MiB, ${kib} KiB chunks`,
    size: 10 * MIB,
    make: line,
    chunkSize: kib * 1024,
  })),
  { name: 'one line of 1, 2, 4 MiB, 7-byte chunks', size: MIB, make: line, chunkSize: 7 },
  {
    name: 'data lines of one event, 64 KiB chunks',
    size: MIB,
    make: (size) => encoder.encode(`${'data: x\n'.repeat(size / 8)}\n`),
    chunkSize: 65_536,
  },
  {
    name: 'blank lines, 64 KiB chunks',
    size: MIB,
    make: (size) => encoder.encode('\n'.repeat(size)),
    chunkSize: 65_536,
  },
  {
    name: 'blank lines of CR only, 64 KiB chunks',
    size: MIB,
    make: (size) => encoder.encode('\r'.repeat(size)),
    chunkSize: 65_536,
  },
  {
    name: 'events with CR only, 64 KiB chunks',
    size: MIB,
    make: (size) => encoder.encode('data: some text\r\r'.repeat(size / 17)),
    chunkSize: 65_536,
  },
  {
    name: 'lines of an unknown field, no colon',
    size: MIB,
    make: (size) => encoder.encode('x\n'.repeat(size / 2)),
    chunkSize: 65_536,
  },
  {
    name: 'one comment of 10, 20, 40 MiB, 16 KiB chunks',
    size: 10 * MIB,
    make: (size) => encoder.encode(`:${'x'.repeat(size)}\n`),
    chunkSize: 16_384,
  },
]

console.log('| shape | 1x, ms | 2x, ms | 4x, ms | growth |')
console.log('| --- | --- | --- | --- | --- |')
for (const { name, size, make, chunkSize } of shapes) {
  const inputs = [1, 2, 4].map((factor) => make(size * factor))
  const samples = inputs.map(() => [])
  for (let round = 0; round < ROUNDS; round++) {
    for (const [index, bytes] of inputs.entries()) {
      const parser = createParser({ onEvent: () => {}, maxEventSize: Infinity })
      const before = process.cpuUsage()
      for (const chunk of cut(bytes, chunkSize)) parser.push(chunk)
      const { user, system } = process.cpuUsage(before)
      samples[index].push((user + system) / 1000)
    }
  }
  const times = samples.map(median)
  console.log(`| ${name} | ${times.map((ms) => ms.toFixed(1)).join(' | ')} | ${(times[2] / times[0]).toFixed(1)} |`)
}
