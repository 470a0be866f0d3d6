/**
 * Reports an exception that a callback of the application has thrown, and lets everything else go on: DOM, "report the
 * exception". Where the platform has no `reportError` (Node), the exception is thrown from a microtask of its own, as Node's
 * own EventTarget does it: it reaches `uncaughtException`.
 */
export function report(error: unknown): void {
  if (typeof globalThis.reportError === 'function') globalThis.reportError(error)
  else
    queueMicrotask(() => {
      throw error
    })
}
