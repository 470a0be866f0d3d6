/** How much memory parsers hold. Run with `node --expose-gc memory.mjs`. */
import { createParser as createPeerParser } from 'eventsource-parser'
import { createParser } from './everstream.mjs'

const MIB = 1024 * 1024
const PARSERS = 10_000
const encoder = new TextEncoder()
const onEvent = () => {}

function heapUsed() {
  for (let i = 0; i < 4; i++) globalThis.gc()
  return process.memoryUsage().heapUsed
}

function everstream(listener) {
  const parser = createParser({ onEvent: listener })
  return (chunk) => parser.push(chunk)
}

function peer(listener) {
  const parser = createPeerParser({ onEvent: listener })
  const decoder = new TextDecoder()
  return (chunk) => parser.feed(decoder.decode(chunk, { stream: true }))
}

const EVENT = encoder.encode('event: price\nid: 1234\ndata: {"symbol":"ACME","bid":100.25,"ask":101.5}\n\n')
const KEPT = `data: ${'k'.repeat(192)}\n\n`

/** Bytes of heap of an idle parser that has read an event. */
function idle(make) {
  const kept = Array.from({ length: PARSERS }).fill(undefined)
  const before = heapUsed()
  for (let i = 0; i < PARSERS; i++) {
    kept[i] = make(onEvent)
    kept[i](EVENT)
  }
  return ((heapUsed() - before) / kept.length).toFixed(0)
}

/** Bytes of heap per character of data if one event of each 16 KiB chunk is kept. */
function keptEvents(make) {
  const kept = []
  const before = heapUsed()
  for (let i = 0; i < 1000; i++) {
    let isFirst = true
    const push = make((event) => {
      if (isFirst) kept.push(event)
      isFirst = false
    })
    push(encoder.encode(KEPT.repeat(82)))
  }
  return ((heapUsed() - before) / (kept.length * 192)).toFixed(1)
}

/** The largest heap while an event of 10 MiB arrives, in multiples of its size. */
function largeEvent(make) {
  const piece = encoder.encode('x'.repeat(64 * 1024))
  let length = 0
  const before = heapUsed()
  const push = make(({ data }) => {
    length = data.length
  })
  push(encoder.encode('data: '))
  for (let i = 0; i < 160; i++) push(piece)
  push(encoder.encode('\n\n'))
  const peak = process.memoryUsage().heapUsed - before
  if (length !== 10 * MIB) throw new Error('not delivered')
  return (peak / length).toFixed(2)
}

console.log(`Node ${process.version}\n`)
console.log('| | everstream | eventsource-parser |')
console.log('| --- | --- | --- |')
const measurements = {
  'an idle parser that has read an event, bytes of heap': idle,
  'one event kept out of each 16 KiB chunk, bytes per character': keptEvents,
  'peak heap for an event of 10 MiB, in events': largeEvent,
}
for (const [name, measure] of Object.entries(measurements)) {
  const cells = []
  // The first round warms up. A turn of the event loop in between releases what the stack still holds.
  for (const make of [everstream, peer, everstream, peer]) {
    cells.push(measure(make))
    // oxlint-disable-next-line no-await-in-loop -- one after the other
    await new Promise((resolve) => setImmediate(resolve))
  }
  console.log(`| ${name} | ${cells[2]} | ${cells[3]} |`)
}
