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
  'text /event-stream',
  'text/html; x=text/event-stream',
  'application/json',
  'text/plain',
])('is none: %j', (contentType) => {
  expect(isEventStream(contentType)).toBe(false)
})
