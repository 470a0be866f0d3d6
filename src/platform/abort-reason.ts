import { createDomException } from './dom-exception.js'

/** Why a signal was aborted, as the platform has it: React Native and jsdom have signals without a `reason`. */
export function abortReason(signal: AbortSignal): unknown {
  return signal.reason === undefined ? createDomException('The operation was aborted.', 'AbortError') : signal.reason
}

/** `signal.throwIfAborted()`, which not every signal has. */
export function throwIfAborted(signal: AbortSignal | undefined): void {
  if (signal?.aborted) throw abortReason(signal)
}
