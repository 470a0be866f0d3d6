import { afterEach, describe, expect, test, vi } from 'vitest'
import { encodeHeaderValue } from '../../src/transport/header-value.js'

afterEach(() => void vi.unstubAllGlobals())

describe('a last event ID as a header value', () => {
  test.each(['1', 'a b', 'a\tb', '"quoted"', '{"p":[1,2]}'])('%j goes as it is', (id) =>
    expect(encodeHeaderValue(id)).toBe(id),
  )

  test.each(['ä', '€', '字', '🙂', 'a…b'])('%s goes as its UTF-8 bytes', (id) => {
    const value = encodeHeaderValue(id) ?? ''
    expect(new Headers({ 'last-event-id': value }).get('last-event-id')).toBe(value)
    expect(new TextDecoder().decode(Uint8Array.from(value, (character) => character.charCodeAt(0)))).toBe(id)
  })

  test('workerd is given the ID itself, and encodes it', () => {
    vi.stubGlobal('navigator', { userAgent: 'Cloudflare-Workers' })
    expect(encodeHeaderValue('ä字')).toBe('ä字')
    expect(encodeHeaderValue('a ')).toBeUndefined()
  })

  test.each(['', '\u0001', 'a\u007f', 'a\u001fb', ' a', 'a ', '\ta', 'a\t'])('%j cannot be carried', (id) =>
    expect(encodeHeaderValue(id)).toBeUndefined(),
  )
})
