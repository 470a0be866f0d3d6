import type { EventOf } from '../client/events.js'
import type { TypedEventSource } from '../client/typed-event-source.js'
import { isFinal } from '../connection/transition.js'
import { createPace } from './pace.js'

/** How a view receives events, and when it hands over what it has made of them. */
export interface Follower<Event> {
  /** Called with each event, immediately. */
  readonly take: (event: Event) => void
  /** Called at most once per animation frame, if events were taken since the last call. */
  readonly handOver: () => void
  /** Called when the source has been closed for good, after the last call of `handOver`. */
  readonly onFinal?: () => void
}

/** What follows a source. `stop` takes no more events; `flush` hands over those that were taken. */
export interface Following {
  readonly flush: () => void
  readonly stop: () => void
}

/** Listens to a source at the pace of the screen. Once the source has closed, what is left is handed over at once. */
export function follow<Events, Type extends keyof Events & string>(
  source: TypedEventSource<Events>,
  types: Type | readonly Type[],
  { take, handOver, onFinal }: Follower<EventOf<Events, Type>>,
): Following {
  const pace = createPace(handOver)
  let isStopped = false
  const removals = [
    source.on(types, (event) => {
      pace.request()
      take(event)
    }),
  ]

  function stop(): void {
    isStopped = true
    pace.cancel()
    for (const remove of removals) remove()
  }

  // Subscribed last: the listener may have opened the connection, and so changed the status.
  const unsubscribe = source.status.subscribe((status) => {
    if (isStopped || status.state !== 'closed') return
    pace.flush()
    if (isFinal(status)) onFinal?.()
  })
  removals.push(unsubscribe)
  // The first call of a status subscriber may have stopped it already.
  if (isStopped) unsubscribe()
  return { flush: () => pace.flush(), stop }
}
