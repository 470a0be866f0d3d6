/**
 * The application's signals that a source listens to. A signal may live as long as the application, so a source that is
 * closed, and may be reopened, does not hold on to it: what was aborted meanwhile is noticed when it goes on.
 */
export interface Aborts {
  /** Calls `onAbort` once when the signal aborts. Returns a function that takes the listener off. */
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
      if (!isSuspended) return
      isSuspended = false
      for (const { signal, onAbort } of Array.from(entries)) {
        if (signal.aborted) onAbort()
        else signal.addEventListener('abort', onAbort)
      }
    },
  }
}
