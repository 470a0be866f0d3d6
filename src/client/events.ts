import type { InferOutput } from '../standards/standard-schema.js'

export type { SchemaMap } from '../standards/standard-schema.js'

/** The events of a source whose event types are not declared: any type, with an unknown payload. */
export interface UndeclaredEvents {
  [type: string]: unknown
}

/**
 * One event, as listeners receive it. It is like the DOM's `MessageEvent`, but `data` is parsed.
 *
 * @see HTML standard, 9.2.6, "dispatch the event"
 */
export interface TypedEvent<Type extends string = string, Data = unknown> {
  /** The event type: the `event` field, or `message`. */
  readonly type: Type
  /** The payload: parsed by `parse`, and checked by the schema if there is one. */
  readonly data: Data
  /** The ID of this event, or the latest ID before it; empty if there was none. */
  readonly lastEventId: string
  /** The origin of the URL that the stream came from, after redirects. */
  readonly origin: string
}

// `keyof Events & string` has no alias, because the compiler's messages would show its name instead of the event types.

/** The events of the given types, as a union that `type` narrows. Without the second argument: all events. */
export type EventOf<Events, Type extends keyof Events & string = keyof Events & string> = {
  [T in Type]: TypedEvent<T, Events[T]>
}[Type]

/** The payload of each event type, as its schema infers it. */
export type InferEvents<Schemas> = { [Type in keyof Schemas]: InferOutput<Schemas[Type]> }
