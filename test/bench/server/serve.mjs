/** A process with one server. It publishes as the parent says, and reports the CPU time that this took. */
import { subjects } from './subjects.mjs'

const { port, publish } = await subjects[process.argv[2]]()
process.send({ port })

let run
process.on('message', (message) => {
  if (message.run) {
    run = { ...message.run, published: 0, complete: 0, cpu: process.cpuUsage(), start: performance.now() }
    advance()
  } else if (message.memory) {
    globalThis.gc?.()
    process.send({ rss: process.memoryUsage().rss })
  } else {
    run.complete = message.complete
    if (run.complete < run.events) return advance()
    const { user, system } = process.cpuUsage(run.cpu)
    process.send({ user, system, wall: performance.now() - run.start, rss: process.memoryUsage().rss })
  }
})

/** Keeps so many events in flight. */
function advance() {
  while (run.published < run.events && run.published + run.perTurn - run.complete <= run.inFlight) {
    for (let i = 0; i < run.perTurn; i++) publish({ seq: ++run.first, pad: run.pad, of: run.events }, run.published++)
  }
}
