import type { EventStreamMessage } from './message.js'

/**
 * How to recognise the last event of a stream: by one or several event types, whose event is still delivered, or by a
 * function. It returns `true` for a mark without a payload, such as `[DONE]`, which is not delivered, and `'deliver'`
 * for a last event that has a payload.
 */
export type EndOn<Type extends string = string> =
  | Type
  | readonly Type[]
  | ((event: EventStreamMessage) => boolean | 'deliver')

export const END_ON = 'an event type, an array of them, or a function of the event'

/** Whether an option is an {@link EndOn}. */
export function isEndOn(value: unknown): value is EndOn {
  if (typeof value === 'function') return true
  const types: readonly unknown[] = Array.isArray(value) ? value : [value]
  return types.length > 0 && types.every((type) => typeof type === 'string' && type !== '')
}

/** Returns `false` if the stream goes on after this event, or whether to deliver or withhold this last event. */
export function readEndMark(endOn: EndOn | undefined, message: EventStreamMessage): false | 'deliver' | 'withhold' {
  if (endOn === undefined) return false
  if (typeof endOn !== 'function') {
    const isLast = typeof endOn === 'string' ? endOn === message.event : endOn.includes(message.event)
    return isLast && 'deliver'
  }
  const answer = endOn(message)
  if (answer === 'deliver') return answer
  // Any truthy value counts, and any falsy one does not, as for `Array.prototype.some()`.
  return answer ? 'withhold' : false
}
