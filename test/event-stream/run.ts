import type { ParserOptions } from '../../src/event-stream/parser-options.js'
import { createParser } from '../../src/event-stream/parser.js'
import type { Happening } from './reference-parser.js'

/** A parser whose callbacks are recorded, in order. */
export function recordingParser(options: Partial<ParserOptions> = {}) {
  const happenings: Happening[] = []
  const parser = createParser({
    onEvent: (message) => happenings.push({ kind: 'event', message }),
    onId: (id) => happenings.push({ kind: 'id', id }),
    onRetry: (reconnectionTime) => happenings.push({ kind: 'retry', reconnectionTime }),
    onComment: (text) => happenings.push({ kind: 'comment', text }),
    ...options,
  })
  return { parser, happenings }
}

/** Everything that our parser reports for these chunks, as one connection. */
export function run(chunks: Iterable<Uint8Array | string>, options: Partial<ParserOptions> = {}): Happening[] {
  const { parser, happenings } = recordingParser(options)
  for (const chunk of chunks) parser.push(chunk)
  parser.end()
  return happenings
}

/** The events, each with the last event ID that a client has by then, and the ID at the end. */
export function follow(happenings: readonly Happening[], initialLastEventId: string) {
  let lastEventId = initialLastEventId
  const events = []
  for (const happening of happenings) {
    if (happening.kind === 'id') lastEventId = happening.id
    if (happening.kind !== 'event') continue
    const { event, data, id } = happening.message
    if (id !== undefined) lastEventId = id
    events.push({ event, data, lastEventId })
  }
  return { events, lastEventId }
}

/** Chunks of at most `size`, in order. */
export function* inChunksOf<Chunk extends Uint8Array | string>(size: number, stream: Chunk): Generator<Chunk> {
  for (let start = 0; start < stream.length; start += size) {
    yield stream.slice(start, start + size) as Chunk
  }
}

/** The stream cut at the given places (taken modulo its length). */
export function cutAt<Chunk extends Uint8Array | string>(places: readonly number[], stream: Chunk): Chunk[] {
  const borders = [...new Set([0, ...places.map((place) => place % (stream.length + 1)), stream.length])]
  borders.sort((a, b) => a - b)
  return borders.slice(1).map((end, index) => stream.slice(borders[index], end) as Chunk)
}
