/**
 * Reports an exception that a callback threw without interrupting anything else: HTML standard, "report an exception".
 * Node has no `reportError`, so there it is thrown from a microtask and reaches `uncaughtException`.
 */
export function report(error: unknown): void {
  if (typeof globalThis.reportError === 'function') globalThis.reportError(error)
  else
    queueMicrotask(() => {
      throw error
    })
}
