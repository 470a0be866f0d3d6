import { describe, expectTypeOf, test } from 'vitest'
import {
  type ConnectionStatus,
  createEventSource,
  history,
  latest,
  latestByKey,
  onBatch,
  paced,
  type ReadableStore,
  type TypedEvent,
} from '../../src/entries/index.js'

interface Price {
  symbol: string
  value: number
}

interface Events {
  price: Price
  note: string
}

const source = createEventSource<Events>('/prices')
type PriceEvent = TypedEvent<'price', Price>
type NoteEvent = TypedEvent<'note', string>

describe('views infer the events of their source', () => {
  test('onBatch', () => {
    onBatch(source, 'price', (events) => {
      expectTypeOf(events).toEqualTypeOf<readonly PriceEvent[]>()
      // @ts-expect-error -- the batch is the listener's to read, not to change
      events.push(events[0]!)
    })
    onBatch(source, ['price', 'note'], ([event]) => {
      if (event?.type === 'note') expectTypeOf(event.data).toEqualTypeOf<string>()
    })
    // @ts-expect-error -- no such event
    onBatch(source, 'prize', () => {})
    // @ts-expect-error -- a listener for another payload
    onBatch(source, 'note', (events: readonly PriceEvent[]) => events)
    // @ts-expect-error -- no such option
    onBatch(source, 'note', () => {}, { once: true })
  })

  test('latest', () => {
    expectTypeOf(latest(source, 'price')).toEqualTypeOf<ReadableStore<PriceEvent | undefined>>()
    expectTypeOf(latest(source, ['price', 'note'])).toEqualTypeOf<ReadableStore<PriceEvent | NoteEvent | undefined>>()
    // @ts-expect-error -- no such event
    latest(source, ['price', 'prize'])
  })

  test('latestByKey', () => {
    expectTypeOf(latestByKey(source, 'price', ({ data }) => data.symbol)).toEqualTypeOf<
      ReadableStore<ReadonlyMap<string, PriceEvent>>
    >()
    // @ts-expect-error -- not a property of the payload
    latestByKey(source, 'price', ({ data }) => data.name)
  })

  test('history', () => {
    expectTypeOf(history(source, 'note', { limit: 9 })).toEqualTypeOf<ReadableStore<readonly NoteEvent[]>>()
    // @ts-expect-error -- a history has a limit
    history(source, 'note', {})
  })

  test('paced', () => {
    expectTypeOf(paced(source.status)).toEqualTypeOf<ReadableStore<ConnectionStatus>>()
    expectTypeOf(paced(source.store('price'))).toEqualTypeOf<ReadableStore<Price | undefined>>()
    // @ts-expect-error -- a source is not a store
    paced(source)
  })
})
