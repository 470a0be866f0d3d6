/** A message or comment that cannot be written as an event stream, because a client would read something else. */
export class EncodeError extends TypeError {
  override readonly name = 'EncodeError'
  /** The field that is refused; `message` where it is the message as a whole. */
  readonly field: 'event' | 'data' | 'id' | 'retry' | 'comment' | 'message'

  constructor(field: EncodeError['field'], rule: string) {
    super(`${field} ${rule}`)
    this.field = field
  }
}
