import { readFileSync } from 'node:fs'
import type { IncomingMessage, ServerResponse } from 'node:http'

/** The destination of an event stream. */
export interface Body {
  write(text: string): void
  end(): void
}

export interface OpenStream {
  readonly request: IncomingMessage
  readonly response: ServerResponse
  readonly body: Body
}

/**
 * An application with one event stream at `/stream`: events are numbered from 1, and a client that reconnects gets the
 * ones after its last event ID. A client that has seen 1, 2, 3 and so on has lost nothing and got nothing twice.
 * `/page` is a page with the library.
 */
export interface Application {
  handle(request: IncomingMessage, response: ServerResponse): void
  /** In the order of their arrival. */
  readonly open: readonly OpenStream[]
  /** The last event ID of each request for the stream; empty if it had none. */
  readonly asked: readonly string[]
  /** Sends the next event to all. */
  publish(): void
  /** Sends a comment to all. */
  keepAlive(): void
}

export interface ApplicationOptions {
  /** Starts the answer. */
  readonly answer?: (request: IncomingMessage, response: ServerResponse) => Body
}

const LIBRARY = readFileSync(new URL('../../dist/everstream.min.js', import.meta.url))

/** The query parameter for the last event ID if no header can be sent. */
export const LAST_EVENT_ID_PARAM = 'last-event-id'

export function createApplication({ answer = answerPlainly }: ApplicationOptions = {}): Application {
  const open: OpenStream[] = []
  const asked: string[] = []
  let published = 0

  function connect(request: IncomingMessage, response: ServerResponse, searchParams: URLSearchParams): void {
    const lastEventId = request.headers['last-event-id'] ?? searchParams.get(LAST_EVENT_ID_PARAM) ?? ''
    asked.push(String(lastEventId))
    const stream = { request, response, body: answer(request, response) }
    open.push(stream)
    response.once('close', () => open.splice(open.indexOf(stream), 1))
    for (let id = Number(lastEventId) + 1; id <= published; id++) stream.body.write(eventOf(id))
  }

  return {
    open,
    asked,
    handle(request, response) {
      const { pathname, searchParams } = new URL(request.url ?? '/', 'http://application')
      if (pathname === '/stream') connect(request, response, searchParams)
      else if (pathname === '/page')
        send(response, 'text/html', '<!doctype html><script src="everstream.min.js"></script>')
      else if (pathname === '/everstream.min.js') send(response, 'text/javascript', LIBRARY)
      else {
        response.statusCode = 404
        response.end()
      }
    },
    publish() {
      published += 1
      for (const { body } of open) body.write(eventOf(published))
    },
    keepAlive() {
      for (const { body } of open) body.write(': keep-alive\n\n')
    },
  }
}

/** All events have the same length, so that bytes can be counted. */
export const EVENT_SIZE = 32

function eventOf(id: number): string {
  const text = `id: ${id}\ndata: ${id}`
  return `${text}${' '.repeat(EVENT_SIZE - 2 - text.length)}\n\n`
}

function answerPlainly(_request: IncomingMessage, response: ServerResponse): Body {
  return startStream(response)
}

/** @param headers - in addition to those of every event stream */
export function startStream(response: ServerResponse, headers: Record<string, string> = {}): Body {
  response.statusCode = 200
  for (const [name, value] of Object.entries({ ...EVENT_STREAM, ...headers })) response.setHeader(name, value)
  // Sent before any byte of the body: a client reports the connection as open when the head arrives.
  response.flushHeaders()
  return {
    write(text) {
      if (!response.destroyed) response.write(text)
    },
    end() {
      response.end()
    },
  }
}

export const EVENT_STREAM: Record<string, string> = { 'content-type': 'text/event-stream', 'cache-control': 'no-store' }

function send(response: ServerResponse, mediaType: string, content: string | Uint8Array): void {
  response.setHeader('content-type', mediaType)
  response.end(content)
}
