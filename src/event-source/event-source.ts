import { advice } from '../messages/advice.js'
import { type Connection, createConnection } from '../connection/connection.js'
import { systemEnvironment } from '../connection/environment.js'
import { parseUrl } from '../platform/parse-url.js'
import type { ConnectionStatus } from '../connection/status.js'
import { isFunction, isObject, wrongArgument } from '../arguments/check-options.js'
import type { ConnectionFailure } from '../failure/connection-failure.js'
import type { FetchLike } from '../standards/fetch-like.js'
import { createFetchOpener } from '../transport/fetch.js'
import { FETCH_DEFAULTS } from '../transport/fetch-options.js'
import { EventHandlers } from './event-handlers.js'
import type { EventSourceConstructor, EventSourceInit, EventSource as EventSourceObject } from './event-source-types.js'
import { standardBackoff } from './standard-backoff.js'
import { createTaskQueue, type TaskQueue } from './task-queue.js'

const CONNECTING = 0
const OPEN = 1
const CLOSED = 2

const MEMBERS = ['url', 'withCredentials', 'readyState', 'onopen', 'onmessage', 'onerror', 'close'] as const

export type EventSource = EventSourceObject

/**
 * The standard's `EventSource` class, built on `fetch`, for all runtimes. The only additional option is `fetch`.
 *
 * @example
 * ```ts
 * const source = new EventSource('/prices')
 * source.onmessage = ({ data, lastEventId }) => show(data, lastEventId)
 * source.onerror = ({ status, failure }) => console.warn(status, failure?.message)
 * ```
 * @see https://html.spec.whatwg.org/multipage/server-sent-events.html#the-eventsource-interface
 */
export const EventSource: EventSourceConstructor = /*@__PURE__*/ defineEventSource()

/** A function, so that bundlers can drop the class if it is not used. */
function defineEventSource(): EventSourceConstructor {
  class StandardEventSource extends findEventTarget() {
    readonly #url: string
    readonly #withCredentials: boolean
    readonly #connection: Connection
    readonly #handlers = new EventHandlers(this)
    /** Every event is dispatched from here, so that events keep their order. */
    readonly #tasks: TaskQueue
    #readyState = CONNECTING

    constructor(url: string | URL, init: EventSourceInit | null = {}) {
      if (arguments.length === 0) throw new TypeError('EventSource: the url is missing.')
      super()
      // "constructor(USVString url, optional EventSourceInit eventSourceInitDict = {})"
      const urlRecord = parseUrl('EventSource', url)
      const { withCredentials, fetch } = toInit(init)
      // Created after validation: its MessagePort keeps the process alive.
      this.#tasks = createTaskQueue()
      this.#url = urlRecord.href
      this.#withCredentials = withCredentials
      this.#connection = createConnection({
        address: { current: urlRecord.href, resolve: () => urlRecord.href },
        withCredentials: this.#withCredentials,
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
          delay: (ms, run) => systemEnvironment.delay(ms, () => this.#tasks.queue(run)),
        },
        // "Queue a task which, if the readyState attribute is set to a value other than CLOSED, dispatches the newly
        // created event at the EventSource object." Closing empties the queue, so no task has to check the readyState.
        onMessage: ({ event, data }, origin, lastEventId) =>
          this.#tasks.queue(() => void this.dispatchEvent(createMessageEvent(event, { data, origin, lastEventId }))),
        onReconnect() {},
        onClosed() {},
      })
      let before: ConnectionStatus['state'] = 'idle'
      this.#connection.status.subscribe((status) => {
        this.#follow(status, before)
        before = status.state
      })
      this.#connection.start()
    }

    get url(): string {
      return this.#url
    }

    get withCredentials(): boolean {
      return this.#withCredentials
    }

    get readyState(): number {
      return this.#readyState
    }

    get onopen(): unknown {
      return this.#handlers.get('open')
    }

    set onopen(value: unknown) {
      this.#handlers.set('open', value)
    }

    get onmessage(): unknown {
      return this.#handlers.get('message')
    }

    set onmessage(value: unknown) {
      this.#handlers.set('message', value)
    }

    get onerror(): unknown {
      return this.#handlers.get('error')
    }

    set onerror(value: unknown) {
      this.#handlers.set('error', value)
    }

    // "Abort any instances of the fetch algorithm started for this EventSource object, and set readyState to CLOSED."
    close(): void {
      this.#readyState = CLOSED
      this.#tasks.close()
      this.#connection.close('close-called')
    }

    #follow(status: ConnectionStatus, before: ConnectionStatus['state']): void {
      const { state } = status
      if (state === 'open') this.#tasks.queue(() => this.#announce())
      else if (state === 'closed') {
        if (status.reason === 'close-called') return
        this.#tasks.queue(() => this.#fail(status.failure ?? noContent(this.#url)))
      } else if (state !== 'connecting' && (before === 'open' || before === 'connecting')) {
        // The connection or attempt has ended. A wait or a pause may follow, but the event is fired once.
        this.#tasks.queue(() => this.#reestablish('failure' in status ? status.failure : undefined))
      }
    }

    /** "Set the readyState attribute to OPEN and fire an event named open at the EventSource object." */
    #announce(): void {
      this.#readyState = OPEN
      this.dispatchEvent(new Event('open'))
    }

    /** "Set the readyState attribute to CONNECTING. Fire an event named error at the EventSource object." */
    #reestablish(failure: ConnectionFailure | undefined): void {
      this.#readyState = CONNECTING
      this.dispatchEvent(createErrorEvent(failure))
    }

    /** "Set the readyState attribute to CLOSED and fire an event named error at the EventSource object." */
    #fail(failure: ConnectionFailure): void {
      this.#readyState = CLOSED
      this.#tasks.close()
      this.dispatchEvent(createErrorEvent(failure))
    }
  }

  const constants = {
    CONNECTING: { value: CONNECTING, enumerable: true },
    OPEN: { value: OPEN, enumerable: true },
    CLOSED: { value: CLOSED, enumerable: true },
  }
  // Minifiers rename classes.
  Object.defineProperties(StandardEventSource, { ...constants, name: { value: 'EventSource' } })
  // Web IDL: attributes and operations are enumerable, and the class string is the interface's name.
  Object.defineProperties(StandardEventSource.prototype, {
    ...constants,
    ...Object.fromEntries(MEMBERS.map((name) => [name, { enumerable: true }])),
    [Symbol.toStringTag]: { value: 'EventSource', configurable: true },
  })
  return StandardEventSource as unknown as EventSourceConstructor
}

/** Importing must not throw, so a missing EventTarget is reported by the constructor. */
function findEventTarget(): typeof EventTarget {
  return typeof globalThis.EventTarget === 'function' && typeof globalThis.Event === 'function'
    ? globalThis.EventTarget
    : (MissingEventTarget as unknown as typeof EventTarget)
}

function MissingEventTarget(): never {
  throw new TypeError(
    `EventSource: this runtime has no EventTarget or Event${advice('; install polyfills before the import.', 'event-source')}`,
  )
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
    message: `${url} answered with the status 204${advice(' (No Content), which tells clients not to reconnect.', 'failures')}`,
    status: 204,
    url,
  }
}
