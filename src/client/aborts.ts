/**
 * The application's abort signals. They may outlive a source that was closed but can be reopened, so its listeners are
 * removed meanwhile. Signals that aborted in between are handled on resume().
 */
export interface Aborts {
  /** Calls `onAbort` once when the signal aborts. Returns a function that removes the listener. */
  add(signal: AbortSignal | undefined, onAbort: () => void): () => void
  suspend(): void
  resume(): void
}

export function createAborts(): Aborts {
  const entries = new Set<{ readonly signal: AbortSignal; readonly onAbort: () => void }>()
  let isSuspended = false
  return {
    add(signal, onAbort) {
      if (signal === undefined) return () => {}
      const entry = { signal, onAbort }
      entries.add(entry)
      if (!isSuspended) signal.addEventListener('abort', onAbort)
      return () => {
        entries.delete(entry)
        signal.removeEventListener('abort', onAbort)
      }
    },
    suspend() {
      isSuspended = true
      for (const { signal, onAbort } of entries) signal.removeEventListener('abort', onAbort)
    },
    resume() {
      isSuspended = false
      for (const { signal, onAbort } of entries) {
        if (signal.aborted) onAbort()
        else signal.addEventListener('abort', onAbort)
      }
    },
  }
}
