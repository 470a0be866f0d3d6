import { type Accessor, createEffect, createMemo, onCleanup } from 'solid-js'
import type { InferEvents, SchemaMap, UndeclaredEvents } from '../../client/events.js'
import type { EventSourceOptions, SchemaOptions } from '../../client/options.js'
import type { TypedEventSource } from '../../client/typed-event-source.js'
import { type AnySource, shareSource } from '../shared-source.js'
import type { SharedOptions } from '../source-key.js'
import { access, checkOwner, type MaybeAccessor } from './access.js'

/**
 * Returns the source of a URL, as an accessor. Components that use the same URL and options share one connection, until
 * 1 s after the last of them was removed. If the URL is an accessor, the source follows it. Nothing connects while a
 * server renders.
 *
 * @throws Error outside of components and roots; what `createEventSource` throws
 *
 * @example
 * ```ts
 * const prices = useEventSource<Prices>(() => `/prices/${props.market}`)
 * const price = useLatest(prices, 'price')
 * ```
 */
export function useEventSource<Events extends object = UndeclaredEvents>(
  url: MaybeAccessor<string | URL>,
  options?: Omit<EventSourceOptions<NoInfer<Events>>, 'connect'>,
): Accessor<TypedEventSource<Events>>
export function useEventSource<const Schemas extends SchemaMap>(
  url: MaybeAccessor<string | URL>,
  options: Omit<SchemaOptions<Schemas>, 'connect'>,
): Accessor<TypedEventSource<InferEvents<Schemas>>>
export function useEventSource(url: MaybeAccessor<string | URL>, options?: SharedOptions): Accessor<AnySource> {
  checkOwner('useEventSource')
  const shared = createMemo(() => shareSource('useEventSource', access(url), options))
  // Effects do not run on a server, and not before a page is hydrated.
  createEffect(() => onCleanup(shared().hold()))
  return () => shared().source
}
