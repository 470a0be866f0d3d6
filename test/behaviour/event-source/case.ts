import type { RemoteStream } from '../../server/remote.js'
import type { Script } from '../../server/script.js'
import { until } from '../wait.js'

/** A class that implements the standard's `EventSource`: a browser's own, or ours. */
export type EventSourceClass = typeof globalThis.EventSource

/** What a case needs and not every place offers. */
export type Need =
  /** A browser, with its cookies and its CORS. */
  | 'browser'
  /** The scripted server answers on the origin of the page or worker too. */
  | 'same-origin'
  /** There is a scripted server on another origin. */
  | 'other-origin'

/**
 * One promise of the HTML standard, section 9.2. The name begins with that of the file of the web-platform-tests'
 * `eventsource/` folder that tests the same. Uses no test framework.
 */
export interface EventSourceCase {
  readonly name: string
  readonly needs?: readonly Need[]
  run(context: Context): Promise<void>
}

export interface Context {
  readonly EventSource: EventSourceClass
  /** Serves a script; on the page's own origin, if there is one. */
  readonly serve: (script: Script | Script['connections']) => Promise<RemoteStream>
  readonly serveElsewhere: (script: Script | Script['connections']) => Promise<RemoteStream>
  /** `new EventSource`, closed when the case is over. The server must then count no open connection. */
  readonly open: (target: RemoteStream | string, init?: EventSourceInit) => EventSource
}

/** A stream without events that stays open. It has a comment, because Firefox waits for the first byte of the body. */
export const QUIET = { steps: [{ send: ':\n' }] }

/** Makes a browser reconnect in ms instead of seconds. */
export const SOON = { send: 'retry: 10\n\n' }

/** Collects everything that the source dispatches of these types, in order. */
export function listen(source: EventSource, ...types: readonly string[]): Event[] {
  const events: Event[] = []
  for (const type of types) source.addEventListener(type, (event) => events.push(event))
  return events
}

/** The data of messages, and the type of other events. */
export function told(events: readonly Event[]): unknown[] {
  return events.map((event) => (event instanceof MessageEvent ? event.data : event.type))
}

/** The messages of a stream that ends with an event of the type `end`. */
export async function messagesOf(source: EventSource, ...types: readonly string[]): Promise<MessageEvent[]> {
  const messages = listen(source, 'message', ...types) as MessageEvent[]
  const ends = listen(source, 'end')
  await until(() => ends.length > 0, 'the event "end"')
  return messages
}

export const END = 'event: end\ndata\n\n'

/** Fails the case unless the source fails the connection: one plain `error` event, and CLOSED. */
export async function failure(source: EventSource): Promise<void> {
  const events = listen(source, 'open', 'message', 'error')
  await until(() => events.length > 0, 'an event')
  const seen = `${events.map(({ type }) => type).join()}, and readyState ${source.readyState}`
  if (seen !== 'error, and readyState 2' || events[0] instanceof MessageEvent) throw new Error(`It was ${seen}.`)
}
