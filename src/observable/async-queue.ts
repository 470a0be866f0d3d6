import { QueueOverflowError } from './queue-overflow-error.js'

export interface AsyncQueueOptions {
  /** How many values may be queued. */
  maxQueueSize: number
  /** If the queue is full: end the iteration with a {@link QueueOverflowError}, or drop the oldest value. */
  overflow: 'error' | 'drop-oldest'
  /** Called once, when no more values are accepted, so that the producer can stop. */
  onRelease: () => void
}

/** A bounded queue: values are pushed, and a `for await` loop pulls them. */
export interface AsyncQueue<Value> extends AsyncIterableIterator<Value> {
  readonly push: (value: Value) => void
  /** Ends the iteration once all queued values are delivered, or makes it throw the error. */
  end(failure?: { error: unknown }): void
  /** Ends the iteration at once and drops queued values. Pending calls of `next()` resolve, so this never hangs. */
  return(): Promise<IteratorResult<Value>>
}

interface Pull<Value> {
  resolve: (result: IteratorResult<Value>) => void
  reject: (error: unknown) => void
}

export function createAsyncQueue<Value>({ maxQueueSize, overflow, onRelease }: AsyncQueueOptions): AsyncQueue<Value> {
  // Read from index `head`: `shift()` on a long array moves every element.
  let values: Value[] = []
  let head = 0
  const pulls: Pull<Value>[] = []
  let ended: { failure: { error: unknown } | undefined } | undefined

  const endOfIteration = (): IteratorResult<Value> => ({ done: true, value: undefined })

  function take(): Value {
    const value = values[head] as Value
    head += 1
    // Compacts when half is consumed: each value is copied once on average.
    if (head * 2 >= values.length) {
      values = values.slice(head)
      head = 0
    }
    return value
  }

  function end(failure?: { error: unknown }): void {
    if (ended) return
    ended = { failure }
    onRelease()
    // Pulls are pending only while the queue is empty. The first one gets the failure, the others the end.
    for (const pull of pulls.splice(0)) endPull(pull)
  }

  function endPull(pull: Pull<Value>): void {
    const failure = ended?.failure
    if (failure === undefined) return pull.resolve(endOfIteration())
    ended = { failure: undefined }
    pull.reject(failure.error)
  }

  return {
    push(value) {
      if (ended) return
      const pull = pulls.shift()
      if (pull) return pull.resolve({ done: false, value })
      if (values.length - head >= maxQueueSize) {
        if (overflow === 'error') return end({ error: new QueueOverflowError(maxQueueSize) })
        take()
      }
      values.push(value)
    },
    end,
    next() {
      if (head < values.length) return Promise.resolve({ done: false, value: take() })
      return new Promise((resolve, reject) => {
        const pull = { resolve, reject }
        if (ended) endPull(pull)
        else pulls.push(pull)
      })
    },
    return() {
      values = []
      head = 0
      end()
      ended = { failure: undefined }
      return Promise.resolve(endOfIteration())
    },
    [Symbol.asyncIterator]() {
      return this
    },
  }
}
