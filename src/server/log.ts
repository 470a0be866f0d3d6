import { formatId } from './ids.js'

/** One published event, encoded once for everyone. */
export interface LogEntry {
  readonly id: string
  /** Undefined if the event is for all. */
  readonly topic: string | undefined
  /** The block of the event stream. */
  readonly bytes: Uint8Array
  /** When it was published, in ms since 1970. */
  readonly time: number
  /** How many bytes the log had taken when this entry was complete. */
  readonly endOffset: number
}

export interface LogLimits {
  /** How many events can be replayed. */
  readonly maxEvents: number
  /** How many bytes of events can be replayed. */
  readonly maxBytes: number
  /** How long an event can be replayed, in ms. */
  readonly maxAge: number
  /** How many bytes are kept for clients that are behind, even if they are no longer replayed. */
  readonly maxLag: number
}

/**
 * The events of a channel. What can be replayed, what is live and what slow clients still have to read is one sequence,
 * in which each client has a position; it is bounded, and drops its oldest entries.
 */
export class Log {
  readonly epoch: string
  /** The position of the oldest entry that is still here. */
  kept = 0
  /** The position of the oldest event that a client may still come back for. */
  first = 0
  private readonly limits: LogLimits
  /** Entries before `head` have been dropped; they are cleared at once, and cut off when they are half of the list. */
  private entries: (LogEntry | undefined)[] = []
  private head = 0
  private bytes = 0

  constructor(epoch: string, limits: LogLimits) {
    this.epoch = epoch
    this.limits = limits
  }

  /** The position of the next event. */
  get end(): number {
    return this.kept + this.entries.length - this.head
  }

  /** How many bytes follow this position. */
  bytesAfter(position: number): number {
    if (position >= this.end) return 0
    const { endOffset, bytes } = this.at(Math.max(position, this.kept))
    return this.bytes - endOffset + bytes.length
  }

  at(position: number): LogEntry {
    return this.entries[this.head + position - this.kept]!
  }

  append(encode: (id: string) => Uint8Array, topic: string | undefined, time: number): LogEntry {
    const id = formatId(this.epoch, this.end + 1)
    const bytes = encode(id)
    this.bytes += bytes.length
    const entry: LogEntry = { id, topic, bytes, time, endOffset: this.bytes }
    this.entries.push(entry)
    this.trim(time)
    return entry
  }

  /** Drops what has become too old, in addition to what {@link append} drops. */
  trim(now: number): void {
    const { maxEvents, maxBytes, maxAge, maxLag } = this.limits
    while (
      this.first < this.end &&
      (this.end - this.first > maxEvents ||
        this.bytesAfter(this.first) > maxBytes ||
        now - this.at(this.first).time > maxAge)
    )
      this.first += 1
    while (this.kept < this.first && this.bytes - this.at(this.kept).endOffset > maxLag) this.drop()
  }

  private drop(): void {
    this.entries[this.head] = undefined
    this.head += 1
    this.kept += 1
    if (this.head * 2 < this.entries.length) return
    this.entries = this.entries.slice(this.head)
    this.head = 0
  }
}
