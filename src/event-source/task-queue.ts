/** "Queue a task": runs what is queued in order, each in its own task. HTML standard, 8.1.7. */
export interface TaskQueue {
  queue(task: () => void): void
  /** Drops all queued tasks. The queue must not be used afterwards. */
  close(): void
}

/** How many tasks may wait. If a burst of events exceeds this, the excess runs at once so that memory stays bounded. */
const MAX_WAITING = 1000

export function createTaskQueue(): TaskQueue {
  const waiting = new Set<() => void>()
  const scheduler = createScheduler(runNext)

  function runNext(): void {
    try {
      do {
        const [task] = waiting
        if (task === undefined) return
        try {
          task()
        } finally {
          // Removed after it ran, so that a task that queues another one does not schedule a second run.
          waiting.delete(task)
        }
      } while (waiting.size > MAX_WAITING)
    } finally {
      if (waiting.size > 0) scheduler.schedule()
    }
  }

  return {
    queue(task) {
      waiting.add(task)
      if (waiting.size === 1) scheduler.schedule()
    },
    close() {
      waiting.clear()
      scheduler.close()
    },
  }
}

/** Calls `run` once for each `schedule()`, in a new task of the event loop. */
function createScheduler(run: () => void): { schedule(): void; close(): void } {
  // Not a MessageChannel in Deno and workerd: their ports deliver the next message before a listener's microtasks ran.
  const { setImmediate = setTimeout } = globalThis as { setImmediate?: (run: () => void) => unknown }
  const isBrowser = globalThis.location !== undefined && typeof globalThis.MessageChannel === 'function'
  if (!isBrowser) return { schedule: () => void setImmediate(run), close() {} }
  // Not a timer: browsers delay nested timers by 4 ms, and timers of a hidden page by up to a minute.
  const { port1, port2 } = new MessageChannel()
  port1.addEventListener('message', run)
  port1.start()
  return { schedule: () => port2.postMessage(undefined), close: () => port1.close() }
}
