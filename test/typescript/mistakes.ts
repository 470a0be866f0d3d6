/**
 * The likeliest mistakes, and what each compiler's message must say about them: the pieces after `--`, in this order.
 * The test is `test/package/typescript.test.ts`.
 */
import { z } from 'zod'
import { createEventSource, exponentialBackoff } from '../../src/entries/index.js'

interface Prices {
  notice: string
  price: { symbol: string; value: number }
}

type Declared = { notice: string; price: number }

const prices = createEventSource<Prices>('/prices')
const aliased = createEventSource<Declared>('/prices')
const undeclared = createEventSource('/prices')
const checked = createEventSource('/prices', { schemas: { notice: z.string(), price: z.number() } })

export function misspeltTypes(): void {
  // @ts-expect-error -- '"prise"' is not assignable … "notice" | "price"
  prices.on('prise', ({ data }) => data)
  // @ts-expect-error -- '"prise"' is not assignable … "notice" | "price"
  prices.events('prise')
  // @ts-expect-error -- '"prise"' is not assignable … '"notice" | "price"' … Did you mean '"price"'?
  prices.events(['notice', 'prise'])
  // @ts-expect-error -- '"prise"' is not assignable … '"notice" | "price"'
  prices.store('prise')
  // @ts-expect-error -- '"prise"' is not assignable … "notice" | "price"
  aliased.on('prise', ({ data }) => data)
  // @ts-expect-error -- '"prise"' is not assignable … "notice" | "price"
  checked.on('prise', ({ data }) => data)
  // @ts-expect-error -- '"prise"' is not assignable … "notice" | "price"
  checked.events('prise')
  // @ts-expect-error -- '"prise"' is not assignable … '"notice" | "price"'
  checked.store('prise')
  // @ts-expect-error -- '"prise"' is not assignable … "notice" | "price" | … Did you mean '"price"'?
  createEventSource<Prices>('/prices', { endOn: 'prise' })
  // @ts-expect-error -- 'prise' does not exist … notice?: … price?:
  createEventSource<Prices>('/prices', { parse: { prise: 'json' } })
  // @ts-expect-error -- '"prise"' is not assignable … "price" | … Did you mean '"price"'?
  createEventSource('/prices', { schemas: { price: z.number() }, endOn: 'prise' })
  // @ts-expect-error -- 'prise' does not exist … price?:
  createEventSource('/prices', { schemas: { price: z.number() }, parse: { prise: 'text' } })
}

export function wrongPayloads(): void {
  // @ts-expect-error -- 'amount' does not exist on type '{ symbol: string; value: number; }'
  prices.on('price', ({ data }) => data.amount)
  // @ts-expect-error -- TypedEvent<"price", … '{ symbol: string; value: number; }' is not assignable to type 'string'
  prices.on('price', (event: { data: string }) => event)
  // @ts-expect-error -- 'data' is of type 'unknown'
  undeclared.on('price', ({ data }) => data.value)
  // @ts-expect-error -- possibly 'undefined'
  void prices.store('price').get().value
  // @ts-expect-error -- '"text"' is not assignable to type '"json" | ParseFunction<{ symbol: string; value: number; }>
  createEventSource<Prices>('/prices', { parse: { price: 'text' } })
  // @ts-expect-error -- '"text"' is not assignable to type '"json" | ParseFunction<
  createEventSource<Prices>('/prices', { parse: 'text' })
  // @ts-expect-error -- 'string' is not assignable to type 'StandardSchema<
  createEventSource('/prices', { schemas: { notice: z.string(), price: 'number' } })
  // @ts-expect-error -- '~standard' … 'DateConstructor' … 'StandardSchema<
  createEventSource('/prices', { schemas: { price: Date } })
}

export function wrongOptions(): void {
  // @ts-expect-error -- 'header' does not exist … Did you mean to write 'headers'?
  createEventSource<Prices>('/prices', { header: { authorization: 'Bearer' } })
  // @ts-expect-error -- 'header' does not exist … Did you mean to write 'headers'?
  createEventSource('/prices', { header: { authorization: 'Bearer' } })
  // @ts-expect-error -- 'endOm' does not exist … Did you mean to write 'endOn'?
  createEventSource('/prices', { schemas: { price: z.number() }, endOm: 'price' })
  // @ts-expect-error -- 'retries' does not exist in type 'EventSourceOptions<
  createEventSource<Prices>('/prices', { retries: 3 })
  // @ts-expect-error -- 'retries' does not exist in type 'BackoffOptions'
  createEventSource<Prices>('/prices', { reconnection: exponentialBackoff({ retries: 3 }) })
  // @ts-expect-error -- 'true' is not assignable to type 'false | ReconnectionPolicy | undefined'
  createEventSource<Prices>('/prices', { reconnection: true })
  // @ts-expect-error -- '"close"' is not assignable to type '"continue" | "pause" | undefined'
  createEventSource<Prices>('/prices', { whenHidden: 'close' })
  // @ts-expect-error -- 'number' is not assignable to type 'string'
  createEventSource<Prices>('/prices', { headers: { retries: 3 } })
  // @ts-expect-error -- 'a' does not exist in type … FormData | URLSearchParams
  createEventSource<Prices>('/prices', { body: { a: 1 } })
  // @ts-expect-error -- 'AbortController' … 'AbortSignal'
  createEventSource<Prices>('/prices', { signal: new AbortController() })
}

export async function wrongUses(): Promise<void> {
  // @ts-expect-error -- 'data' does not exist on type 'AsyncIterableIterator<TypedEvent<"price",
  void (await prices.events('price')).data // oxlint-disable-line typescript/await-thenable
  // @ts-expect-error -- 'addEventListener' does not exist on type 'TypedEventSource<Prices>'
  prices.addEventListener('price', () => {})
}

/** Not a mistake: the failure can be read without asking for the state first. */
export const kind = prices.status.get().failure?.kind
