import { abortReason } from '../platform/abort-reason.js'
import type { Exchange, Exchanges, TestRequest } from './exchange.js'
import { isAnswer, refusedAnswer } from './failures.js'

/** What `fetch` takes: any implementation's `Request` will do. */
export type FetchInput = string | URL | Request

/**
 * Answers a request as the test says: with a response, a network error (a `TypeError`), or the reason of its signal.
 *
 * @throws TypeError if this environment has no `Response`
 */
export async function answerFetch(exchanges: Exchanges, input: FetchInput, init: RequestInit = {}): Promise<Response> {
  if (typeof Response !== 'function' || typeof ReadableStream !== 'function') {
    throw new TypeError(
      'The test server cannot answer fetch, because this environment has no Response or no ReadableStream ' +
        "(Jest's jsdom hides those of Node). Pass `transport: server.transport` to the source, or use an environment " +
        'that has them, such as happy-dom or jest-fixed-jsdom.',
    )
  }
  const signal = init.signal ?? (isRequest(input) ? input.signal : undefined)
  const request = await describe(input, init)
  return new Promise((resolve, reject) => {
    if (signal?.aborted) return reject(abortReason(signal))
    const stream = createStream(() => exchanges.remove(exchange))
    let isOpen = false
    const exchange: Exchange = {
      request,
      open() {
        isOpen = true
        resolve(new Response(stream.body, { headers: { 'content-type': 'text/event-stream' } }))
      },
      write: stream.write,
      end: stream.end,
      fail(failure) {
        const { kind, message, body = null } = failure
        if (kind === 'network') {
          const error = new TypeError(message, { cause: failure.cause })
          reject(error)
          stream.fail(error)
        } else if (kind === 'ended') {
          if (!isOpen) exchange.open()
          stream.end()
        } else if (isAnswer(kind)) resolve(new Response(body, refusedAnswer(kind, failure)))
        else throw new TypeError(`fail: ${notOnTheWire(kind)}`)
      },
      noContent: () => resolve(new Response(null, { status: 204 })),
    }
    signal?.addEventListener('abort', () => {
      exchanges.remove(exchange)
      reject(abortReason(signal))
      stream.abort(abortReason(signal))
    })
    exchanges.begin(exchange)
  })
}

function notOnTheWire(kind: string): string {
  return (
    `no server can cause a failure of the kind "${kind}": the source itself notices it. ` +
    'Pass `transport: server.transport` to the source to fake it, or bring it about.'
  )
}

function isRequest(input: FetchInput): input is Request {
  return typeof input === 'object' && 'clone' in input
}

async function describe(input: FetchInput, init: RequestInit): Promise<TestRequest> {
  const given = isRequest(input) ? input : undefined
  const headers = Object.fromEntries(new Headers(init.headers ?? given?.headers))
  const text = await (init.body ? new Response(init.body) : given?.clone())?.text()
  return {
    url: typeof input === 'string' ? input : isRequest(input) ? input.url : input.href,
    lastEventId: decodeHeaderValue(headers['last-event-id'] ?? ''),
    method: init.method ?? given?.method ?? 'GET',
    headers,
    body: text === '' ? undefined : text,
  }
}

/** A header has bytes, each as one character; the ID is their text. */
function decodeHeaderValue(value: string): string {
  return new TextDecoder().decode(Uint8Array.from(value, (character) => character.charCodeAt(0)))
}

/** A body whose parts are all read before it ends or fails: a `ReadableStream` drops its queue when it fails. */
function createStream(onCancel: () => void): {
  readonly body: ReadableStream<Uint8Array<ArrayBuffer>>
  readonly write: (text: string) => void
  readonly end: () => void
  readonly fail: (error: unknown) => void
  /** Fails immediately. */
  readonly abort: (reason: unknown) => void
} {
  type Controller = ReadableStreamDefaultController<Uint8Array<ArrayBuffer>>
  const steps: ((controller: Controller) => void)[] = []
  const encoder = new TextEncoder()
  let controller: Controller | undefined
  let wake: (() => void) | undefined
  function add(step: (controller: Controller) => void): void {
    steps.push(step)
    wake?.()
  }
  return {
    body: new ReadableStream(
      {
        start(own) {
          controller = own
        },
        async pull(own) {
          if (steps.length === 0) await new Promise<void>((resolve) => (wake = resolve))
          steps.shift()?.(own)
        },
        cancel: onCancel,
      },
      { highWaterMark: 0 },
    ),
    write: (text) => add((own) => own.enqueue(encoder.encode(text))),
    end: () => add((own) => own.close()),
    fail: (error) => add((own) => own.error(error)),
    abort: (reason) => controller?.error(reason),
  }
}
