import type { Signal } from '@angular/core'
import type { ConnectionStatus, TypedEvent, TypedEventSource } from 'everstream'
import { injectEvent, injectEvents, injectEventSource, injectLatest, injectStatus } from 'everstream/angular'
import { expectTypeOf } from 'vitest'
import { z } from 'zod'
import type { Price, Prices } from '../stream.js'

/** Compiled only. */
export function types(): void {
  const prices = injectEventSource<Prices>('/prices')
  expectTypeOf(prices).toEqualTypeOf<Signal<TypedEventSource<Prices>>>()
  expectTypeOf(injectLatest(prices, 'price')).toEqualTypeOf<Signal<Price | undefined>>()
  expectTypeOf(injectStatus(prices)).toEqualTypeOf<Signal<ConnectionStatus>>()
  expectTypeOf(injectEvents(prices, 'note', { limit: 1 })).toEqualTypeOf<
    Signal<readonly TypedEvent<'note', string>[]>
  >()
  injectEvent(prices, 'price', ({ data }) => expectTypeOf(data).toEqualTypeOf<Price>())
  const checked = injectEventSource('/prices', { schemas: { tick: z.object({ at: z.number() }) } })
  expectTypeOf(injectLatest(checked, 'tick')).toEqualTypeOf<Signal<{ at: number } | undefined>>()
  // @ts-expect-error -- misspelt
  injectLatest(prices, 'prise')
  // @ts-expect-error -- not declared by a schema
  injectLatest(checked, 'tock')
}
