/**
 * A chat with a language model over plain `node:http`: `npm run demo:chat`. An answer belongs to the server, not to a
 * connection: it goes on when the client is gone, can be read from any event on, and is stopped only by a DELETE.
 */
import { readFile } from 'node:fs/promises'
import { createServer } from 'node:http'
import { extname } from 'node:path'
import { fileURLToPath } from 'node:url'
import { Answer } from './answer.mjs'

/** @import { IncomingMessage, ServerResponse } from 'node:http' */

const KEEP_ALIVE = 15_000
const EVERSTREAM = import.meta.resolve('everstream')
const TYPES = { '.html': 'text/html', '.js': 'text/javascript', '.map': 'application/json' }

/** @type {Map<string, Answer>} */
const answers = new Map()

/**
 * @param {IncomingMessage} request
 * @param {ServerResponse} response
 */
async function handle(request, response) {
  const { method, url = '/' } = request
  const [, id] = /^\/chat\/([\w-]+)$/.exec(url) ?? []
  if (id === undefined) return sendFile(url, response)
  const answer = answers.get(id)
  if (method === 'POST' && answer === undefined) {
    const { question } = JSON.parse(await textOf(request))
    const asked = new Answer(String(question))
    answers.set(id, asked)
    return stream(asked, 0, response)
  }
  if (method === 'GET' && answer !== undefined)
    return stream(answer, Number(request.headers['last-event-id']), response)
  if (method === 'DELETE' && answer !== undefined) {
    answer.stop()
    return response.writeHead(204).end()
  }
  // A question that was asked already must not be asked twice.
  response.writeHead(method === 'POST' ? 409 : 404).end()
}

/**
 * Sends the events after this number, and those to come.
 *
 * @param {Answer} answer
 * @param {number} lastEventId
 * @param {ServerResponse} response
 */
function stream(answer, lastEventId, response) {
  response.writeHead(200, { 'content-type': 'text/event-stream', 'cache-control': 'no-store' })
  const stopReading = answer.read(
    lastEventId || 0,
    (block) => response.write(block),
    () => response.end(),
  )
  const keepAlive = setInterval(() => response.write(': keep-alive\n'), KEEP_ALIVE)
  response.on('close', () => {
    clearInterval(keepAlive)
    stopReading()
  })
}

/** @param {IncomingMessage} request */
async function textOf(request) {
  let text = ''
  for await (const chunk of request.setEncoding('utf8')) text += chunk
  return text
}

/**
 * The page, and the modules of everstream, which a bundler would put into it.
 *
 * @param {string} path
 * @param {ServerResponse} response
 */
async function sendFile(path, response) {
  const [, library, name = ''] = /^\/(everstream\/)?(.*)$/.exec(path) ?? []
  const folder = library === undefined ? new URL('page/', import.meta.url) : new URL('.', EVERSTREAM)
  try {
    const file = new URL(name || 'index.html', folder)
    // The path may climb out of the folder.
    if (!file.href.startsWith(folder.href)) throw new RangeError(path)
    const content = await readFile(fileURLToPath(file))
    const type = Object.entries(TYPES).find(([extension]) => extension === extname(file.pathname))?.[1]
    response.writeHead(200, { 'content-type': type ?? 'application/octet-stream' }).end(content)
  } catch {
    response.writeHead(404).end()
  }
}

const server = createServer((request, response) => {
  handle(request, response).catch(() => response.writeHead(400).end())
})
server.listen(Number(process.env['PORT'] ?? 8080), '127.0.0.1', () => {
  const address = server.address()
  console.log(`http://127.0.0.1:${typeof address === 'object' ? address?.port : ''}`)
})
process.on('SIGINT', () => process.exit())
