/** An event stream that the parser stops reading, because one event passed `maxEventSize`. */
export class ParseError extends Error {
  override readonly name = 'ParseError'
  readonly code = 'event-too-large'
  /** The limit that was passed, in bytes. */
  readonly maxEventSize: number

  constructor(maxEventSize: number) {
    super(
      `The server sent an event larger than ${maxEventSize} bytes; raise maxEventSize if events of this size are meant.`,
    )
    this.maxEventSize = maxEventSize
  }
}
