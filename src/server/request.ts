/** The least of a request that a channel needs: a web `Request` and Node's `IncomingMessage` both have it. */
export interface RequestLike {
  readonly method?: string | undefined
  readonly headers: HeadersLike
}

/** The headers of a request: a web `Headers`, or Node's object with names in lower case. */
export type HeadersLike =
  | { get(name: string): string | null }
  | { readonly [name: string]: string | readonly string[] | undefined }

/**
 * The value of a header, or undefined.
 *
 * @param name - in lower case
 */
export function headerOf({ headers }: RequestLike, name: string): string | undefined {
  if (typeof headers.get === 'function') return headers.get(name) ?? undefined
  const value = (headers as Readonly<Record<string, string | readonly string[] | undefined>>)[name]
  return typeof value === 'string' || value === undefined ? value : value.join(', ')
}

/**
 * The last event ID of a request; empty if it has none. The standard has clients send UTF-8, of which HTTP makes one
 * character per byte; the IDs of channels are ASCII, so this does not matter for them.
 */
export function lastEventIdOf(request: RequestLike): string {
  return headerOf(request, 'last-event-id') ?? ''
}

/** Whether an `Accept` header takes an event stream: it may also say so with a range, or not be there. */
export function acceptsEventStream(accept: string | undefined): boolean {
  if (accept === undefined || accept.trim() === '') return true
  let quality = 0
  let precision = -1
  for (const range of accept.split(',')) {
    const [type = '', ...parameters] = range.split(';').map((part) => part.trim().toLowerCase())
    const index = RANGES.indexOf(type)
    if (index <= precision) continue
    precision = index
    const weight = parameters.find((parameter) => parameter.startsWith('q='))
    quality = weight === undefined ? 1 : Number(weight.slice(2))
  }
  return quality > 0
}

/** From the least to the most precise, which counts. */
const RANGES = ['*/*', 'text/*', 'text/event-stream']
