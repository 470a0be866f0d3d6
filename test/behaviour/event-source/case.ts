import type { RemoteStream } from '../../server/remote.js'
import type { Script } from '../../server/script.js'
import { until } from '../wait.js'

/** A class that claims to be the standard's `EventSource`: a browser's own, or ours. */
export type EventSourceClass = typeof globalThis.EventSource

/** What not every place offers where the cases run. */
export type Need =
  /** A browser, with its cookies and its CORS. */
  | 'browser'
  /** The scripted server answers on the origin of the page or worker too. */
  | 'same-origin'
  /** There is a scripted server on another origin. */
  | 'other-origin'

/**
 * One promise of the HTML standard, section 9.2. The name begins with that of the file of the web-platform-tests'
 * `eventsource/` folder that is about the same; no test framework is in it.
 */
export interface EventSourceCase {
  readonly name: string
  readonly needs?: readonly Need[]
  run(context: Context): Promise<void>
}

export interface Context {
  readonly EventSource: EventSourceClass
  /** Puts a script up, on the own origin where there is one. */
  readonly serve: (script: Script | Script['connections']) => Promise<RemoteStream>
  readonly serveElsewhere: (script: Script | Script['connections']) => Promise<RemoteStream>
  /** `new EventSource`, closed when the case is over. The server must then count no open connection. */
  readonly open: (target: RemoteStream | string, init?: EventSourceInit) => EventSource
}

/** A stream that says nothing and stays open. With a comment: Firefox waits for the first byte of the body. */
export const QUIET = { steps: [{ send: ':\n' }] }

/** So that a reconnection does not take the seconds of a browser. */
export const SOON = { send: 'retry: 10\n\n' }

/** Everything that the source dispatches of these types, in order. */
export function listen(source: EventSource, ...types: readonly string[]): Event[] {
  const events: Event[] = []
  for (const type of types) source.addEventListener(type, (event) => events.push(event))
  return events
}

/** The data of messages, and the type of what is none. */
export function told(events: readonly Event[]): unknown[] {
  return events.map((event) => (event instanceof MessageEvent ? event.data : event.type))
}

/** The messages of a stream that says with an event of the type `end` that it has sent them all. */
export async function messagesOf(source: EventSource, ...types: readonly string[]): Promise<MessageEvent[]> {
  const messages = listen(source, 'message', ...types) as MessageEvent[]
  const ends = listen(source, 'end')
  await until(() => ends.length > 0, 'the event "end"')
  return messages
}

export const END = 'event: end\ndata\n\n'

/** Fails the case unless the source fails the connection: one `error` event, which is no message, and CLOSED. */
export async function failure(source: EventSource): Promise<void> {
  const events = listen(source, 'open', 'message', 'error')
  await until(() => events.length > 0, 'an event')
  const seen = `${events.map(({ type }) => type).join()}, and readyState ${source.readyState}`
  if (seen !== 'error, and readyState 2' || events[0] instanceof MessageEvent) throw new Error(`It was ${seen}.`)
}
