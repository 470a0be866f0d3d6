import type { EventOf } from '../../client/events.js'
import type { TypedEventSource } from '../../client/typed-event-source.js'
import { history, type HistoryOptions } from '../../views/history.js'
import { useView } from './use-view.js'

const NONE: readonly never[] = []

/**
 * Returns the latest events of a type or several, oldest first, and not more than the limit. Renders at most once per
 * animation frame.
 *
 * @throws TypeError or RangeError for wrong arguments
 *
 * @example
 * ```tsx
 * const events = useEvents(jobs, ['started', 'done'], { limit: 100 })
 * return <ol>{events.map(({ type, lastEventId }) => <li key={lastEventId}>{type}</li>)}</ol>
 * ```
 */
export function useEvents<Events, Type extends keyof Events & string>(
  source: TypedEventSource<Events>,
  types: Type | readonly Type[],
  options: HistoryOptions,
): readonly EventOf<Events, Type>[] {
  return useView(source, ['events', types, options], () => history(source, types, options), NONE)
}
