/** The cost of the stream forms: CPU time relative to a reader loop that reads the same body and ignores it. */
import { EventSourceParserStream } from 'eventsource-parser/stream'
import { EventStreamDecoderStream, readEvents } from './everstream.mjs'
import { median } from './median.mjs'
import { responseOf } from './response.mjs'
import { workloads } from './workloads.mjs'

const ROUNDS = 15

async function bare(response) {
  const reader = response.body.getReader()
  let bytes = 0
  for (let next = await reader.read(); !next.done; next = await reader.read()) bytes += next.value.length
  return bytes
}

const count = (iterate) => async (response) => {
  let events = 0
  for await (const { data } of iterate(response)) events += data === '' ? 0 : 1
  return events
}

const ways = [
  { way: 'bare reader loop', run: bare },
  { way: 'readEvents', run: count((response) => readEvents(response)) },
  {
    way: 'EventStreamDecoderStream',
    run: count((response) => response.body.pipeThrough(new EventStreamDecoderStream())),
  },
  {
    way: 'TextDecoderStream + EventSourceParserStream',
    run: count((response) =>
      response.body.pipeThrough(new TextDecoderStream()).pipeThrough(new EventSourceParserStream()),
    ),
  },
]

console.log(`Node ${process.version}, medians of ${ROUNDS} rounds\n`)
console.log(`| workload | ${ways.map(({ way }) => way).join(' | ')} |`)
console.log(`| --- | ${ways.map(() => '---').join(' | ')} |`)
for (const make of [workloads[0], workloads[1]]) {
  const { name, chunks, events } = make()
  const times = ways.map(() => [])
  for (let round = 0; round < ROUNDS + 2; round++) {
    for (const [index, { way, run }] of ways.entries()) {
      const before = process.cpuUsage()
      const result = await run(responseOf(chunks))
      const { user, system } = process.cpuUsage(before)
      if (index > 0 && result !== events) throw new Error(`${way}: ${result} events instead of ${events}`)
      if (round >= 2) times[index].push((user + system) / 1000) // the first two warm up
    }
  }
  const medians = times.map(median)
  console.log(
    `| ${name} | ${medians.map((ms) => `${ms.toFixed(1)} ms (${(ms / medians[0]).toFixed(2)})`).join(' | ')} |`,
  )
}
