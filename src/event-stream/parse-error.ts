import { advice } from '../messages/advice.js'

/** Thrown or reported if an event is larger than `maxEventSize`. The parser stops reading the stream. */
export class ParseError extends Error {
  override readonly name = 'ParseError'
  readonly code = 'event-too-large'
  /** The limit that was exceeded, in bytes. */
  readonly maxEventSize: number

  constructor(maxEventSize: number) {
    super(
      `The server sent an event larger than maxEventSize, ${maxEventSize} bytes` +
        advice('; raise it if you expect events this large.', 'failures'),
    )
    this.maxEventSize = maxEventSize
  }
}
