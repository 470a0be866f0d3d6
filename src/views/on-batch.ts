import { checkOptions, type OptionRule, SIGNAL_RULE, wrongArgument } from '../arguments/check-options.js'
import type { EventOf } from '../client/events.js'
import type { TypedEventSource } from '../client/typed-event-source.js'
import { checkSource } from './check-source.js'
import { follow, type Following } from './follow.js'

const RULES: readonly OptionRule[] = [SIGNAL_RULE]

/** A batch this large is handed over before its frame, so that memory is bounded while a page has few frames. */
const MAX_BATCH = 16_384

/** The options of {@link onBatch}. */
export interface BatchOptions {
  /** Removes the listener when it aborts. */
  signal?: AbortSignal | undefined
}

/**
 * Calls the listener once per animation frame with all events since the last call, in order. Hidden pages, workers
 * without frames and Node get a timer instead. Once the source has closed, the rest is handed over at once. If the
 * listener throws, the error is reported like that of a DOM listener.
 *
 * @returns a function that removes the listener; events that it has not been given yet are dropped
 * @throws TypeError for wrong arguments, and what `source.on()` throws
 *
 * @example
 * ```ts
 * onBatch(prices, 'price', (events) => chart.append(events.map(({ data }) => data)))
 * ```
 */
export function onBatch<Events, Type extends keyof Events & string>(
  source: TypedEventSource<Events>,
  types: Type | readonly Type[],
  listener: (events: readonly EventOf<Events, Type>[]) => void,
  options: BatchOptions = {},
): () => void {
  checkSource('onBatch', source, types)
  if (typeof listener !== 'function') throw wrongArgument('onBatch', 'the listener', 'a function', listener)
  checkOptions('onBatch', options, RULES)
  const { signal } = options
  if (signal?.aborted) return () => {}
  let batch: EventOf<Events, Type>[] = []
  let following: Following | undefined
  function remove(): void {
    following?.stop()
    signal?.removeEventListener('abort', remove)
  }
  signal?.addEventListener('abort', remove)
  following = follow(source, types, {
    take(event) {
      batch.push(event)
      if (batch.length >= MAX_BATCH) following?.flush()
    },
    handOver() {
      const full = batch
      batch = []
      listener(full)
    },
    onFinal: remove,
  })
  return remove
}
