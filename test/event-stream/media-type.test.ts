import { expect, it } from 'vitest'
import { isEventStream } from '../../src/event-stream/media-type.js'

it.each([
  'text/event-stream',
  'text/event-stream; charset=utf-8',
  'text/event-stream;charset=UTF-8',
  'Text/Event-Stream',
  'TEXT/EVENT-STREAM ; charset=latin1',
  ' text/event-stream ',
  '\ttext/event-stream\t;x',
  'text/event-stream;',
  'text/event-stream, text/event-stream',
  'text/html;charset=gbk, text/event-stream',
  'text/event-stream; a="b, text/html"',
  'text/event-stream; a="\\", text/html"',
  'text/event-stream; a="not closed, text/html',
  'text/event-stream, */*',
  'text/event-stream, nonsense',
  'text/event-stream,',
])('is an event stream: %j', (contentType) => {
  expect(isEventStream(contentType)).toBe(true)
})

it.each([
  null,
  '',
  'text/event-streamish',
  'text/event-stream-x',
  'xtext/event-stream',
  'text/event-stream charset=utf-8',
  'text/event-stream, text/html',
  'text/event-stream;charset=utf-8, text/html',
  'text/event-stream; a="b", text/html',
  'text/html; a=", text/event-stream"',
  'text /event-stream',
  'text/html; x=text/event-stream',
  'application/json',
  'text/plain',
  'text/event-stream\u212a',
])('is not an event stream: %j', (contentType) => {
  expect(isEventStream(contentType)).toBe(false)
})

it('is recognised like the platform does', async () => {
  const headers = ['text/html, text/event-stream', 'a/b, text/event-stream;x="y,z", */*', 'text/event-stream ;x, ;a, b']
  for (const header of headers) {
    const { type } = await new Response('', { headers: { 'content-type': header } }).blob()
    expect([header, type.split(';')[0]]).toEqual([header, 'text/event-stream'])
    expect(isEventStream(header)).toBe(true)
  }
})
