import { createConnection } from '../connection/connection.js'
import { systemEnvironment } from '../connection/environment.js'
import { advice } from '../messages/advice.js'
import { parseUrl } from '../platform/parse-url.js'
import type { ConnectionStatus } from '../connection/status.js'
import { isFunction, isObject, wrongArgument } from '../arguments/check-options.js'
import type { ConnectionFailure } from '../failure/connection-failure.js'
import type { FetchLike } from '../standards/fetch-like.js'
import { createFetchOpener } from '../transport/fetch.js'
import { FETCH_DEFAULTS } from '../transport/fetch-options.js'
import { createEventHandlers, type EventHandlers } from './event-handlers.js'
import type { EventSourceInit } from './event-source-types.js'
import { standardBackoff } from './standard-backoff.js'
import { createTaskQueue } from './task-queue.js'

export const CONNECTING = 0
export const OPEN = 1
export const CLOSED = 2

/** What is behind an `EventSource` object. */
export interface Internals {
  readonly url: string
  readonly withCredentials: boolean
  readonly readyState: number
  readonly handlers: EventHandlers
  close(): void
}

/** Starts the connection, whose events are dispatched at the object. @throws as the constructor does */
export function createInternals(target: EventTarget, url: string | URL, init: EventSourceInit | null): Internals {
  // "constructor(USVString url, optional EventSourceInit eventSourceInitDict = {})"
  const { href } = parseUrl('EventSource', url)
  const { withCredentials, fetch } = toInit(init)
  // Every event is dispatched from here, so that events keep their order. Created after validation: its MessagePort
  // keeps the process alive.
  const tasks = createTaskQueue()
  let readyState: number = CONNECTING
  let before: ConnectionStatus['state'] = 'idle'

  const connection = createConnection({
    address: { current: href, resolve: () => href },
    withCredentials,
    transport: {
      name: 'fetch',
      everyType: true,
      open: createFetchOpener({ ...FETCH_DEFAULTS, strict: true, ...(fetch && { fetch }) }),
    },
    reconnection: standardBackoff(),
    endIsMarked: false,
    // Not by CONNECTION_DEFAULTS: bundlers drop the code of options that are constant here.
    lastEventId: '',
    lastEventIdParam: undefined,
    idleTimeout: undefined,
    whenHidden: 'continue',
    duplicateWindow: 0,
    environment: {
      ...systemEnvironment,
      // "Wait until the aforementioned task has run, if it has not yet run. Queue a task" that fetches again.
      delay: (ms, run) => systemEnvironment.delay(ms, () => tasks.queue(run)),
    },
    // "Queue a task which, if the readyState attribute is set to a value other than CLOSED, dispatches the newly
    // created event at the EventSource object." Closing empties the queue, so no task has to check the readyState.
    onMessage: ({ event, data }, origin, lastEventId) =>
      tasks.queue(() => void target.dispatchEvent(createMessageEvent(event, { data, origin, lastEventId }))),
    onReconnect() {},
    onClosed() {},
  })

  function follow(status: ConnectionStatus): void {
    const { state } = status
    if (state === 'open') tasks.queue(announce)
    else if (state === 'closed') {
      if (status.reason !== 'close-called') tasks.queue(() => fail(status.failure ?? noContent(href)))
    } else if (state !== 'connecting' && (before === 'open' || before === 'connecting')) {
      // The connection or attempt has ended. A wait or a pause may follow, but the event is fired once.
      tasks.queue(() => reestablish(status.failure))
    }
    before = state
  }

  /** "Set the readyState attribute to OPEN and fire an event named open at the EventSource object." */
  function announce(): void {
    readyState = OPEN
    target.dispatchEvent(new Event('open'))
  }

  /** "Set the readyState attribute to CONNECTING. Fire an event named error at the EventSource object." */
  function reestablish(failure: ConnectionFailure | undefined): void {
    readyState = CONNECTING
    target.dispatchEvent(createErrorEvent(failure))
  }

  /** "Set the readyState attribute to CLOSED and fire an event named error at the EventSource object." */
  function fail(failure: ConnectionFailure): void {
    readyState = CLOSED
    tasks.close()
    target.dispatchEvent(createErrorEvent(failure))
  }

  connection.status.subscribe(follow)
  connection.start()
  return {
    url: href,
    withCredentials,
    get readyState() {
      return readyState
    },
    handlers: createEventHandlers(target),
    // "Abort any instances of the fetch algorithm started for this EventSource object, and set readyState to CLOSED."
    close() {
      readyState = CLOSED
      tasks.close()
      connection.close('close-called')
    },
  }
}

function toInit(init: EventSourceInit | null): { withCredentials: boolean; fetch: FetchLike | undefined } {
  // Web IDL: null counts as an empty dictionary, and any object is a dictionary, functions included.
  if (!isObject(init ?? {}) && !isFunction(init))
    throw wrongArgument('EventSource', 'the init', advice('an object'), init)
  const { withCredentials, fetch } = init ?? {}
  if (fetch !== undefined && !isFunction(fetch))
    throw wrongArgument('EventSource', 'fetch', advice('a function'), fetch)
  return { withCredentials: Boolean(withCredentials), fetch }
}

function createMessageEvent(type: string, init: MessageEventInit<string>): Event {
  return typeof globalThis.MessageEvent === 'function'
    ? new MessageEvent(type, init)
    : Object.assign(new Event(type), init)
}

function createErrorEvent(failure: ConnectionFailure | undefined): Event {
  const status = failure?.status
  const reason = failure && { failure, message: failure.message }
  return Object.assign(new Event('error'), reason, status !== undefined && { status })
}

/** A 204 is "a status other than 200", so it fails the connection: it is how a server tells clients to stop. */
function noContent(url: string): ConnectionFailure {
  return {
    kind: 'http',
    fatal: true,
    message:
      `${url} answered with the status 204` +
      advice(' (No Content), which tells clients not to reconnect.', 'failures'),
    status: 204,
    url,
  }
}
