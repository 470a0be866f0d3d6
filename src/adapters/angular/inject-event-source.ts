import type { Signal } from '@angular/core'
import type { InferEvents, SchemaMap, UndeclaredEvents } from '../../client/events.js'
import type { EventSourceOptions, SchemaOptions } from '../../client/options.js'
import type { TypedEventSource } from '../../client/typed-event-source.js'
import { type AnySource, shareSource } from '../shared-source.js'
import type { SharedOptions } from '../source-key.js'
import { follow, injectIsServer, type MaybeSignal } from './follow.js'

/**
 * Returns the source of a URL, as a signal. Components and services that use the same URL and options share one
 * connection, from the first read until 1 s after the last of them was destroyed. If the URL is a signal or a function
 * that reads signals, the source follows it. Nothing connects while a server renders. Reading throws what
 * `createEventSource` throws.
 *
 * @throws Error outside of an injection context
 *
 * @example
 * ```ts
 * readonly market = input.required<string>()
 * readonly prices = injectEventSource<Prices>(() => `/prices/${this.market()}`)
 * readonly price = injectLatest(this.prices, 'price')
 * ```
 */
export function injectEventSource<Events extends object = UndeclaredEvents>(
  url: MaybeSignal<string | URL>,
  options?: Omit<EventSourceOptions<NoInfer<Events>>, 'connect'>,
): Signal<TypedEventSource<Events>>
export function injectEventSource<const Schemas extends SchemaMap>(
  url: MaybeSignal<string | URL>,
  options: Omit<SchemaOptions<Schemas>, 'connect'>,
): Signal<TypedEventSource<InferEvents<Schemas>>>
export function injectEventSource(url: MaybeSignal<string | URL>, options?: SharedOptions): Signal<AnySource> {
  const isServer = injectIsServer()
  return follow(url, (current) => {
    const { source, hold } = shareSource('injectEventSource', current, options)
    return { result: source, leave: isServer ? () => {} : hold() }
  })
}
