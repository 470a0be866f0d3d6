/** Counts what happens in the page from `begin()` to `finish()`, and sends it to the server. */

export const SYMBOLS = Array.from({ length: 50 }, (_, index) => `S${index}`)

const parameters = new URLSearchParams(location.search)
export const stream = `/stream?${parameters}`

let renders = 0
let frames = 0
let rendersInFrame = 0
let frameTime = 0
let mostInFrame = 0
let longestFrame = 0
let longestTask = 0
let longTasks = 0
let lastFrame = 0
let begun = 0
let isFinished = false

/** Called by each render of the table. */
export function countRender() {
  renders += 1
  // The same for all that happens from one frame to the next.
  const { currentTime } = document.timeline
  if (currentTime !== frameTime) rendersInFrame = 0
  frameTime = currentTime
  rendersInFrame += 1
  mostInFrame = Math.max(mostInFrame, rendersInFrame)
}

function onFrame(now) {
  if (lastFrame !== 0) longestFrame = Math.max(longestFrame, now - lastFrame)
  lastFrame = now
  frames += 1
  requestAnimationFrame(onFrame)
}

/** Called at the first event. */
export function begin() {
  if (begun !== 0) return
  begun = performance.now()
  renders = 0
  frames = 0
  lastFrame = 0
  longestFrame = 0
  mostInFrame = 0
  requestAnimationFrame(onFrame)
  new PerformanceObserver((list) => {
    for (const { duration } of list.getEntries()) {
      longestTask = Math.max(longestTask, duration)
      longTasks += 1
    }
  }).observe({ type: 'longtask' })
}

/** Called at the last event, once. Waits for what is rendered because of it. */
export function finish(isComplete = true) {
  if (isFinished) return
  isFinished = true
  const ms = performance.now() - begun
  const now = { frames, longestFrame: Math.max(longestFrame, performance.now() - lastFrame) }
  setTimeout(() => {
    const result = { ms, renders, mostInFrame, longestTask, longTasks, isComplete, ...now }
    void fetch('/results', { method: 'POST', body: JSON.stringify(result) })
  }, 300)
}

// A subject that cannot keep up is not waited for.
setTimeout(() => finish(false), Number(parameters.get('patience')) * 1000)
