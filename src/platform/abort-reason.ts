import { createDomException } from './dom-exception.js'

/** Returns the signal's reason, or an `AbortError`: signals of React Native and jsdom have no `reason`. */
export function abortReason(signal: AbortSignal): unknown {
  return signal.reason === undefined ? createDomException('The operation was aborted.', 'AbortError') : signal.reason
}

/** Like `signal.throwIfAborted()`, which not every signal has. */
export function throwIfAborted(signal: AbortSignal | undefined): void {
  if (signal?.aborted) throw abortReason(signal)
}
