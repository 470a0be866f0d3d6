import { describe, expectTypeOf, test } from 'vitest'
import { createEventSource, fetchTransport, type OpenStatus, type Transport } from '../../src/entries/index.js'
import { sharedTransport, type SharedTransportOptions } from '../../src/entries/sharing.js'

describe('sharedTransport', () => {
  test('is a value of the option transport', () => {
    expectTypeOf(sharedTransport()).toEqualTypeOf<Transport>()
    createEventSource<{ price: number }>('/prices', { transport: sharedTransport() })
    createEventSource('/prices', { headers: {}, transport: sharedTransport({ name: '7', replayLatest: true }) })
  })

  test('takes how the leader connects', () => {
    sharedTransport({ transport: 'native' })
    sharedTransport({ name: undefined, transport: fetchTransport({ headers: {} }) })
    expectTypeOf<SharedTransportOptions['transport']>().toEqualTypeOf<
      'auto' | 'fetch' | 'native' | Transport | undefined
    >()
  })

  test('refuses what it does not know', () => {
    // @ts-expect-error -- not a kind of transport
    sharedTransport({ transport: 'xhr' })
    // @ts-expect-error -- a name is a string
    sharedTransport({ name: 7 })
    // @ts-expect-error -- headers belong to createEventSource
    sharedTransport({ headers: {} })
  })

  test('status says which part a tab plays', () => {
    expectTypeOf<OpenStatus['role']>().toEqualTypeOf<'leader' | 'follower' | 'alone' | undefined>()
  })
})
