import { type Framing, joinBytes } from './frame.js'
import type { Log, LogEntry } from './log.js'

/** Which topics a client may read: some, or `'all'`. Events without a topic are for everyone. */
export type Topics = readonly string[] | 'all'

/** What a client is sent in one write: what it may read from one position of the log up to another. */
export interface Batch {
  /** The position after it. */
  readonly to: number
  /** How many events it has; 0 if the client may read none of them. */
  readonly events: number
  bytes(framing: Framing): Uint8Array
}

/** The most bytes of a write, unless one event is larger: a client that catches up is not given everything at once. */
const MAX_BATCH = 65_536

/** How many batches are remembered: clients that come back all want something else. */
const MAX_BATCHES = 32

/**
 * The clients that may read the same topics. What they are sent is selected, joined and framed once for all of them:
 * the same for live events and for replayed ones.
 */
export class Audience {
  /** How many clients it has. */
  size = 0
  readonly key: string
  private readonly log: Log
  private readonly topics: ReadonlySet<string> | 'all'
  private readonly batches = new Map<number, Batch>()
  /** The end of the log when the batches were made. */
  private end = -1

  constructor(key: string, topics: Topics, log: Log) {
    this.key = key
    this.topics = topics === 'all' ? topics : new Set(topics)
    this.log = log
  }

  /** The first position from here on whose event the audience may read, or the end of the log. */
  skip(position: number): number {
    if (this.topics === 'all') return position
    let next = position
    while (next < this.log.end && !this.mayRead(this.log.at(next))) next += 1
    return next
  }

  batchFrom(position: number): Batch {
    if (this.end !== this.log.end) this.forget()
    this.end = this.log.end
    const known = this.batches.get(position)
    if (known !== undefined) return known
    if (this.batches.size === MAX_BATCHES) this.forget()
    const batch = this.collect(position)
    this.batches.set(position, batch)
    return batch
  }

  /** Lets go of all batches. */
  forget(): void {
    this.batches.clear()
  }

  private collect(position: number): Batch {
    const pieces: Uint8Array[] = []
    let size = 0
    let to = position
    for (; to < this.log.end; to++) {
      const entry = this.log.at(to)
      if (!this.mayRead(entry)) continue
      if (size > 0 && size + entry.bytes.length > MAX_BATCH) break
      pieces.push(entry.bytes)
      size += entry.bytes.length
    }
    const framed: Partial<Record<Framing, Uint8Array>> = {}
    return { to, events: pieces.length, bytes: (framing) => (framed[framing] ??= joinBytes(pieces, framing)) }
  }

  private mayRead({ topic }: LogEntry): boolean {
    return this.topics === 'all' || topic === undefined || this.topics.has(topic)
  }
}

/** The same for the same topics, in whatever order. */
export function audienceKey(topics: Topics): string {
  return topics === 'all' ? 'all' : JSON.stringify([...new Set(topics)].toSorted())
}
