/** One client in its own process: `client.mjs NAME URL CONNECTIONS`. Prints its figures as JSON. */
import { subjects } from './subjects.mjs'

const [name, url, connections] = process.argv.slice(2)
const connect = await subjects[name]()
let events = 0
let characters = 0
const idle = process.memoryUsage()
const before = process.cpuUsage()
const began = performance.now()

const closes = await Promise.all(
  Array.from(
    { length: Number(connections) },
    () =>
      new Promise((resolve) => {
        const close = connect(
          url,
          (data) => {
            events++
            characters += data.length
          },
          () => resolve(close),
        )
      }),
  ),
)

const wall = performance.now() - began
const { user, system } = process.cpuUsage(before)
const memory = process.memoryUsage()
const result = { events, characters, wall, cpu: (user + system) / 1000, rss: memory.rss - idle.rss }
for (const close of closes) close()
process.stdout.write(`${JSON.stringify(result)}\n`, () => process.exit(0))
