import { readFile } from 'node:fs/promises'
import { join } from 'node:path'
import { QueryClient, QueryObserver } from '@tanstack/query-core'
import manifest from '@tanstack/query-core/package.json'
import { createEventSource, type TypedEventSource } from 'everstream'
import { afterEach, expect, inject, test, vi } from 'vitest'
import { openStream, price, type Price, type Prices } from '../stream.js'
import { writePricesIntoCache } from './recipe.js'

const cleanups: (() => void)[] = []
afterEach(() => cleanups.splice(0).forEach((cleanUp) => cleanUp()))

function createClient(): QueryClient {
  const client = new QueryClient()
  client.mount()
  cleanups.push(() => {
    client.unmount()
    client.clear()
  })
  return client
}

function openPrices(url: string): TypedEventSource<Prices> {
  const prices = createEventSource<Prices>(url, { connect: 'while-listening', reconnection: () => 0 })
  cleanups.push(prices.close)
  return prices
}

/** What a component does with `useQuery`. */
function observe(client: QueryClient, symbol: string, queryFn: () => Promise<Price>) {
  const observer = new QueryObserver(client, { queryKey: ['price', symbol], queryFn, staleTime: Infinity })
  const values: (number | undefined)[] = []
  cleanups.push(observer.subscribe(({ data }) => values.push(data?.value)))
  return { values, value: () => observer.getCurrentResult().data?.value }
}

test('the version is the one to be tested', () => {
  expect(manifest.version.startsWith(inject('version'))).toBe(true)
})

test('the recipe is the one in the documentation', async () => {
  const [recipe, page] = await Promise.all(
    ['./recipe.ts', '../../../docs/frameworks.md'].map((file) => readFile(join(import.meta.dirname, file), 'utf8')),
  )
  expect(page).toContain(recipe!.slice(recipe!.indexOf('export function')))
})

test('events replace what was fetched, each for its own query', async () => {
  const stream = await openStream()
  const client = createClient()
  const acme = observe(client, 'ACME', () => Promise.resolve({ symbol: 'ACME', value: 1 }))
  const other = observe(client, 'OTHER', () => Promise.resolve({ symbol: 'OTHER', value: 1 }))
  cleanups.push(writePricesIntoCache(openPrices(stream.url), client))
  await stream.connected(1)
  await vi.waitFor(() => expect([acme.value(), other.value()]).toEqual([1, 1]))
  await stream.send(price(2) + price(3) + price(4, 'OTHER'))
  await vi.waitFor(() => expect([acme.value(), other.value()]).toEqual([3, 4]))
})

test('an answer that is older than an event does not replace it', async () => {
  const stream = await openStream()
  const client = createClient()
  let answer: (late: Price) => void = () => {}
  const answered = new Promise<Price>((resolve) => (answer = resolve))
  const { value, values } = observe(client, 'ACME', () => answered)
  cleanups.push(writePricesIntoCache(openPrices(stream.url), client))
  await stream.connected(1)
  await stream.send(price(2))
  await vi.waitFor(() => expect(value()).toBe(2))
  answer({ symbol: 'ACME', value: 1 })
  await stream.send(price(3))
  await vi.waitFor(() => expect(value()).toBe(3))
  expect(values).not.toContain(1)
})

test('after a reconnection that did not resume, what is shown is fetched again', async () => {
  const stream = await openStream()
  const client = createClient()
  const fetchPrice = vi.fn(() => Promise.resolve({ symbol: 'ACME', value: 1 }))
  observe(client, 'ACME', fetchPrice)
  cleanups.push(writePricesIntoCache(openPrices(stream.url), client))
  await stream.connected(1)
  await vi.waitFor(() => expect(fetchPrice).toHaveBeenCalledTimes(1))
  await stream.perform('cut')
  await stream.connected(1)
  await vi.waitFor(() => expect(fetchPrice).toHaveBeenCalledTimes(2))
})

test('nothing is written after it was stopped, and the connection is closed', async () => {
  const stream = await openStream()
  const client = createClient()
  const stop = writePricesIntoCache(openPrices(stream.url), client)
  await stream.connected(1)
  stop()
  await stream.send(price(2))
  await stream.connected(0)
  expect(client.getQueryData(['price', 'ACME'])).toBeUndefined()
})
