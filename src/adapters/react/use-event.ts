import { useEffect, useInsertionEffect, useRef } from 'react'
import type { EventOf } from '../../client/events.js'
import type { TypedEventSource } from '../../client/typed-event-source.js'

/**
 * Calls the listener with each event of a type or several while the component is mounted. It is always the listener of
 * the latest render, so it sees fresh props and state, and need not be memoized.
 *
 * @throws TypeError for wrong arguments
 *
 * @example
 * ```tsx
 * useEvent(orders, 'filled', ({ data }) => toast(`${user.name}: ${data.symbol} filled`))
 * ```
 */
export function useEvent<Events, Type extends keyof Events & string>(
  source: TypedEventSource<Events>,
  types: Type | readonly Type[],
  listener: (event: EventOf<Events, Type>) => void,
): void {
  const latest = useRef(listener)
  // Before other effects, so that none of them can cause an event for the listener of the render before.
  useInsertionEffect(() => {
    latest.current = listener
  })
  // An array is a new one on each render.
  const named = JSON.stringify(types)
  useEffect(
    () => source.on(JSON.parse(named) as Type | readonly Type[], (event) => latest.current(event)),
    [source, named],
  )
}
