import { advice } from '../messages/advice.js'
import type { PayloadError } from './payload-error.js'

/** The server chooses the event types, so the number that is remembered is limited. */
const MAX_TYPES = 100

/**
 * The default of `onPayloadError`: logs the first error of each event type. A server that keeps sending payloads that
 * cannot be read would fill the console.
 */
export function createPayloadErrorLog(): (error: PayloadError) => void {
  const logged = new Set<string>()
  return (error) => {
    const type = error.event.event
    if (logged.has(type) || logged.size === MAX_TYPES) return
    logged.add(type)
    console.error(
      error,
      'Further errors of this event type are not logged; pass onPayloadError' +
        advice(' to handle each one.', 'reference'),
    )
  }
}
