import { readFileSync } from 'node:fs'

/** A part of a chunk: text (as UTF-8) or bytes, possibly repeated. */
type Part = string | { text?: string; b64?: string; times?: number }
type Value = string | { repeat: string; times: number; prefix?: string; suffix?: string }

interface RawVector {
  name: string
  group: string
  input: Part[][]
  initialLastEventId?: string
  events: { count?: number; type: Value; data: Value; lastEventId: Value }[]
  lastEventId: Value
  retry: number | string | null
}

/** A case of test/conformance/event-stream-vectors.json, written out. */
export interface Vector {
  readonly name: string
  readonly group: string
  readonly initialLastEventId: string
  readonly chunks: readonly Uint8Array[]
  readonly bytes: Uint8Array
  readonly events: readonly { readonly event: string; readonly data: string; readonly lastEventId: string }[]
  readonly lastEventId: string
  /** A decimal string if the number is above 2^53-1. */
  readonly retry: number | string | null
}

function bytesOf(part: Part): Buffer {
  if (typeof part === 'string') return Buffer.from(part)
  const once = part.b64 === undefined ? Buffer.from(part.text ?? '') : Buffer.from(part.b64, 'base64')
  return Buffer.concat(Array.from({ length: part.times ?? 1 }, () => once))
}

function valueOf(value: Value): string {
  if (typeof value === 'string') return value
  return (value.prefix ?? '') + value.repeat.repeat(value.times) + (value.suffix ?? '')
}

function writeOut({ name, group, input, initialLastEventId = '', events, lastEventId, retry }: RawVector): Vector {
  const chunks = input.map((parts) => new Uint8Array(Buffer.concat(parts.map(bytesOf))))
  return {
    name,
    group,
    initialLastEventId,
    chunks,
    bytes: new Uint8Array(Buffer.concat(chunks)),
    events: events.flatMap(({ count, ...expected }) => {
      const event = valueOf(expected.type)
      const data = valueOf(expected.data)
      const lastEventIdOfEvent = valueOf(expected.lastEventId)
      if (count === undefined) return [{ event, data, lastEventId: lastEventIdOfEvent }]
      return Array.from({ length: count }, (_, index) => ({
        event,
        data: data.replace('#', String(index)),
        lastEventId: lastEventIdOfEvent,
      }))
    }),
    lastEventId: valueOf(lastEventId),
    retry,
  }
}

const file = new URL('../conformance/event-stream-vectors.json', import.meta.url)
const parsed = JSON.parse(readFileSync(file, 'utf8')) as { vectors: RawVector[] }

/** What a text/event-stream must parse to. */
export const vectors: readonly Vector[] = parsed.vectors.map(writeOut)
