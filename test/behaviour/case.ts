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

/** What a case needs and not every place offers. */
export type Need =
  /** The scripted server answers on the origin of the page or worker too. */
  | 'same-origin'
  /** There is a scripted server on another origin, to which a browser sends preflights. */
  | 'other-origin'
  /** A redirect shows its target, as it does everywhere but in browsers. */
  | 'visible-redirects'
  /** The runtime has an `EventSource`. */
  | 'native'
  /** The runtime has none: 'auto' is fetch. */
  | 'no-native'

/** One behaviour, for every transport and every place that can show it. Uses no test framework. */
export interface Case {
  readonly name: string
  /** @default all three */
  readonly transports?: readonly SubjectTransport[]
  readonly needs?: readonly Need[]
  run(context: Context): Promise<void>
}

export interface Context {
  readonly transport: SubjectTransport
  /** Serves a script; on the page's own origin, if there is one. */
  readonly serve: (script: Script | Script['connections']) => Promise<RemoteStream>
  /** Serves it on an origin other than the page's. */
  readonly serveElsewhere: (script: Script | Script['connections']) => Promise<RemoteStream>
  readonly open: Open
  /** Exceptions reported by `reportError`. A case that leaves any in here fails. */
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

/** Reconnects almost at once, unless the failure is fatal. */
export const quick: ReconnectionPolicy = ({ failure }) => (failure.fatal ? false : 10)

/** The events that most cases declare. */
export interface Ticks {
  tick: number
}

export function tick(value: number): string {
  return `event: tick\ndata: ${value}\n\n`
}

/** A tick whose ID is the same number. */
export function numbered(value: number): string {
  return `id: ${value}\n${tick(value)}`
}

/** A stream of ticks that stays open. */
export function ticks(...values: readonly number[]): { send: string } {
  return { send: values.map(tick).join('') }
}
