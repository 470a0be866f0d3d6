import type { ConnectionStatus } from '../connection/status.js'
import { abortReason } from '../platform/abort-reason.js'
import { checkOptions, countRule, type OptionRule, SIGNAL_RULE, wordRule } from '../arguments/check-options.js'
import { ConnectionError } from '../failure/connection-error.js'
import { type AsyncQueue, createAsyncQueue } from '../observable/async-queue.js'
import { MAX_WAITING_EVENTS } from './delivery.js'
import type { TypedEvent } from './events.js'
import type { ListeningOptions } from './listening.js'
import type { EventsOptions } from './typed-event-source.js'

const RULES: readonly OptionRule[] = [
  SIGNAL_RULE,
  /*@__PURE__*/ countRule('maxQueueSize'),
  /*@__PURE__*/ wordRule('overflow', 'error', 'drop-oldest'),
]

export interface Iteration {
  readonly events: (types?: string | readonly string[], options?: EventsOptions) => AsyncQueue<TypedEvent>
  /** Ends all running loops: each gets its queued events first, and throws if the source has failed. */
  end(status: ConnectionStatus, whenDone: (run: () => void) => void): void
}

export interface IterationOptions extends ListeningOptions {
  readonly statusOf: () => ConnectionStatus
}

export function createIteration({ emitter, demand, aborts, eventTypes, statusOf }: IterationOptions): Iteration {
  const queues = new Set<AsyncQueue<TypedEvent>>()

  return {
    events(types, options = {}) {
      const { signal, maxQueueSize = MAX_WAITING_EVENTS, overflow = 'error' } = checkOptions('events', options, RULES)
      const wanted = types === undefined ? eventTypes.all('events') : eventTypes.named('events', types)

      const cleanups: (() => void)[] = []
      const onAbort = (): void => queue.end(signal && { error: abortReason(signal) })
      const queue = createAsyncQueue<TypedEvent>({
        maxQueueSize,
        overflow,
        onRelease() {
          queues.delete(queue)
          for (const cleanUp of cleanups) cleanUp()
        },
      })
      const status = statusOf()
      if (status.state === 'closed') endQueue(queue, status)
      else if (signal?.aborted) onAbort()
      else {
        queues.add(queue)
        for (const type of wanted) cleanups.push(emitter.on(type, queue.push))
        cleanups.push(demand.add(), aborts.add(signal, onAbort))
        demand.request(wanted)
      }
      return queue
    },
    end(status, whenDone) {
      const ending = Array.from(queues)
      whenDone(() => {
        for (const queue of ending) endQueue(queue, status)
      })
    },
  }
}

function endQueue(queue: AsyncQueue<TypedEvent>, status: ConnectionStatus): void {
  const failure = status.state === 'closed' ? status.failure : undefined
  queue.end(failure && { error: new ConnectionError(failure) })
}
