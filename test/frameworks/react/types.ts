import { createEventSource, type TypedEvent, type TypedEventSource } from 'everstream'
import { useEvent, useEvents, useEventSource, useLatest, useStatus } from 'everstream/react'
import { z } from 'zod'
import type { Price, Prices } from '../stream.js'

/** Compiled, not run: a type that is wrong here makes the test of the types fail. */
export function useTypes(): void {
  const prices: TypedEventSource<Prices> = useEventSource<Prices>('/prices', { parse: { note: 'text' } })
  const price: Price | undefined = useLatest(prices, 'price')
  // @ts-expect-error -- there may be none yet
  void price.value
  // @ts-expect-error -- no such event
  useLatest(prices, 'prize')
  const events: readonly (TypedEvent<'price', Price> | TypedEvent<'note', string>)[] = useEvents(
    prices,
    ['price', 'note'],
    { limit: 9 },
  )
  // @ts-expect-error -- a history has a limit
  useEvents(prices, 'price')
  useEvent(prices, 'note', ({ data }) => data.toUpperCase())
  // @ts-expect-error -- the payload of a price is not a string
  useEvent(prices, 'price', ({ data }) => data.toUpperCase())
  const status = useStatus(prices)
  // @ts-expect-error -- only while it waits
  void status.retryAt
  // @ts-expect-error -- the hook decides when to connect
  useEventSource<Prices>('/prices', { connect: 'immediately' })
  // @ts-expect-error -- no such option
  useEventSource<Prices>('/prices', { retry: 3 })

  const checked = useEventSource('/prices', { schemas: { price: z.object({ value: z.number() }) } })
  const value: number | undefined = useLatest(checked, 'price')?.value
  void [events, value]

  const own: TypedEventSource<Prices> = useEventSource(() => createEventSource<Prices>('/prices'), { key: 'prices' })
  void own
  // @ts-expect-error -- a factory needs a key
  useEventSource(() => createEventSource<Prices>('/prices'))
}
