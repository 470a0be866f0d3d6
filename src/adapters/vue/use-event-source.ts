import { computed, type ComputedRef, type MaybeRefOrGetter, toValue } from 'vue'
import type { InferEvents, SchemaMap, UndeclaredEvents } from '../../client/events.js'
import type { EventSourceOptions, SchemaOptions } from '../../client/options.js'
import type { TypedEventSource } from '../../client/typed-event-source.js'
import { type AnySource, shareSource } from '../shared-source.js'
import type { SharedOptions } from '../source-key.js'
import { whileMounted } from './while-mounted.js'

/**
 * Returns the source of a URL, as a computed ref. Components that use the same URL and options share one connection,
 * until 1 s after the last of them was unmounted. If the URL is a ref or a getter, the source follows it. Nothing
 * connects while a server renders.
 *
 * @throws Error outside of `setup()` and effect scopes; what `createEventSource` throws
 *
 * @example
 * ```ts
 * const prices = useEventSource<Prices>(() => `/prices/${props.market}`)
 * const price = useLatest(prices, 'price')
 * ```
 */
export function useEventSource<Events extends object = UndeclaredEvents>(
  url: MaybeRefOrGetter<string | URL>,
  options?: Omit<EventSourceOptions<NoInfer<Events>>, 'connect'>,
): ComputedRef<TypedEventSource<Events>>
export function useEventSource<const Schemas extends SchemaMap>(
  url: MaybeRefOrGetter<string | URL>,
  options: Omit<SchemaOptions<Schemas>, 'connect'>,
): ComputedRef<TypedEventSource<InferEvents<Schemas>>>
export function useEventSource(url: MaybeRefOrGetter<string | URL>, options?: SharedOptions): ComputedRef<AnySource> {
  const shared = computed(() => shareSource('useEventSource', toValue(url), options))
  whileMounted('useEventSource', shared, ({ hold }) => hold())
  return computed(() => shared.value.source)
}
