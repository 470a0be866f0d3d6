import { afterEach, describe, expect, test, vi } from 'vitest'
import { encodeHeaderValue } from '../../src/transport/header-value.js'

afterEach(() => void vi.unstubAllGlobals())

describe('a last event ID as a header value', () => {
  test.each(['1', 'a b', 'a\tb', ' a', 'a ', '\ta', 'a\t', '"quoted"', '{"p":[1,2]}'])('%j is sent unchanged', (id) =>
    expect(encodeHeaderValue(id)).toBe(id),
  )

  test.each(['ä', '€', '字', '🙂', 'a…b'])('%s is sent as its UTF-8 bytes', (id) => {
    const value = encodeHeaderValue(id) ?? ''
    expect(new Headers({ 'last-event-id': value }).get('last-event-id')).toBe(value)
    expect(new TextDecoder().decode(Uint8Array.from(value, (character) => character.charCodeAt(0)))).toBe(id)
  })

  test('half a character is sent as U+FFFD, as TextEncoder does', () => {
    const bytes = Array.from(new TextEncoder().encode('a\ud800b\udc00'), (byte) => String.fromCharCode(byte))
    expect(encodeHeaderValue('a\ud800b\udc00')).toBe(bytes.join(''))
  })

  test('workerd gets the ID itself, and encodes it', () => {
    vi.stubGlobal('navigator', { userAgent: 'Cloudflare-Workers' })
    expect(encodeHeaderValue('ä字')).toBe('ä字')
  })

  test.each(['', '\u0001', 'a\u007f', 'a\u001fb', 'a\nb'])('%j cannot be sent', (id) =>
    expect(encodeHeaderValue(id)).toBeUndefined(),
  )
})
