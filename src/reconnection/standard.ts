import type { ReconnectionPolicy } from './policy.js'

/** "An implementation-defined value, probably in the region of a few seconds": that of Chromium and WebKit. */
const RECONNECTION_TIME = 3000

/**
 * What browsers do: after every loss that is not fatal, the same wait, which is `retry:` or else 3 s. It neither grows nor
 * spreads a fleet, so it is for those who need the browser's timing; everyone else is better off with
 * {@link exponentialBackoff}. HTML standard, 9.2.3, "reestablish the connection".
 */
export const standardReconnection: ReconnectionPolicy = ({ failure, reconnectionTime }) =>
  failure.fatal ? false : (reconnectionTime ?? RECONNECTION_TIME)
