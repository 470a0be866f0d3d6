import { advice } from '../messages/advice.js'

/** A loop over events fell so far behind that its queue is full. */
export class QueueOverflowError extends Error {
  override readonly name = 'QueueOverflowError'
  /** The limit that was exceeded, in events. */
  readonly maxQueueSize: number

  constructor(maxQueueSize: number) {
    super(
      `More than ${maxQueueSize} events are waiting for the loop that reads them` +
        advice(
          ". Read faster, raise maxQueueSize, or pass overflow: 'drop-oldest' if only the latest events matter.",
          'reference',
        ),
    )
    this.maxQueueSize = maxQueueSize
  }
}
