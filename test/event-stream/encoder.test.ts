import { describe, expect, it } from 'vitest'
import { encodeComment, encodeMessage } from '../../src/event-stream/encoder.js'
import { EventStreamDecoderStream } from '../../src/event-stream/decoder-stream.js'
import { EventStreamEncoderStream } from '../../src/event-stream/encoder-stream.js'
import { EncodeError } from '../../src/event-stream/encode-error.js'

describe('encodeMessage', () => {
  it('writes the fields, then the blank line', () => {
    expect(encodeMessage({ event: 'price', id: '7', retry: 2000, data: '42' })).toBe(
      'event: price\nid: 7\nretry: 2000\ndata: 42\n\n',
    )
  })

  it('leaves out fields that are missing or undefined', () => {
    expect(encodeMessage({ data: 'x' })).toBe('data: x\n\n')
    expect(encodeMessage({ event: undefined, id: undefined, retry: undefined, data: 'x' })).toBe('data: x\n\n')
    expect(encodeMessage({ id: '7' })).toBe('id: 7\n\n')
    expect(encodeMessage({ retry: 0 })).toBe('retry: 0\n\n')
  })

  it('starts a data line at every CRLF, CR and LF', () => {
    expect(encodeMessage({ data: 'a\r\nb\rc\nd\n\r\n' })).toBe('data: a\ndata: b\ndata: c\ndata: d\ndata: \ndata: \n\n')
  })

  it('keeps leading spaces: the parser removes only one', () => {
    expect(encodeMessage({ data: ' x' })).toBe('data:  x\n\n')
  })

  it('writes an empty id, which resets the ID of the client', () => {
    expect(encodeMessage({ id: '' })).toBe('id: \n\n')
  })

  it('writes empty data, which is an event', () => {
    expect(encodeMessage({ data: '' })).toBe('data: \n\n')
  })

  it.each([
    ['event', { event: 'a\nb', data: '' }, /line end/],
    ['event', { event: 'a\rb', data: '' }, /line end/],
    ['event', { event: '', data: '' }, /empty/],
    ['event', { event: 'a' }, /needs data/],
    ['event', { event: '\uD800', data: '' }, /surrogate/],
    ['event', { event: 1, data: '' }, /string/],
    ['id', { id: 'a\nb' }, /line end/],
    ['id', { id: 'a\rb' }, /line end/],
    ['id', { id: 'a\0b' }, /NUL/],
    ['id', { id: '\uDC00' }, /surrogate/],
    ['id', { id: 7 }, /string/],
    ['id', { id: null }, /string/],
    ['retry', { retry: -1 }, /whole number/],
    ['retry', { retry: 1.5 }, /whole number/],
    ['retry', { retry: Number.NaN }, /whole number/],
    ['retry', { retry: Infinity }, /whole number/],
    ['retry', { retry: 1e21 }, /whole number/],
    ['retry', { retry: '700' }, /whole number/],
    ['data', { data: 'a\uD83D' }, /surrogate/],
    ['data', { data: { a: 1 } }, /string/],
    ['data', { data: null }, /string/],
    ['message', {}, /data, an id or a retry/],
    ['message', null, /object/],
    ['message', 'data', /object/],
  ])('refuses %s in %j', (field, message, rule) => {
    let error: unknown
    try {
      encodeMessage(message as never)
    } catch (thrown) {
      error = thrown
    }
    expect(error).toBeInstanceOf(EncodeError)
    expect(error).toBeInstanceOf(TypeError)
    expect(error).toMatchObject({ name: 'EncodeError', field, message: expect.stringMatching(rule) as string })
    expect((error as EncodeError).message.startsWith(field)).toBe(true)
  })
})

describe('encodeComment', () => {
  it('writes a line that starts with a colon', () => {
    expect(encodeComment('keep-alive')).toBe(': keep-alive\n')
    expect(encodeComment('')).toBe(': \n')
  })

  it('starts another comment at every line end, so that no text can escape', () => {
    expect(encodeComment('a\ndata: b\r\n\rc')).toBe(': a\n: data: b\n: \n: c\n')
  })

  it.each([undefined, null, 7, '\uD800'])('refuses %j', (text) => {
    expect(() => encodeComment(text as never)).toThrow(EncodeError)
    expect(() => encodeComment(text as never)).toThrow(/^comment/)
  })
})

describe('EventStreamEncoderStream', () => {
  it('is the inverse of EventStreamDecoderStream', async () => {
    const given = [
      { event: 'a', data: 'é\n', id: '1' },
      { event: 'message', data: '', id: undefined },
    ]
    const read = []
    const source = new ReadableStream<(typeof given)[number]>({
      start(controller) {
        for (const message of given) controller.enqueue(message)
        controller.close()
      },
    })
    const events = source.pipeThrough(new EventStreamEncoderStream()).pipeThrough(new EventStreamDecoderStream())
    for await (const event of events) read.push(event)
    expect(read).toEqual(given)
  })

  it('fails on both sides at a message that a client would misread', async () => {
    const { readable, writable } = new EventStreamEncoderStream()
    const reading = readable.getReader().read()
    const writer = writable.getWriter()
    const writing = writer.write({ event: 'a\nb', data: '' })
    await expect(reading).rejects.toThrow(EncodeError)
    await expect(writing).rejects.toThrow(EncodeError)
    await expect(writer.closed).rejects.toThrow(EncodeError)
  })
})
