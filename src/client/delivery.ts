import { PayloadError } from './payload-error.js'
import type { EventStreamMessage } from '../event-stream/message.js'
import { report } from '../observable/report.js'
import type { TypedEvent } from './events.js'
import { isPromiseLike, NO_PAYLOAD, type PayloadReader } from './payload.js'

/** The largest chunk of the smallest events holds fewer, so only a consumer that is too slow reaches this limit. */
export const MAX_WAITING_EVENTS = 16_384

export interface DeliveryOptions {
  readonly readPayload: PayloadReader
  readonly isClosedForGood: () => boolean
  /** How many events may wait for an asynchronous schema or parser. */
  readonly limit: number
  /** Must not throw. */
  readonly onEvent: (type: string, event: TypedEvent) => void
  readonly onPayloadError: (error: PayloadError) => void
  /** Called for each event beyond the limit, which is dropped. */
  readonly onOverflow: () => void
}

export interface Delivery {
  /** Delivers at once if the payload is ready and no earlier event is waiting; events keep their order. */
  deliver(message: EventStreamMessage, origin: string, lastEventId: string): void
  /** Calls `run` as soon as no event is waiting: at once if there is none. */
  readonly whenDone: (run: () => void) => void
}

/** Turns messages into typed events; a schema or parser may be asynchronous. */
export function createDelivery(options: DeliveryOptions): Delivery {
  const { readPayload, isClosedForGood, limit, onEvent, onPayloadError, onOverflow } = options
  let waiting = 0
  let last = Promise.resolve()

  function emit(data: unknown, message: EventStreamMessage, origin: string, lastEventId: string): void {
    onEvent(message.event, { type: message.event, data, lastEventId, origin })
  }

  function handleError(error: unknown): void {
    try {
      if (!(error instanceof PayloadError)) throw error
      onPayloadError(error)
    } catch (thrown) {
      report(thrown)
    }
  }

  function queue(
    payload: PromiseLike<unknown>,
    message: EventStreamMessage,
    origin: string,
    lastEventId: string,
  ): void {
    // Handlers are attached now, or an early rejection would be unhandled.
    const outcome = Promise.resolve(payload).then(
      (data) => () => emit(data, message, origin, lastEventId),
      (error: unknown) => () => handleError(error),
    )
    if (waiting >= limit) return onOverflow()
    waiting += 1
    last = last
      .then(() => outcome)
      .then((act) => {
        waiting -= 1
        act()
      })
  }

  return {
    deliver(message, origin, lastEventId) {
      let data: unknown
      try {
        data = readPayload(message, isClosedForGood)
      } catch (error) {
        if (waiting === 0) handleError(error)
        else queue(Promise.reject(error), message, origin, lastEventId)
        return
      }
      if (data === NO_PAYLOAD) return
      if (waiting === 0 && !isPromiseLike(data)) emit(data, message, origin, lastEventId)
      else queue(Promise.resolve(data), message, origin, lastEventId)
    },
    whenDone(run) {
      if (waiting === 0) run()
      else void last.then(run)
    },
  }
}
