import type { ConnectionFailure } from '../failure/connection-failure.js'

/**
 * What stands in a connection's way: the device is offline, the page is hidden (with `whenHidden: 'pause'`), the page is
 * frozen or in the back/forward cache, or the browser renders it ahead of time and the user may never see it.
 */
export type PauseReason = 'offline' | 'hidden' | 'frozen' | 'prerendering'

/**
 * Where a connection stands, and why. Times are ms of the wall clock (`Date.now()`). `failure` can be read without asking for
 * the state first: it is undefined in states that have none.
 */
export type ConnectionStatus =
  /** Nobody listens at the moment, and `connect` is `'while-listening'`. */
  | { readonly state: 'idle'; readonly failure?: undefined }
  /** `attempt` is 0 for the first connection, then the number of the reconnection since it was last healthy. */
  | {
      readonly state: 'connecting'
      readonly attempt: number
      /** Why the attempt before came to an end, where there was one and it was not the application's wish. */
      readonly failure?: ConnectionFailure
    }
  /** `resumed`: the server was told the last event ID, and so can have gone on where the last stream broke off. */
  | {
      readonly state: 'open'
      readonly transport: string
      readonly since: number
      readonly resumed: boolean
      readonly failure?: undefined
    }
  /** `attempt` is the number of the one to come, at `retryAt`, which is `delay` ms after the failure. */
  | {
      readonly state: 'waiting'
      readonly attempt: number
      readonly delay: number
      readonly retryAt: number
      readonly failure: ConnectionFailure
    }
  /** Neither connected nor trying, and no attempt is counted, until what stands in the way is gone. */
  | { readonly state: 'paused'; readonly reason: PauseReason; readonly failure?: undefined }
  /**
   * No attempt follows unless `reconnect()` is called; after `close-called` and `aborted`, that does nothing either.
   * `ended-by-server`: it asked not to come back (204), sent the mark that `endOn` recognises, or ended the stream and
   * `reconnection` does not come back after that.
   */
  | {
      readonly state: 'closed'
      readonly reason: 'close-called' | 'aborted' | 'ended-by-server' | 'failed'
      readonly failure?: ConnectionFailure
    }
