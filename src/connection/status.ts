import type { ConnectionFailure } from '../failure/connection-failure.js'
import type { Continuity } from './control.js'

/**
 * Why a connection is paused: the device is offline, the page is hidden (with `whenHidden: 'pause'`), the page is
 * frozen or in the back/forward cache, or the browser prerenders the page and the user may never see it.
 */
export type PauseReason = 'offline' | 'hidden' | 'frozen' | 'prerendering'

/** Not connected, because nobody listens and `connect` is `'while-listening'`. */
export interface IdleStatus {
  readonly state: 'idle'
  readonly failure?: undefined
}

/** A request is under way. */
export interface ConnectingStatus {
  readonly state: 'connecting'
  /** 0 for the first connection; otherwise the number of the reconnection since the connection was last healthy. */
  readonly attempt: number
  /** Why the previous attempt or connection ended; absent if there was none, or if the application ended it. */
  readonly failure?: ConnectionFailure
}

/** The stream is open, and events arrive. */
export interface OpenStatus {
  readonly state: 'open'
  /** The name of the transport: `'fetch'`, `'native'`, or that of your own transport. */
  readonly transport: string
  /** When the stream was opened, in ms since the epoch. */
  readonly since: number
  /** Whether the request carried the last event ID, so that the server could resume where the last stream ended. */
  readonly resumed: boolean
  /**
   * Whether the stream continues where the last one ended, in the server's own word: `complete` if nothing is missing,
   * `lost` if events are. `unknown` if the server does not say so, as most do not, or has not yet.
   */
  readonly continuity: Continuity
  /**
   * Only with `sharedTransport()`: whether this tab has the connection and relays its events (`leader`), gets them from
   * another tab (`follower`), or has a connection that it does not share (`alone`).
   */
  readonly role?: 'leader' | 'follower' | 'alone'
  readonly failure?: undefined
}

/** Waiting before the next attempt. */
export interface WaitingStatus {
  readonly state: 'waiting'
  /** The number of the next attempt since the connection was last healthy: 1 for the first reconnection. */
  readonly attempt: number
  /** How long the whole wait is, in ms. */
  readonly delay: number
  /** When the next attempt is made, in ms since the epoch. */
  readonly retryAt: number
  /** Why the connection was lost, or could not be established. */
  readonly failure: ConnectionFailure
}

/** Disconnected for a while. Once the reason no longer applies, the source connects again; no attempt is counted. */
export interface PausedStatus {
  readonly state: 'paused'
  /** Why the connection is paused. */
  readonly reason: PauseReason
  readonly failure?: undefined
}

/** No further attempt is made, unless you call `reconnect()`. */
export interface ClosedStatus {
  readonly state: 'closed'
  /**
   * `close-called` and `aborted`: by the application, for good; `reconnect()` does nothing. `ended-by-server`: by the
   * status 204, by the event that `endOn` recognises, or because the policy does not reconnect after a regular end.
   * `failed`: see `failure`.
   */
  readonly reason: 'close-called' | 'aborted' | 'ended-by-server' | 'failed'
  /** Why the source has failed; absent for all other reasons. */
  readonly failure?: ConnectionFailure
}

/**
 * The state of a connection, and the reason for it. `failure` can be read without checking `state` first: it is
 * undefined in states that have none.
 */
export type ConnectionStatus = IdleStatus | ConnectingStatus | OpenStatus | WaitingStatus | PausedStatus | ClosedStatus
