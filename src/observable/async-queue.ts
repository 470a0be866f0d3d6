import { QueueOverflowError } from './queue-overflow-error.js'

export interface AsyncQueueOptions {
  /** How many values may wait to be pulled. */
  maxQueueSize: number
  /** What happens to one value more: the iteration fails with a {@link QueueOverflowError}, or the oldest is dropped. */
  overflow: 'error' | 'drop-oldest'
  /** Called once, when nothing will be pulled any more: to stop whatever pushes. */
  onRelease: () => void
}

/** From push to pull: a bounded queue whose consumer is a `for await` loop. */
export interface AsyncQueue<Value> extends AsyncIterableIterator<Value> {
  readonly push: (value: Value) => void
  /** What waits is still delivered, then the iteration ends; with an error, it throws. */
  end(failure?: { error: unknown }): void
  /** Ends at once, what waits is dropped, and so is a pull that waits: `return()` never hangs. */
  return(): Promise<IteratorResult<Value>>
}

interface Pull<Value> {
  resolve: (result: IteratorResult<Value>) => void
  reject: (error: unknown) => void
}

export function createAsyncQueue<Value>({ maxQueueSize, overflow, onRelease }: AsyncQueueOptions): AsyncQueue<Value> {
  // A queue that is read from `head` on: `shift()` of a long array moves every element.
  let values: Value[] = []
  let head = 0
  const pulls: Pull<Value>[] = []
  let ended: { failure: { error: unknown } | undefined } | undefined

  const done = (): IteratorResult<Value> => ({ done: true, value: undefined })

  function take(): Value {
    const value = values[head] as Value
    head += 1
    // Freed in halves, so that a value is moved once on average.
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
    // Pulls wait only while nothing is queued: the first of them learns of the failure, the others find the end.
    for (const pull of pulls.splice(0)) settle(pull)
  }

  function settle(pull: Pull<Value>): void {
    const failure = ended?.failure
    if (failure === undefined) return pull.resolve(done())
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
        if (ended) settle(pull)
        else pulls.push(pull)
      })
    },
    return() {
      values = []
      head = 0
      end()
      ended = { failure: undefined }
      return Promise.resolve(done())
    },
    [Symbol.asyncIterator]() {
      return this
    },
  }
}
