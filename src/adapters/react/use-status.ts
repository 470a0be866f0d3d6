import { useSyncExternalStore } from 'react'
import type { TypedEventSource } from '../../client/typed-event-source.js'
import type { ConnectionStatus } from '../../connection/status.js'

const IDLE: ConnectionStatus = { state: 'idle' }

/**
 * Returns the state of the connection, and the reason for it. On a server it is always `idle`.
 *
 * @example
 * ```tsx
 * const status = useStatus(prices)
 * return status.state === 'waiting' && <p>Reconnecting: {status.failure.message}</p>
 * ```
 */
export function useStatus<Events>({ status }: Pick<TypedEventSource<Events>, 'status'>): ConnectionStatus {
  return useSyncExternalStore(status.subscribe, status.get, () => IDLE)
}
