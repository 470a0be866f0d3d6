import { advice } from '../messages/advice.js'
import type { EventSourceConstructor, EventSourceInit, EventSource as EventSourceObject } from './event-source-types.js'
import { CLOSED, CONNECTING, createInternals, type Internals, OPEN } from './internals.js'

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
  // A symbol, because subclasses may use any name; not #private, which build targets may lower to slow WeakMaps.
  const INTERNALS: unique symbol = Symbol('internals')
  class StandardEventSource extends findEventTarget() {
    declare private readonly [INTERNALS]: Internals

    constructor(url: string | URL, init: EventSourceInit | null = {}) {
      if (arguments.length === 0) throw new TypeError('EventSource: the url is missing.')
      super()
      this[INTERNALS] = createInternals(this, url, init)
    }

    get url(): string {
      return this[INTERNALS].url
    }

    get withCredentials(): boolean {
      return this[INTERNALS].withCredentials
    }

    get readyState(): number {
      return this[INTERNALS].readyState
    }

    get onopen(): unknown {
      return this[INTERNALS].handlers.get('open')
    }

    set onopen(value: unknown) {
      this[INTERNALS].handlers.set('open', value)
    }

    get onmessage(): unknown {
      return this[INTERNALS].handlers.get('message')
    }

    set onmessage(value: unknown) {
      this[INTERNALS].handlers.set('message', value)
    }

    get onerror(): unknown {
      return this[INTERNALS].handlers.get('error')
    }

    set onerror(value: unknown) {
      this[INTERNALS].handlers.set('error', value)
    }

    close(): void {
      this[INTERNALS].close()
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
    'EventSource: this runtime has no EventTarget or Event' +
      advice('; install polyfills before the import.', 'event-source'),
  )
}
