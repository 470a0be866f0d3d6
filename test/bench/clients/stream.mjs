/**
 * The server of the client benchmarks, in its own process: `/burst?events=N&size=B` sends N events as fast as they are
 * read, one per HTTP chunk (`size` 0) or in chunks of `size` bytes; `/steady?rate=R&seconds=S` sends R a second.
 * Prints its port when it is ready.
 */
import { once } from 'node:events'
import { createServer } from 'node:http'

const token = 'the quick brown fox jumps over the lazy dog while a market moves up and down all day long '.repeat(2)

function message(n) {
  return `id: ${n}\ndata: {"n":${n},"choices":[{"delta":{"content":"${token.slice(0, 140)}"}}]}\n\n`
}

async function burst(response, events, size) {
  let pending = ''
  for (let n = 1; n <= events; n++) {
    pending += message(n)
    if (pending.length < size && n < events) continue
    if (!response.write(pending)) await once(response, 'drain')
    pending = ''
  }
  // The last event, which tells a client that it has all of them. The stream stays open.
  response.write('event: done\ndata: {}\n\n')
}

function steady(response, rate, seconds) {
  let n = 0
  const timer = setInterval(() => {
    response.write(message(++n))
    if (n < rate * seconds) return
    clearInterval(timer)
    response.write('event: done\ndata: {}\n\n')
  }, 1000 / rate)
  response.on('close', () => clearInterval(timer))
}

export function answer(request, response) {
  const { pathname, searchParams } = new URL(request.url, 'http://localhost')
  const number = (name) => Number(searchParams.get(name))
  response.writeHead(200, { 'content-type': 'text/event-stream', 'cache-control': 'no-cache' })
  if (pathname === '/burst') void burst(response, number('events'), number('size'))
  else steady(response, number('rate'), number('seconds'))
}

if (process.argv[2] === 'serve') {
  const server = createServer(answer)
  await once(server.listen(0, '127.0.0.1'), 'listening')
  process.stdout.write(`${server.address().port}\n`)
}
