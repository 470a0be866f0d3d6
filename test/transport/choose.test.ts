import { describe, expect, test } from 'vitest'
import { chooseTransport, leaveToBrowser, type TransportFacts } from '../../src/transport/choose.js'

const nothing: TransportFacts = {
  nativeExists: true,
  fetchAsked: false,
  everyType: false,
  failed: false,
  lastEventIdNeedsHeader: false,
}

describe('the choice of auto', () => {
  test('native if nothing speaks against it', () => {
    expect(chooseTransport(nothing)).toBe('native')
  })

  test.each<[string, Partial<TransportFacts>]>([
    ["there is no browser's EventSource", { nativeExists: false }],
    ['an option asks for fetch', { fetchAsked: true }],
    ['all event types are wanted', { everyType: true }],
    ['the last attempt failed', { failed: true }],
    ['a last event ID needs a header', { lastEventIdNeedsHeader: true }],
  ])('fetch if %s', (_, fact) => {
    expect(chooseTransport({ ...nothing, ...fact })).toBe('fetch')
  })
})

describe('a native connection that the browser is reestablishing', () => {
  test.each([
    // needs header, fetch may, same origin -> left to the browser
    [false, false, false, false],
    [false, false, true, false],
    [false, true, false, false],
    [false, true, true, false],
    [true, false, false, true],
    [true, false, true, true],
    [true, true, false, true],
    [true, true, true, false],
  ])(
    'ID needs a header: %s, fetch may take over: %s, same origin: %s -> left to the browser: %s',
    (needs, may, same, left) => {
      expect(leaveToBrowser({ lastEventIdNeedsHeader: needs, fetchMayTakeOver: may, sameOrigin: same })).toBe(left)
    },
  )
})
