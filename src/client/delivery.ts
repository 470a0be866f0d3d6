import { PayloadError } from './payload-error.js'
import type { EventStreamMessage } from '../event-stream/message.js'
import { report } from '../observable/report.js'
import type { TypedEvent } from './events.js'
import { isPromiseLike, NO_PAYLOAD, type PayloadReader } from './payload.js'

/** How many events may wait: more than the largest chunk holds of the smallest events, so only a slow consumer meets it. */
export const MAX_WAITING_EVENTS = 16_384

export interface DeliveryOptions {
  readonly readPayload: PayloadReader
  /** Whether nobody wants events any more. */
  readonly isOver: () => boolean
  /** How many events may wait for an asynchronous schema or parser. */
  readonly limit: number
  /** Must not throw. */
  readonly onEvent: (type: string, event: TypedEvent) => void
  readonly onPayloadError: (error: PayloadError) => void
  /** One event more than the limit waits. It is dropped. */
  readonly onOverflow: () => void
}

export interface Delivery {
  /** In the order of the stream: at once where the payload is there at once, else after those before it; or never. */
  deliver(message: EventStreamMessage, origin: string): void
  /** Runs when no event waits any more: at once, where none does. */
  readonly whenDone: (run: () => void) => void
}

/** From messages to typed events, where a schema or parser may take its time. */
export function createDelivery(options: DeliveryOptions): Delivery {
  const { readPayload, isOver, limit, onEvent, onPayloadError, onOverflow } = options
  let waiting = 0
  let last = Promise.resolve()

  function tell(data: unknown, message: EventStreamMessage, origin: string): void {
    onEvent(message.event, { type: message.event, data, lastEventId: message.id, origin })
  }

  function refuse(error: unknown): void {
    try {
      if (!(error instanceof PayloadError)) throw error
      onPayloadError(error)
    } catch (thrown) {
      report(thrown)
    }
  }

  function queue(payload: PromiseLike<unknown>, message: EventStreamMessage, origin: string): void {
    // Heard at once: it may reject before its turn has come.
    const settled = Promise.resolve(payload).then(
      (data) => () => tell(data, message, origin),
      (error: unknown) => () => refuse(error),
    )
    if (waiting >= limit) return onOverflow()
    waiting += 1
    last = last
      .then(() => settled)
      .then((act) => {
        waiting -= 1
        act()
      })
  }

  return {
    deliver(message, origin) {
      let data: unknown
      try {
        data = readPayload(message, isOver)
      } catch (error) {
        if (waiting === 0) refuse(error)
        else queue(Promise.reject(error), message, origin)
        return
      }
      if (data === NO_PAYLOAD) return
      if (waiting === 0 && !isPromiseLike(data)) tell(data, message, origin)
      else queue(Promise.resolve(data), message, origin)
    },
    whenDone(run) {
      if (waiting === 0) run()
      else void last.then(run)
    },
  }
}
