import type { PauseReason } from './status.js'

/** The clock, timers and page events that a connection uses; tests replace them. */
export interface Environment {
  /** The wall clock, in ms, which continues while a laptop sleeps. */
  now(): number
  /** At least 0 and below 1. */
  random(): number
  /** Calls `run` once after `ms`. Returns a function that cancels it. */
  delay(ms: number, run: () => void): () => void
  /** Reports reasons to pause: the current ones immediately, then changes. Returns an unsubscribe function. */
  watch(onChange: (reason: PauseReason, holds: boolean) => void): () => void
}

/** Globals are looked up at each call, so that the fake timers of test libraries work. */
export const systemEnvironment: Environment = {
  now: () => Date.now(),
  random: () => Math.random(),
  delay(ms, run) {
    const timer = setTimeout(run, ms)
    return () => clearTimeout(timer)
  },
  watch(onChange) {
    const { navigator, document } = globalThis
    const removals: (() => void)[] = []
    function listen(target: Partial<EventTarget>, type: string, run: () => void): void {
      // A runtime may define `document` without events.
      if (target.addEventListener === undefined) return
      target.addEventListener(type, run)
      removals.push(() => target.removeEventListener!(type, run))
    }

    // "The navigator.onLine attribute must return false if the user agent will not contact the network". Pages and
    // workers have it; some runtimes do not.
    if (typeof navigator?.onLine === 'boolean') {
      if (!navigator.onLine) onChange('offline', true)
      listen(globalThis, 'offline', () => onChange('offline', true))
      listen(globalThis, 'online', () => onChange('offline', false))
    }
    if (document !== undefined) {
      if ((document as { prerendering?: boolean }).prerendering) {
        onChange('prerendering', true)
        listen(document, 'prerenderingchange', () => onChange('prerendering', false))
      }
      const reportVisibility = (): void => onChange('hidden', document.visibilityState === 'hidden')
      reportVisibility()
      listen(document, 'visibilitychange', reportVisibility)
      // `pagehide` too: browsers without a `freeze` event also have a back/forward cache, and an open connection can
      // keep a page out of it.
      for (const [target, freeze, resume] of [
        [document, 'freeze', 'resume'],
        [globalThis, 'pagehide', 'pageshow'],
      ] as const) {
        listen(target, freeze, () => onChange('frozen', true))
        listen(target, resume, () => onChange('frozen', false))
      }
    }
    return () => removals.forEach((remove) => remove())
  },
}
