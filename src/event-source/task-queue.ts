/** "Queue a task": what is queued runs in this order, each in a task of its own. HTML standard, 8.1.7. */
export interface TaskQueue {
  queue(task: () => void): void
  /** What is still queued never runs. Nothing is queued afterwards. */
  close(): void
}

/**
 * How many tasks may wait. Of a burst that arrives faster than tasks get their turn, the rest is worked off at once, so that
 * it does not pile up in memory.
 */
const MAX_WAITING = 1000

export function createTaskQueue(): TaskQueue {
  const waiting = new Set<() => void>()
  const turns = createTurns(runNext)

  function runNext(): void {
    try {
      do {
        const [task] = waiting
        if (task === undefined) return
        try {
          task()
        } finally {
          // Not before: while it runs, nothing that it queues asks for a turn.
          waiting.delete(task)
        }
      } while (waiting.size > MAX_WAITING)
    } finally {
      if (waiting.size > 0) turns.ask()
    }
  }

  return {
    queue(task) {
      waiting.add(task)
      if (waiting.size === 1) turns.ask()
    },
    close() {
      waiting.clear()
      turns.close()
    },
  }
}

/** Calls `run` once for each `ask()`, in a task of the event loop. */
function createTurns(run: () => void): { ask(): void; close(): void } {
  // Deno's and workerd's message ports go on to the next message before the awaits of a listener are done.
  const { setImmediate = setTimeout } = globalThis as { setImmediate?: (run: () => void) => unknown }
  const isBrowser = globalThis.location !== undefined && typeof globalThis.MessageChannel === 'function'
  if (!isBrowser) return { ask: () => void setImmediate(run), close() {} }
  // Not a timer: browsers hold those back, by 4 ms where one follows another, and by up to a minute in a hidden page.
  const { port1, port2 } = new MessageChannel()
  port1.addEventListener('message', run)
  port1.start()
  return { ask: () => port2.postMessage(undefined), close: () => port1.close() }
}
