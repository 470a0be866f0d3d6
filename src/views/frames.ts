import { report } from '../observable/report.js'

/** How long to wait for a frame, in ms. Hidden pages and invisible frames have none, and may become so meanwhile. */
const LONGEST_FRAME = 250
/** The pace of what has no frames, such as Node and most workers, in ms. */
const FRAME = 16

const waiting = new Set<() => void>()
let cancelFrame: (() => void) | undefined

/**
 * Calls `run` once in the next animation frame, together with all others that wait for it. If it throws, the error is
 * reported, and the others are still called.
 *
 * @returns a function that cancels the call
 */
export function onNextFrame(run: () => void): () => void {
  waiting.add(run)
  cancelFrame ??= requestFrame(runAll)
  return () => {
    if (waiting.delete(run) && waiting.size === 0) stopWaiting()
  }
}

function stopWaiting(): void {
  cancelFrame?.()
  cancelFrame = undefined
}

function runAll(): void {
  stopWaiting()
  // A copy: what is added meanwhile waits for the frame after this one.
  for (const run of Array.from(waiting)) {
    if (!waiting.delete(run)) continue
    try {
      run()
    } catch (error) {
      report(error)
    }
  }
}

/** Globals are looked up at each call, so that the fake timers of test libraries work. */
function requestFrame(run: () => void): () => void {
  const { requestAnimationFrame, cancelAnimationFrame } = globalThis
  const hasFrames = typeof requestAnimationFrame === 'function'
  const timer = setTimeout(run, hasFrames ? LONGEST_FRAME : FRAME)
  const frame = hasFrames ? requestAnimationFrame(run) : 0
  return () => {
    clearTimeout(timer)
    if (hasFrames) cancelAnimationFrame(frame)
  }
}
