/** A consumer of events fell so far behind that its queue is full; what follows would have been lost silently. */
export class QueueOverflowError extends Error {
  override readonly name = 'QueueOverflowError'
  /** The limit that was passed, in events. */
  readonly maxQueueSize: number

  constructor(maxQueueSize: number) {
    super(
      `More than ${maxQueueSize} events are waiting for the loop that reads them; ` +
        `read faster, raise maxQueueSize, or pass overflow: 'drop-oldest' where only the latest events count.`,
    )
    this.maxQueueSize = maxQueueSize
  }
}
