import type { ConnectionStatus } from '../connection/status.js'
import type { EventStreamMessage } from '../event-stream/message.js'

/** Part of every group's name, so that tabs with different versions never meet: raise it with each change. */
export const RELAY_VERSION = 1

/** The time during which one member leads. The later one wins: by its epoch, then by the leader's name. */
export interface Term {
  readonly epoch: number
  readonly leader: string
}

/** An event as it is relayed. */
export interface RelayedEvent extends EventStreamMessage {
  /** The event's own ID, or the latest one before it; empty if there is none. */
  readonly lastEventId: string
  readonly origin: string
}

export type LeaderMessage =
  /** A new term begins. The leader resumes the stream after this ID. */
  | (Term & { readonly type: 'lead'; readonly lastEventId: string })
  /** The events of one chunk. `seq` is the number of events before them in this term. */
  | (Term & { readonly type: 'batch'; readonly seq: number; readonly events: readonly RelayedEvent[] })
  | (Term & { readonly type: 'status'; readonly status: ConnectionStatus })
  | (Term & Welcome)
  | (Term & { readonly type: 'pong' })

/** The answer to a `hello`: where the leader is, and what follows the member's last event. */
export interface Welcome {
  readonly type: 'welcome'
  readonly to: string
  readonly seq: number
  readonly lastEventId: string
  /** The ID of the `hello`. */
  readonly asked: string
  /** The events after `asked`; undefined if the leader does not know that ID. */
  readonly missed: readonly RelayedEvent[] | undefined
  /** The latest event of each type, for a member that has none yet. */
  readonly latest: readonly RelayedEvent[]
  readonly status: ConnectionStatus
  readonly types: WantedTypes
}

/** The event types that are wanted in any tab; some transports deliver only those that are named. */
export type WantedTypes = ReadonlySet<string> | 'every'

export type MemberMessage =
  /** Asks the leader for a `welcome`. */
  | {
      readonly type: 'hello'
      readonly from: string
      readonly epoch: number
      readonly lastEventId: string
      /** Whether it wants the latest event of each type, if it has none yet. */
      readonly wantsLatest: boolean
      readonly types: WantedTypes
    }
  /** More event types are wanted. */
  | { readonly type: 'want'; readonly types: WantedTypes }
  /** Asks whether the leader is alive. */
  | { readonly type: 'ping'; readonly epoch: number }
  | { readonly type: 'reconnect' }

/** What the members of a group post to each other. */
export type RelayMessage = LeaderMessage | MemberMessage

/** Whether `a` is later than `b`: positive, as for `sort()`. */
export function compareTerms(a: Term, b: Term): number {
  return a.epoch - b.epoch || (a.leader > b.leader ? 1 : a.leader < b.leader ? -1 : 0)
}

/** Returns `types` itself if `more` adds nothing. */
export function mergeTypes(types: WantedTypes, more: WantedTypes): WantedTypes {
  if (types === 'every' || more === 'every') return 'every'
  const all = new Set([...types, ...more])
  return all.size > types.size ? all : types
}

/** Without what cannot be cloned (`cause` may be anything). */
export function cloneable(status: ConnectionStatus): ConnectionStatus {
  if (status.failure === undefined) return status
  const { cause: _, ...failure } = status.failure
  return { ...status, failure }
}
