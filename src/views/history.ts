import { checkOptions, countRule, wrongArgument } from '../arguments/check-options.js'
import type { EventOf } from '../client/events.js'
import type { TypedEventSource } from '../client/typed-event-source.js'
import type { ReadableStore } from '../observable/store.js'
import { checkSource } from './check-source.js'
import { createView } from './view.js'

const RULES = [/*@__PURE__*/ countRule('limit')] as const

/** The options of {@link history}. */
export interface HistoryOptions {
  /** How many events to keep, at least 1. Older ones are dropped. */
  limit: number
}

/**
 * Returns a store of the latest events of a type or several, oldest first. The array is replaced, at most once per
 * animation frame, never changed. It listens while it has subscribers; in between, `get()` returns what it had last,
 * and at first an empty array.
 *
 * @throws TypeError or RangeError for wrong arguments; `subscribe` throws what `source.on()` throws
 *
 * @example
 * ```ts
 * history(jobs, ['started', 'done'], { limit: 100 }).subscribe(drawLog)
 * ```
 */
export function history<Events, Type extends keyof Events & string>(
  source: TypedEventSource<Events>,
  types: Type | readonly Type[],
  options: HistoryOptions,
): ReadableStore<readonly EventOf<Events, Type>[]> {
  checkSource('history', source, types)
  const { limit } = checkOptions('history', options, RULES)
  if (limit === undefined) throw wrongArgument('history', 'limit', RULES[0].expected, limit)
  let added: EventOf<Events, Type>[] = []
  const none: readonly EventOf<Events, Type>[] = []
  return createView(source, types, none, {
    take(event) {
      added.push(event)
      // Not at each event: moving the whole array is as long as the limit.
      if (added.length >= 2 * limit) added = added.slice(-limit)
    },
    read(current) {
      const next = [...current, ...added].slice(-limit)
      added = []
      return next
    },
  })
}
