import type { IncomingMessage, ServerResponse } from 'node:http'
import {
  type ConnectionScript,
  LAST_EVENT_ID_PARAM,
  type RequestRecord,
  type Script,
  type Step,
  type StreamReport,
} from './script.js'

/**
 * The scripted server as a request handler, so that it can run alone (another origin) or in front of a development
 * server (the page's own origin):
 *
 * | request | does |
 * | --- | --- |
 * | `PUT /scripts/<id>` | stores a script |
 * | `GET /scripts/<id>` | reports what has happened so far: {@link StreamReport} |
 * | `POST /scripts/<id>` | performs steps on every open connection; answers when they are done |
 * | any, `/streams/<id>` | the event stream |
 */
export function createScriptHandler(): (request: IncomingMessage, response: ServerResponse) => void {
  const plays = new Map<string, Play>()

  async function control(play: Play | undefined, id: string, request: IncomingMessage, response: ServerResponse) {
    if (request.method === 'PUT') {
      plays.set(id, createPlay(JSON.parse(await readBody(request)) as Script))
      return answer(response, 201)
    }
    if (play === undefined) return answer(response, 404)
    if (request.method === 'GET') return answer(response, 200, play.report())
    await play.perform(JSON.parse(await readBody(request)) as Step[])
    answer(response, 200)
  }

  return (request, response) => {
    const { pathname } = new URL(request.url ?? '/', 'http://server')
    const [, area, id = ''] = pathname.split('/')
    const play = plays.get(id)
    // No connection is kept for another request: an open one is in use, and an end closes the client's socket too.
    response.setHeader('connection', 'close')
    const byScript = area === 'streams' ? play?.script : undefined
    if (byScript?.cors !== false) allowOrigin(request, response, byScript?.credentials !== false)

    if (request.method === 'OPTIONS') {
      const allowed = area === 'scripts' || play?.allowPreflight() === true
      response.writeHead(allowed ? 204 : 403).end()
    } else if (area === 'scripts') {
      control(play, id, request, response).catch((error: unknown) => response.destroy(error as Error))
    } else if (area === 'streams' && play !== undefined) {
      play.connect(request, response).catch((error: unknown) => response.destroy(error as Error))
    } else answer(response, 404)
  }
}

interface Play {
  readonly script: Script
  allowPreflight(): boolean
  connect(request: IncomingMessage, response: ServerResponse): Promise<void>
  perform(steps: readonly Step[]): Promise<void>
  report(): StreamReport
}

interface OpenConnection {
  readonly response: ServerResponse
  readonly record: RequestRecord
}

function createPlay(script: Script): Play {
  const requests: RequestRecord[] = []
  const open = new Set<OpenConnection>()
  let preflights = 0

  async function perform(connection: OpenConnection, steps: readonly Step[]): Promise<void> {
    for (const step of steps) {
      if (!open.has(connection)) return
      await performStep(connection, step, script)
    }
  }

  return {
    script,
    allowPreflight() {
      preflights += 1
      return script.cors !== false && script.preflight !== false
    },
    async connect(request, response) {
      const record: RequestRecord = {
        method: request.method ?? '',
        url: request.url ?? '',
        headers: Object.fromEntries(Object.entries(request.headers).map(([name, value]) => [name, String(value)])),
        body: await readBody(request),
      }
      const turn = script.connections[Math.min(requests.length, script.connections.length - 1)]
      requests.push(record)
      if (response.destroyed || turn === undefined) return
      const connection = { response, record }
      open.add(connection)
      response.on('close', () => open.delete(connection))
      if (turn.status === 'silent') return
      writeHead(response, turn)
      if (isFirefox(record)) keepAlive(response)
      await perform(connection, stepsOf(turn, record))
    },
    async perform(steps) {
      await Promise.all(Array.from(open, (connection) => perform(connection, steps)))
    },
    report: () => ({ open: open.size, requests, preflights }),
  }
}

function writeHead(response: ServerResponse, { status, headers }: ConnectionScript): void {
  response.writeHead(status === undefined || status === 'silent' ? 200 : status, {
    'content-type': 'text/event-stream',
    'cache-control': 'no-store',
    ...headers,
  })
  // Sent before any byte of the body: a browser dispatches `open` when the head arrives.
  response.flushHeaders()
}

/** The steps, completed so that every client sees the answer. */
function stepsOf({ status, steps }: ConnectionScript, record: RequestRecord): readonly Step[] {
  // Some clients wait for the rest of a redirect or of a 401.
  if (status !== undefined) return steps ?? ['end']
  // Firefox shows an answer only with the first byte of its body.
  return steps ?? (isFirefox(record) ? [{ send: ':\n' }] : [])
}

function isFirefox({ headers }: RequestRecord): boolean {
  return headers['user-agent']?.includes('Firefox') === true
}

/**
 * Firefox closes the connection of an aborted request only with the next byte if a worker made it or it was redirected.
 * A refused body is read for 250 ms, so there the byte comes later.
 */
function keepAlive(response: ServerResponse): void {
  const isStream =
    response.statusCode === 200 && /^text\/event-stream *(;|$)/i.test(String(response.getHeader('content-type')))
  const timer = setInterval(() => response.write(':\n'), isStream ? 250 : 2000)
  response.on('close', () => clearInterval(timer))
}

async function performStep({ response, record }: OpenConnection, step: Step, script: Script): Promise<void> {
  if (step === 'end') return void response.end()
  if (step === 'cut') return void response.destroy()
  if (step === 'reset') return void response.socket?.resetAndDestroy()
  if ('echo' in step) return write(response, `event: ${step.echo}\ndata: ${JSON.stringify(record)}\n\n`)
  if ('replay' in step) {
    const { history = [] } = script
    const start = history.findIndex(({ id }) => id === lastEventIdOf(record)) + 1
    const chosen = history.slice(start, step.replay === 'all' ? undefined : start + step.replay)
    return write(response, chosen.map(({ id, data }) => `id: ${id}\ndata: ${data}\n\n`).join(''))
  }
  const times = 'times' in step ? step.times : 1
  for (let time = 0; time < times && !response.destroyed; time++) await write(response, step.send)
}

function write(response: ServerResponse, text: string): Promise<void> {
  return new Promise((resolve) => {
    // Also called with an error if the client has gone, which is not a failure of the server.
    response.write(text, () => resolve())
  })
}

/** The header's bytes are UTF-8, which Node gives as one character each. */
function lastEventIdOf({ headers, url }: RequestRecord): string | null {
  const header = headers['last-event-id']
  if (header !== undefined) return Buffer.from(header, 'latin1').toString()
  return new URL(url, 'http://server').searchParams.get(LAST_EVENT_ID_PARAM)
}

function allowOrigin({ headers }: IncomingMessage, response: ServerResponse, credentials: boolean): void {
  response.setHeader('access-control-allow-origin', headers.origin ?? '*')
  if (credentials) response.setHeader('access-control-allow-credentials', 'true')
  response.setHeader('access-control-allow-methods', '*, GET, POST, PUT')
  response.setHeader('access-control-allow-headers', headers['access-control-request-headers'] ?? '*')
}

async function readBody(request: IncomingMessage): Promise<string> {
  let body = ''
  request.setEncoding('utf8')
  for await (const chunk of request) body += chunk
  return body
}

function answer(response: ServerResponse, status: number, body?: unknown): void {
  response.writeHead(status, { 'content-type': 'application/json' }).end(JSON.stringify(body ?? null))
}
