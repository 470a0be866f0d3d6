import type { InferOutput, StandardSchema } from '../standards/standard-schema.js'

/** What is known of a stream whose events were not declared: any type, with an unknown payload. */
export interface UndeclaredEvents {
  [type: string]: unknown
}

/**
 * One event, as listeners get it: the DOM's `MessageEvent` with the data parsed.
 *
 * @see HTML standard, 9.2.6, "dispatch the event"
 */
export interface TypedEvent<Type extends string = string, Data = unknown> {
  /** The event type: the `event` field, or `message`. */
  readonly type: Type
  /** The payload: JSON or text, parsed and checked. */
  readonly data: Data
  /** The last event ID string when the event was dispatched, its own or an earlier one's; empty when there was none. */
  readonly lastEventId: string
  /** The origin of the URL that the stream came from, after redirects. */
  readonly origin: string
}

// `keyof Events & string` has no alias, because messages would show its name in place of the event types.

/** The events of some types, as a union that narrows by `type`. */
export type EventOf<Events, Type extends keyof Events & string = keyof Events & string> = {
  [T in Type]: TypedEvent<T, Events[T]>
}[Type]

/** A schema for each event type: any library that implements Standard Schema. */
export interface SchemaMap {
  readonly [type: string]: StandardSchema
}

/** The declaration that a schema map stands for. */
export type InferEvents<Schemas> = { [Type in keyof Schemas]: InferOutput<Schemas[Type]> }
