import { builtinModule } from './builtin.js'
import type { Channel } from './channel-types.js'

interface DiagnosticsChannel {
  publish(message: unknown): void
}

/**
 * Publishes what happens to the clients of a channel through Node's `diagnostics_channel`, for monitoring:
 * `everstream.connect` with `{ client }`, and `everstream.close` with `{ client, reason }`.
 *
 * @param channel - the channel to observe
 * @returns a function that stops it
 *
 * @example
 * ```ts
 * import { subscribe } from 'node:diagnostics_channel'
 * publishDiagnostics(channel)
 * subscribe('everstream.close', ({ reason }) => counter.add(1, { reason }))
 * ```
 */
export function publishDiagnostics(channel: Pick<Channel<never>, 'onConnect' | 'onClose'>): () => void {
  const diagnostics = builtinModule('node:diagnostics_channel') as
    | { channel(name: string): DiagnosticsChannel }
    | undefined
  if (diagnostics === undefined) return () => {}
  const connects = diagnostics.channel('everstream.connect')
  const closes = diagnostics.channel('everstream.close')
  const stops = [
    channel.onConnect((client) => connects.publish({ client })),
    channel.onClose((client, reason) => closes.publish({ client, reason })),
  ]
  return () => {
    for (const stop of stops) stop()
  }
}
