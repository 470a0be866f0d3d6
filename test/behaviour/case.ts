import type {
  EventSourceOptions,
  InferEvents,
  ReconnectionPolicy,
  SchemaMap,
  SchemaOptions,
  TypedEventSource,
  UndeclaredEvents,
} from '../../src/entries/index.js'
import type { RemoteStream } from '../server/remote.js'
import type { Script } from '../server/script.js'

export type SubjectTransport = 'fetch' | 'native' | 'auto'

/** What not every place offers where the cases run. */
export type Need =
  /** The scripted server answers on the origin of the page or worker too. */
  | 'same-origin'
  /** There is a scripted server on another origin, which a browser asks by preflight. */
  | 'other-origin'
  /** A redirect shows where it leads, as it does everywhere but in browsers. */
  | 'visible-redirects'
  /** The runtime has an `EventSource`. */
  | 'native'
  /** The runtime has none: 'auto' is fetch. */
  | 'no-native'

/** One behaviour, for every transport and every place that can show it. No test framework is in it. */
export interface Case {
  readonly name: string
  /** Default: all three. */
  readonly transports?: readonly SubjectTransport[]
  readonly needs?: readonly Need[]
  run(context: Context): Promise<void>
}

export interface Context {
  readonly transport: SubjectTransport
  /** Puts a script up. On the page's own origin, where there is one. */
  readonly serve: (script: Script | Script['connections']) => Promise<RemoteStream>
  /** On another origin than the page's. */
  readonly serveElsewhere: (script: Script | Script['connections']) => Promise<RemoteStream>
  readonly open: Open
  /** Exceptions that were reported by `reportError`. What a case leaves in here makes it fail. */
  readonly reported: unknown[]
}

/**
 * `createEventSource` with the transport under test and, unless the case has its own, the policy {@link quick}. The
 * source is closed when the case is over, and the server must then count no open connection.
 */
export interface Open {
  <const Schemas extends SchemaMap>(
    stream: RemoteStream,
    options: SchemaOptions<Schemas>,
  ): TypedEventSource<InferEvents<Schemas>>
  <Events extends object = UndeclaredEvents>(
    stream: RemoteStream,
    options?: EventSourceOptions<Events>,
  ): TypedEventSource<Events>
}

/** Reconnects almost at once, for as long as there is hope. */
export const quick: ReconnectionPolicy = ({ failure }) => (failure.fatal ? false : 10)

/** What most cases declare. */
export interface Ticks {
  tick: number
}

export function tick(value: number): string {
  return `event: tick\ndata: ${value}\n\n`
}

/** With an ID that is the same number. */
export function numbered(value: number): string {
  return `id: ${value}\n${tick(value)}`
}

/** A stream of ticks that stays open. */
export function ticks(...values: readonly number[]): { send: string } {
  return { send: values.map(tick).join('') }
}
