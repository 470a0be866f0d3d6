import type { PayloadError } from './payload-error.js'

/** Event types are data of the server: so many are remembered, and no more. */
const MAX_TYPES = 100

/**
 * What becomes of payload errors that the application does not handle: the first of each event type is logged, because a
 * server that goes on sending what cannot be read would fill the console.
 */
export function createPayloadErrorLog(): (error: PayloadError) => void {
  const logged = new Set<string>()
  return (error) => {
    const type = error.event.event
    if (logged.has(type) || logged.size === MAX_TYPES) return
    logged.add(type)
    console.error(error, 'Further ones of this type are not logged; pass onPayloadError to hear of each.')
  }
}
