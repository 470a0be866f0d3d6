import { createEventSource, type ConnectionError, type TypedEvent, type TypedEventSource } from 'everstream'
import { fromEvents } from 'everstream/rxjs'
import { firstValueFrom, from, type Observable } from 'rxjs'
import { take, toArray } from 'rxjs/operators'
import manifest from 'rxjs/package.json'
import { afterEach, describe, expect, expectTypeOf, inject, test, vi } from 'vitest'
import { z } from 'zod'
import { putUp, type RemoteStream } from '../../server/remote.js'
import type { ConnectionScript } from '../../server/script.js'

interface Prices {
  price: { value: number }
  note: string
}

const server = inject('scriptServer')
const price = (value: number): string => `event: price\ndata: {"value":${value}}\n\n`

const closing: (() => void)[] = []
afterEach(() => closing.splice(0).forEach((close) => close()))

async function open(...connections: ConnectionScript[]): Promise<{
  stream: RemoteStream
  source: TypedEventSource<Prices>
}> {
  const stream = await putUp(server, { connections: connections.length > 0 ? connections : [{}] })
  const source = createEventSource<Prices>(stream.url, { transport: 'fetch', connect: 'while-listening' })
  closing.push(source.close)
  return { stream, source }
}

/** Everything that an observer is told. */
function record<Value>(observable: Observable<Value>) {
  const heard: (Value | 'complete' | { error: unknown })[] = []
  const subscription = observable.subscribe({
    next: (value) => heard.push(value),
    error: (error: unknown) => heard.push({ error }),
    complete: () => heard.push('complete'),
  })
  return { heard, subscription }
}

test('the version is the one to be tested', () => {
  expect(manifest.version.startsWith(inject('version'))).toBe(true)
})

describe('fromEvents', () => {
  test('emits the events of a type, as soon as they are dispatched', async () => {
    const { stream, source } = await open()
    const order: string[] = []
    fromEvents(source, 'price').subscribe(({ data }) => order.push(`observable ${data.value}`))
    source.on('price', ({ data }) => order.push(`listener ${data.value}`))
    await source.status.until(({ state }) => state === 'open')
    await stream.perform({ send: price(1) + 'event: note\ndata: "no"\n\n' + price(2) })
    await vi.waitFor(() => expect(order).toEqual(['observable 1', 'listener 1', 'observable 2', 'listener 2']))
  })

  test('emits several types, or all', async () => {
    const { stream, source } = await open()
    const several = record(fromEvents(source, ['price', 'note']))
    const all = record(fromEvents(source))
    await source.status.until(({ state }) => state === 'open')
    await stream.perform({ send: `${price(1)}event: other\ndata: 1\n\nevent: note\ndata: "yes"\n\n` })
    await vi.waitFor(() => expect(all.heard).toHaveLength(3))
    expect(several.heard).toMatchObject([{ type: 'price' }, { type: 'note', data: 'yes' }])
    expect(all.heard).toMatchObject([{ type: 'price' }, { type: 'other' }, { type: 'note' }])
  })

  test('is cold: it connects for its first subscriber, and releases it when it is unsubscribed', async () => {
    const { stream, source } = await open()
    const prices = fromEvents(source, 'price')
    expect(source.status.get().state).toBe('idle')
    const { heard, subscription } = record(prices)
    await source.status.until(({ state }) => state === 'open')
    // It waits for an event: nothing but the unsubscription can release it.
    subscription.unsubscribe()
    await vi.waitFor(async () => expect((await stream.report()).open).toBe(0), { timeout: 5000 })
    expect(source.status.get().state).toBe('idle')
    expect(heard).toEqual([])
  })

  test('calls nobody after unsubscribing, not even in the midst of a chunk', async () => {
    const { source } = await open({ steps: [{ send: price(1) + price(2) + price(3) }] })
    const events = await firstValueFrom(fromEvents(source, 'price').pipe(take(2), toArray()))
    expect(events.map(({ data }) => data.value)).toEqual([1, 2])
  })

  test('completes when the source is closed, and when it was closed before', async () => {
    const { source } = await open()
    const { heard } = record(fromEvents(source, 'price'))
    await source.status.until(({ state }) => state === 'open')
    source.close()
    await vi.waitFor(() => expect(heard).toEqual(['complete']))
    await expect(firstValueFrom(fromEvents(source).pipe(toArray()))).resolves.toEqual([])
  })

  test('completes after the last event of the server, even if its payload takes a while', async () => {
    const stream = await putUp(server, { connections: [{ steps: [{ send: price(1) + price(2) }, 'end'] }] })
    const isClosed = (): Promise<unknown> => source.status.until(({ state }) => state === 'closed')
    const source = createEventSource(stream.url, {
      transport: 'fetch',
      connect: 'while-listening',
      reconnection: false,
      schemas: { price: z.object({ value: z.number() }).refine(async () => Boolean(await isClosed())) },
    })
    closing.push(source.close)
    const events = await firstValueFrom(fromEvents(source, 'price').pipe(toArray()))
    expect(events.map(({ data }) => data.value)).toEqual([1, 2])
  })

  test('errors with the failure of the connection', async () => {
    const { source } = await open({ status: 403 })
    const { heard } = record(fromEvents(source, 'price'))
    await vi.waitFor(() => expect(heard).toHaveLength(1))
    const { error } = heard[0] as { error: ConnectionError }
    expect(error).toMatchObject({ name: 'ConnectionError', failure: { kind: 'http', status: 403 } })
  })

  test('errors if the schemas do not declare the type', async () => {
    const source = createEventSource('http://localhost/', { connect: 'while-listening', schemas: {} })
    const { heard } = record(fromEvents<object, never>(source, 'price' as never))
    expect(heard).toMatchObject([{ error: { name: 'TypeError' } }])
  })

  test.each([undefined, null, '/prices', {}])('refuses %j for a source', (wrong) => {
    expect(() => fromEvents(wrong as never)).toThrow(/^fromEvents: the source must be what createEventSource returned/)
  })
})

test('stores are observables as they are', async () => {
  const { stream, source } = await open()
  const states = record(from(source.status))
  const latest = record(from(source.store('price')))
  await source.status.until(({ state }) => state === 'open')
  await stream.perform({ send: price(7) })
  await vi.waitFor(() => expect(latest.heard).toEqual([undefined, { value: 7 }]))
  expect(states.heard).toMatchObject([{ state: 'idle' }, { state: 'connecting' }, { state: 'open' }])
})

test('the types are those of the source', () => {
  const source = createEventSource<Prices>('http://localhost/', { connect: 'while-listening' })
  expectTypeOf(fromEvents(source, 'price')).toEqualTypeOf<Observable<TypedEvent<'price', { value: number }>>>()
  expectTypeOf(fromEvents(source)).toEqualTypeOf<
    Observable<TypedEvent<'price', { value: number }> | TypedEvent<'note', string>>
  >()
  // @ts-expect-error -- misspelt
  fromEvents(source, 'prise')
})
