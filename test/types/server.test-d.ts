import type { IncomingMessage, ServerResponse } from 'node:http'
import type { Http2ServerRequest, Http2ServerResponse } from 'node:http2'
import type { Request as ExpressRequest, Response as ExpressResponse } from 'express'
import * as v from 'valibot'
import { describe, expectTypeOf, test } from 'vitest'
import { z } from 'zod'
import { createEventSource, type ReadableStore } from '../../src/entries/index.js'
import { type EventStreamMessage, readEvents } from '../../src/entries/event-stream.js'
import {
  type ChannelEvent,
  type CloseReason,
  createChannel,
  createEventStreamResponse,
  type Published,
} from '../../src/entries/server.js'
import { publishDiagnostics, respond } from '../../src/entries/server/node.js'

interface Events {
  price: { value: number }
  note: string
}

const schemas = { at: z.string().transform((text) => new Date(text)), note: v.string() }

describe('publish', () => {
  test('takes the types that an interface declares', () => {
    const channel = createChannel<Events>()
    expectTypeOf(channel.publish('price', { value: 1 })).resolves.toEqualTypeOf<Published>()
    void channel.publish('note', 'text', { topic: 'a' })
    // @ts-expect-error -- there is no such type
    void channel.publish('prize', { value: 1 })
    // @ts-expect-error -- the payload of another type
    void channel.publish('price', 'text')
    // @ts-expect-error -- no payload
    void channel.publish('note')
    // @ts-expect-error -- no such option
    void channel.publish('note', 'text', { topics: ['a'] })
  })

  test('takes the input of the schemas, of which the client gets the output', () => {
    const channel = createChannel({ schemas, history: { maxEvents: 10 } })
    void channel.publish('at', '2026-11-28')
    // @ts-expect-error -- the output of the schema
    void channel.publish('at', new Date())
    // @ts-expect-error -- there is no such schema
    void channel.publish('time', '')
    const source = createEventSource('/', { schemas })
    source.on('at', ({ data }) => expectTypeOf(data).toEqualTypeOf<Date>())
  })

  test('takes anything if nothing is declared', () => {
    void createChannel().publish('any', { thing: [1] })
  })

  test('refuses schemas together with a type argument', () => {
    // @ts-expect-error -- schemas declare the types themselves
    createChannel<Events>({ schemas })
  })
})

describe('a channel', () => {
  test('is read in the same process with its types', async () => {
    for await (const event of createChannel<Events>().events({ topics: 'all' })) {
      expectTypeOf(event).toEqualTypeOf<ChannelEvent<Events>>()
      if (event.type === 'price') expectTypeOf(event.data).toEqualTypeOf<{ value: number }>()
      else expectTypeOf(event.data).toEqualTypeOf<string>()
    }
  })

  test('has stores and says why clients left', () => {
    const channel = createChannel<Events>()
    expectTypeOf(channel.stats.get().delivered).toEqualTypeOf<number>()
    expectTypeOf(channel.clients).toExtend<ReadableStore<readonly { readonly context: unknown }[]>>()
    channel.onClose((_, reason) => expectTypeOf(reason).toEqualTypeOf<CloseReason>())
    void channel.close({ return: 'never', within: 1000 })
    // @ts-expect-error -- no such end
    void channel.close({ return: 'later' })
  })

  test('answers web requests, and those of everything built on Node', () => {
    const channel = createChannel<Events>()
    expectTypeOf(channel.response(new Request('http://a/'))).toEqualTypeOf<Response>()
    expectTypeOf(respond).toBeCallableWith(channel, {} as IncomingMessage, {} as ServerResponse)
    expectTypeOf(respond).toBeCallableWith(channel, {} as Http2ServerRequest, {} as Http2ServerResponse)
    expectTypeOf(respond).toBeCallableWith(channel, {} as ExpressRequest, {} as ExpressResponse, { topics: ['a'] })
    expectTypeOf(publishDiagnostics).toBeCallableWith(channel)
    // @ts-expect-error -- the context is not a topic
    channel.response(new Request('http://a/'), { topic: 'a' })
  })
})

describe('createEventStreamResponse', () => {
  test('takes messages of the wire from whatever is iterable', () => {
    createEventStreamResponse([{ data: 'text' }])
    createEventStreamResponse(readEvents(new Response()))
    createEventStreamResponse(new ReadableStream<EventStreamMessage>())
    createEventStreamResponse(async function* ({ signal, lastEventId }) {
      expectTypeOf(signal).toEqualTypeOf<AbortSignal>()
      expectTypeOf(lastEventId).toEqualTypeOf<string>()
      yield await Promise.resolve({ data: 'text', id: '1' })
    })
    // @ts-expect-error -- data is text
    createEventStreamResponse([{ data: { value: 1 } }])
    // @ts-expect-error -- not iterable
    createEventStreamResponse(7)
  })

  test('takes typed events with schemas', () => {
    createEventStreamResponse([{ type: 'at', data: '2026-11-28' }], { schemas })
    // @ts-expect-error -- the output of the schema
    createEventStreamResponse([{ type: 'at', data: new Date() }], { schemas })
    // @ts-expect-error -- there is no such schema
    createEventStreamResponse([{ type: 'time', data: '' }], { schemas })
  })
})
