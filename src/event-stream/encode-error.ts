import { advice } from '../messages/advice.js'

/** Thrown if a message or comment cannot be encoded, because a client would read something else. */
export class EncodeError extends TypeError {
  override readonly name = 'EncodeError'
  /** The field that breaks a rule; `message` if it is the message as a whole. */
  readonly field: 'event' | 'data' | 'id' | 'retry' | 'comment' | 'message'

  constructor(field: EncodeError['field'], rule: string) {
    super(`${field} ${rule}${advice('', 'event-stream')}`)
    this.field = field
  }
}
