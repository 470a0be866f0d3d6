/** A process with many clients over plain TCP. Each checks that it gets every event, once and in order. */
import { connect } from 'node:net'

const [port, count] = process.argv.slice(2).map(Number)
const REQUEST = 'GET / HTTP/1.1\r\nhost: 127.0.0.1\r\naccept: text/event-stream\r\n\r\n'
const SEQUENCE = /"seq":(\d+)/g
/** How many clients have each event. */
let having = []
let complete = 0
let first = 0

process.on('message', ({ begin }) => {
  having = []
  complete = 0
  first = begin
})

function open() {
  return new Promise((resolve, reject) => {
    const socket = connect(port, '127.0.0.1', () => socket.write(REQUEST))
    let last = 0
    let rest = ''
    socket.on('error', reject)
    socket.on('close', () => process.send({ error: 'a client was disconnected' }))
    socket.on('data', (data) => {
      resolve()
      const text = rest + data.toString('latin1')
      const end = text.lastIndexOf('\n\n')
      rest = text.slice(end === -1 ? 0 : end)
      if (end === -1) return
      for (const [, sequence] of text.slice(0, end).matchAll(SEQUENCE)) take(Number(sequence))
    })

    function take(sequence) {
      if (sequence !== last + 1) process.send({ error: `event ${sequence} after ${last}` })
      last = sequence
      having[sequence - first] = (having[sequence - first] ?? 0) + 1
      if (having[complete] !== count) return
      while (having[complete] === count) complete++
      process.send({ complete })
    }
  })
}

for (let at = 0; at < count; at += 100) {
  // oxlint-disable-next-line no-await-in-loop -- not all at once: a queue of connections is short
  await Promise.all(Array.from({ length: Math.min(100, count - at) }, open))
}
process.send({ ready: true })
