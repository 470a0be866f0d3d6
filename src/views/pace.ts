import { report } from '../observable/report.js'
import { onNextFrame } from './frames.js'

/** Calls a function at most once per animation frame. */
export interface Pace {
  /** Asks for a call in the next frame, unless one is due already. */
  request(): void
  /** Makes the call that is due immediately. Does nothing if none is due. */
  flush(): void
  /** Drops the call that is due. */
  cancel(): void
}

/** @param handOver - if it throws, the error is reported */
export function createPace(handOver: () => void): Pace {
  let cancelCall: (() => void) | undefined

  function run(): void {
    cancelCall = undefined
    handOver()
  }

  function cancel(): void {
    cancelCall?.()
    cancelCall = undefined
  }

  return {
    request() {
      cancelCall ??= onNextFrame(run)
    },
    flush() {
      if (cancelCall === undefined) return
      cancel()
      try {
        handOver()
      } catch (error) {
        report(error)
      }
    },
    cancel,
  }
}
