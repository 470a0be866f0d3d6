import type { EventStreamMessage } from './message.js'

/**
 * How the end of a stream is recognised: by an event type, by one of several, or by a function that looks at each event.
 * An event of a named type is still delivered. For a function, `true` means a bare mark such as `[DONE]`, which is not
 * delivered, and `'deliver'` means that the last event carries a payload as well.
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

/** Whether the stream goes on after this event (`false`), or ends with it: delivered as the last one, or withheld. */
export function readEndMark(endOn: EndOn | undefined, message: EventStreamMessage): false | 'deliver' | 'withhold' {
  if (endOn === undefined) return false
  if (typeof endOn !== 'function') {
    const isLast = typeof endOn === 'string' ? endOn === message.event : endOn.includes(message.event)
    return isLast && 'deliver'
  }
  const answer = endOn(message)
  // Anything truthy counts, as it does for the predicates of the language.
  return answer === 'deliver' ? answer : answer && 'withhold'
}
