import { Observable } from 'rxjs'
import { isObject, wrongArgument } from '../../arguments/check-options.js'
import type { EventOf } from '../../client/events.js'
import type { TypedEventSource } from '../../client/typed-event-source.js'

/**
 * The events of one type, several types, or all, as an observable. It completes when the source is closed or the server
 * ends the stream, and errors with a {@link ConnectionError} if the source has failed. Unsubscribing removes the
 * listener immediately; it does not close the source.
 *
 * Each subscriber listens for itself. The observable errors with a TypeError if the source rejects the types.
 *
 * @throws TypeError if the source is not a source
 *
 * @example
 * ```ts
 * const prices = createEventSource<Prices>('/prices', { connect: 'while-listening' })
 * fromEvents(prices, 'price')
 *   .pipe(filter(({ data }) => data.symbol === 'ACME'))
 *   .subscribe(({ data }) => draw(data))
 * ```
 */
export function fromEvents<Events, Type extends keyof Events & string = keyof Events & string>(
  source: TypedEventSource<Events>,
  types?: Type | readonly Type[],
): Observable<EventOf<Events, Type>> {
  if (!isObject(source) || !('onAny' in source)) {
    throw wrongArgument('fromEvents', 'the source', 'what createEventSource returned', source)
  }
  return new Observable((subscriber) => {
    // Events are passed on synchronously. The queue is only for the end, which comes after the last event is delivered.
    const queue = source.events(types, { maxQueueSize: 1, overflow: 'drop-oldest' })
    const next = (event: EventOf<Events, Type>): void => subscriber.next(event)
    const stop = types === undefined ? source.onAny(next as (event: EventOf<Events>) => void) : source.on(types, next)
    untilEnd(queue).then(
      () => subscriber.complete(),
      (error: unknown) => subscriber.error(error),
    )
    return () => {
      stop()
      void queue.return?.()
    }
  })
}

async function untilEnd(queue: AsyncIterator<unknown>): Promise<void> {
  while (!(await queue.next()).done);
}
