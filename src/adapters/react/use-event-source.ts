import { useEffect } from 'react'
import type { InferEvents, SchemaMap, UndeclaredEvents } from '../../client/events.js'
import type { EventSourceOptions, SchemaOptions } from '../../client/options.js'
import type { TypedEventSource } from '../../client/typed-event-source.js'
import { type AnySource, shareSource } from '../shared-source.js'
import type { SharedOptions } from '../source-key.js'

/** The options of `useEventSource` if a function creates the source. */
export interface FactoryOptions {
  /** Components with the same key share the source; another key makes the function create another one. */
  key: string
}

/**
 * Returns the source of a URL, which all components that pass the same URL and options share. It is connected from the
 * first one until 1 s after the last one was unmounted, and not on a server. Another URL or other options make it
 * another source. Functions among the options are those of the latest render, and may change.
 *
 * @throws what `createEventSource` throws for wrong arguments
 *
 * @example
 * ```tsx
 * const prices = useEventSource<Prices>('/prices')
 * const price = useLatest(prices, 'price')
 * ```
 */
export function useEventSource<Events extends object = UndeclaredEvents>(
  url: string | URL,
  options?: Omit<EventSourceOptions<NoInfer<Events>>, 'connect'>,
): TypedEventSource<Events>
/**
 * Returns the source that a function creates, which all components with the same key share. The function must pass
 * `connect: 'while-listening'`, because a render must not connect.
 *
 * @throws Error if the source of the function is not idle, TypeError if there is no key
 *
 * @example
 * ```tsx
 * const prices = useEventSource(createPrices, { key: 'prices' })
 * ```
 */
export function useEventSource<Events>(
  create: () => TypedEventSource<Events>,
  options: FactoryOptions,
): TypedEventSource<Events>
// The overload for schemas comes last, as that of createEventSource.
/**
 * Returns the source of a URL whose event types are declared by schemas, which also check the payloads.
 *
 * @throws what `createEventSource` throws for wrong arguments
 *
 * @example
 * ```tsx
 * const prices = useEventSource('/prices', { schemas: { price: PriceSchema } })
 * ```
 */
export function useEventSource<const Schemas extends SchemaMap>(
  url: string | URL,
  options: Omit<SchemaOptions<Schemas>, 'connect'>,
): TypedEventSource<InferEvents<Schemas>>
export function useEventSource(
  from: string | URL | (() => AnySource),
  options: SharedOptions = {},
): TypedEventSource<UndeclaredEvents> {
  const shared = shareSource('useEventSource', from, options)
  useEffect(() => shared.update(options))
  useEffect(() => shared.hold(), [shared])
  return shared.source
}
