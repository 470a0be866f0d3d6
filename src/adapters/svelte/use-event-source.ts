import type { Readable } from 'svelte/store'
import type { InferEvents, SchemaMap, UndeclaredEvents } from '../../client/events.js'
import type { EventSourceOptions, SchemaOptions } from '../../client/options.js'
import type { TypedEventSource } from '../../client/typed-event-source.js'
import { isServer } from '../is-server.js'
import { type AnySource, shareSource } from '../shared-source.js'
import type { SharedOptions } from '../source-key.js'
import { follow, type MaybeReadable } from './follow.js'

/**
 * Returns the source of a URL, as a store. While the store or a view of it has subscribers, the source is connected;
 * all that use the same URL and options share one connection. If the URL is a store, the source follows it. Nothing
 * connects while a server renders. Subscribing throws what `createEventSource` throws.
 *
 * @example
 * ```ts
 * const prices = useEventSource<Prices>('/prices')
 * const price = useLatest(prices, 'price') // in the markup: {$price?.value}
 * ```
 */
export function useEventSource<Events extends object = UndeclaredEvents>(
  url: MaybeReadable<string | URL>,
  options?: Omit<EventSourceOptions<NoInfer<Events>>, 'connect'>,
): Readable<TypedEventSource<Events>>
export function useEventSource<const Schemas extends SchemaMap>(
  url: MaybeReadable<string | URL>,
  options: Omit<SchemaOptions<Schemas>, 'connect'>,
): Readable<TypedEventSource<InferEvents<Schemas>>>
export function useEventSource(url: MaybeReadable<string | URL>, options?: SharedOptions): Readable<AnySource> {
  return follow(url, (current, run) => {
    const { source, hold } = shareSource('useEventSource', current, options)
    const release = isServer() ? () => {} : hold()
    run(source)
    return release
  })
}
