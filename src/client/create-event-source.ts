import { createConnection } from '../connection/connection.js'
import { systemEnvironment } from '../connection/environment.js'
import type { UrlOption } from './address.js'
import { createClient } from './client.js'
import type { InferEvents, SchemaMap, UndeclaredEvents } from './events.js'
import type { EventSourceOptions, SchemaOptions } from './options.js'
import { type AnyOptions, resolveSettings } from './settings.js'
import type { TypedEventSource } from './typed-event-source.js'

/**
 * Opens an event stream. Until it is closed, it reconnects with backoff and jitter, and resumes from the last event ID.
 *
 * @param url - a relative URL is resolved against the page or worker; a function is called on each attempt
 * @throws `SyntaxError` DOMException if the URL cannot be parsed (with `connect: 'while-listening'`, this is a failure
 * of the connection instead); TypeError or RangeError for wrong options
 *
 * @example
 * ```ts
 * interface Prices { price: { symbol: string; value: number } }
 * const prices = createEventSource<Prices>('/prices')
 * prices.on('price', ({ data }) => draw(data.symbol, data.value))
 * ```
 */
export function createEventSource<Events extends object = UndeclaredEvents>(
  url: UrlOption,
  options?: EventSourceOptions<NoInfer<Events>>,
): TypedEventSource<Events>
// The overload for schemas comes last, because TypeScript 7 explains only why the last overload does not match.
/**
 * Opens an event stream whose event types are declared by schemas, which also check the payloads.
 *
 * @param url - a relative URL is resolved against the page or worker; a function is called on each attempt
 * @throws `SyntaxError` DOMException if the URL cannot be parsed; TypeError or RangeError for wrong options, or for a
 * schema that does not implement Standard Schema
 *
 * @example
 * ```ts
 * const prices = createEventSource('/prices', {
 *   schemas: { price: z.object({ symbol: z.string(), value: z.number() }) },
 * })
 * prices.on('price', ({ data }) => draw(data.symbol, data.value))
 * ```
 */
export function createEventSource<const Schemas extends SchemaMap>(
  url: UrlOption,
  options: SchemaOptions<Schemas>,
): TypedEventSource<InferEvents<Schemas>>
export function createEventSource(url: UrlOption, options: AnyOptions = {}): TypedEventSource<UndeclaredEvents> {
  const settings = resolveSettings(url, options)
  const { makeConnection = createConnection } = settings
  return createClient(settings, { createConnection: makeConnection, environment: systemEnvironment })
}
