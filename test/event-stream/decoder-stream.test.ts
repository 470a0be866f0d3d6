import { describe, expect, it, vi } from 'vitest'
import { ParseError } from '../../src/event-stream/parse-error.js'
import { EventStreamDecoderStream } from '../../src/event-stream/decoder-stream.js'
import type { EventStreamMessage } from '../../src/event-stream/message.js'
import { openStream, serve } from './server.js'

const bytes = (text: string): Uint8Array => new TextEncoder().encode(text)

async function collect(stream: ReadableStream<EventStreamMessage>): Promise<string[]> {
  const collected: string[] = []
  for await (const { data } of stream) collected.push(data)
  return collected
}

function streamOf<Chunk>(...chunks: Chunk[]): ReadableStream<Chunk> {
  return new ReadableStream({
    start(controller) {
      for (const chunk of chunks) controller.enqueue(chunk)
      controller.close()
    },
  })
}

describe('EventStreamDecoderStream', () => {
  it('turns the body of a response into events', async () => {
    const { url } = await serve((_, response) => {
      openStream(response, '\uFEFFevent: a\nid: 1\ndata: €')
      response.end('uro\n\ndata: b\n\ndata: unfinished')
    })
    const { body } = await fetch(url)
    const events = []
    for await (const event of body!.pipeThrough(new EventStreamDecoderStream())) events.push(event)
    expect(events).toEqual([
      { event: 'a', data: '€uro', id: '1' },
      { event: 'message', data: 'b', id: undefined },
    ])
  })

  it('accepts strings as well', async () => {
    expect(await collect(streamOf('data: ', 'a\n\n').pipeThrough(new EventStreamDecoderStream()))).toEqual(['a'])
  })

  it('passes the options to the parser', async () => {
    const heard: unknown[] = []
    const stream = new EventStreamDecoderStream({
      onId: (id) => heard.push(id),
      onRetry: (time) => heard.push(time),
      onComment: (text) => heard.push(text),
    })
    const events = []
    for await (const event of streamOf('data: a\n\n: c\nretry: 5\nid: 42\n\n').pipeThrough(stream)) events.push(event)
    expect(events).toEqual([{ event: 'message', data: 'a', id: undefined }])
    expect(heard).toEqual(['c', 5, '42'])
  })

  it('calls inherited callbacks of the options as methods', async () => {
    class Listener {
      readonly #heard: unknown[] = []
      onId(id: string): void {
        this.#heard.push(id)
      }
      onRetry(time: number): void {
        this.#heard.push(time)
      }
      onComment(text: string): void {
        this.#heard.push(text)
      }
      heard(): unknown[] {
        return this.#heard
      }
    }
    const listener = new Listener()
    const events = []
    const stream = streamOf('data: a\n\n: c\nretry: 5\nid: 42\n\n').pipeThrough(new EventStreamDecoderStream(listener))
    for await (const event of stream) events.push(event)
    expect(events).toEqual([{ event: 'message', data: 'a', id: undefined }])
    expect(listener.heard()).toEqual(['c', 5, '42'])
  })

  it('requests at most one more chunk while the events of the last one are unread', async () => {
    let pulls = 0
    const source = new ReadableStream<Uint8Array>(
      {
        pull(controller) {
          pulls++
          controller.enqueue(bytes('data: a\n\ndata: b\n\n'))
        },
      },
      { highWaterMark: 0 },
    )
    const reader = source.pipeThrough(new EventStreamDecoderStream()).getReader()
    const settle = () => new Promise((resolve) => setTimeout(resolve, 20))
    await settle()
    const before = pulls
    await reader.read()
    await settle()
    const whileOneIsWaiting = pulls
    await settle()
    expect(pulls).toBe(whileOneIsWaiting)
    expect(whileOneIsWaiting).toBeLessThanOrEqual(before + 1)
    for (let i = 0; i < 20; i++) await reader.read()
    expect(pulls).toBeGreaterThan(9)
    await reader.cancel()
  })

  it('fails with ParseError on both sides, and passes nothing more', async () => {
    const { readable, writable } = new EventStreamDecoderStream({ maxEventSize: 10 })
    const writer = writable.getWriter()
    const reader = readable.getReader()
    const first = reader.read()
    await writer.write('data: a\n\ndata: too large\n\ndata: b\n\n').catch(() => {})
    await expect(first).resolves.toMatchObject({ value: { data: 'a' } })
    await expect(reader.read()).rejects.toThrow(ParseError)
    await expect(writer.closed).rejects.toThrow(ParseError)
  })

  it('cancels its source when its reader is cancelled', async () => {
    const reasons: unknown[] = []
    const source = new ReadableStream<Uint8Array>({ cancel: (reason) => void reasons.push(reason) })
    await source.pipeThrough(new EventStreamDecoderStream()).cancel('enough')
    await vi.waitFor(() => expect(reasons).toEqual(['enough']))
  })

  it('refuses invalid chunks', async () => {
    const stream = streamOf(7 as never).pipeThrough(new EventStreamDecoderStream())
    await expect(collect(stream)).rejects.toThrow(/^chunk/)
  })

  it('refuses bad options', () => {
    expect(() => new EventStreamDecoderStream({ maxEventSize: -1 })).toThrow(RangeError)
    expect(() => new EventStreamDecoderStream({ onId: 1 as never })).toThrow(TypeError)
    for (const options of [null, 'x', 7]) {
      expect(() => new EventStreamDecoderStream(options as never)).toThrow(/^options must be an object/)
    }
  })
})
