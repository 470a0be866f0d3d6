import { ROTATION_NOTICE } from './drain.js'
import { MAX_DELAY } from './options.js'

export function hasExpired(expires: Date | AbortSignal | undefined): boolean {
  if (expires === undefined) return false
  return 'aborted' in expires ? expires.aborted : expires.getTime() <= Date.now()
}

/**
 * Waits for the end of a permission.
 *
 * @param onNotice - called in time for the client to open its next stream, if the end is known before
 * @returns a function that stops waiting
 */
export function watchExpiry(
  expires: Date | AbortSignal | undefined,
  onNotice: (within: number) => void,
  onExpired: () => void,
): () => void {
  if (expires === undefined) return () => {}
  if ('aborted' in expires) {
    expires.addEventListener('abort', onExpired)
    return () => expires.removeEventListener('abort', onExpired)
  }
  let timer: ReturnType<typeof setTimeout>
  let isNoticeGiven = false
  function wait(): void {
    const left = (expires!.valueOf() as number) - Date.now()
    if (left <= 0) return onExpired()
    if (left <= ROTATION_NOTICE && !isNoticeGiven) {
      isNoticeGiven = true
      onNotice(left)
    }
    // Fake and real clocks may fire early by less than 1 ms.
    timer = setTimeout(wait, Math.min(Math.max(1, isNoticeGiven ? left : left - ROTATION_NOTICE), MAX_DELAY))
  }
  wait()
  return () => clearTimeout(timer)
}
