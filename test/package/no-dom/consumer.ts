/** An application for Node that is compiled without DOM types: the published types must be enough for it. */
import { type ConnectionStatus, createEventSource, exponentialBackoff, fetchTransport } from 'everstream'
import { EventSource } from 'everstream/event-source'
import 'everstream/polyfill'
import { createServer } from 'node:http'
import { createChannel, createEventStreamResponse } from 'everstream/server'
import { respond } from 'everstream/server/node'
import { createParser, encodeMessage, EventStreamDecoderStream, readEvents } from 'everstream/event-stream'

interface Events {
  price: { value: number }
}

export async function run(url: string): Promise<ConnectionStatus> {
  using source = createEventSource<Events>(url, {
    transport: fetchTransport({
      fetch,
      method: ({ attempt }) => (attempt === 0 ? 'POST' : 'GET'),
      headers: ({ lastEventId }) => new Headers({ 'x-from': lastEventId }),
      body: ({ lastEventId }) => (lastEventId === '' ? 'begin' : undefined),
    }),
    reconnection: exponentialBackoff(),
  })
  source.on('price', ({ data }) => void data.value.toFixed(2))
  for await (const { data } of readEvents(await fetch(url), { endOn: ['done', 'error'] }))
    createParser({ onEvent() {} }).push(encodeMessage({ data }))
  const { body } = await fetch(url)
  for await (const { data } of body?.pipeThrough(new EventStreamDecoderStream()) ?? []) void data.trim()
  return source.status.get()
}

export function listen(url: string): () => void {
  const source = new EventSource(url, {
    fetch: (input, init) => fetch(input, { ...init, headers: { ...init.headers, authorization: 'Bearer' } }),
  })
  source.onmessage = ({ data, lastEventId }) => void [data, lastEventId.trim()]
  source.onerror = ({ status, failure }) => void [status?.toFixed(), failure?.message.trim()]
  source.addEventListener('price', (event) => void event.type, { once: true })
  return () => source.close()
}

/** The answer of `node-fetch`, whose body is a Node stream. */
export async function read(answer: {
  status: number
  url: string
  headers: { get(name: string): string | null }
  body: NodeJS.ReadableStream | null
}): Promise<void> {
  for await (const { data } of readEvents(answer)) void data.trim()
}

export function answerStream(request: Request): Response {
  const channel = createChannel<Events>({ history: { maxEvents: 10 } })
  createServer((req, res) => respond(channel, req, res, { topics: ['a'] }))
  void channel.publish('price', { value: 1 })
  return request.method === 'POST' ? createEventStreamResponse([{ data: '' }], { request }) : channel.response(request)
}
