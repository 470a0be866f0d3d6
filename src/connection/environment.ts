import type { PauseReason } from './status.js'

/** What a connection takes from the world besides its transport; a test puts its own in place. */
export interface Environment {
  /** The wall clock, in ms: it goes on while a laptop sleeps. */
  now(): number
  /** At least 0 and below 1. */
  random(): number
  /** Runs once after `ms`, unless the undo that it returns is called before. */
  delay(ms: number, run: () => void): () => void
  /** Tells what stands in a connection's way: at once what does so now, then every change. Returns its undo. */
  watch(onChange: (reason: PauseReason, holds: boolean) => void): () => void
}

/** Looked up at each call, so that the fake timers of test libraries are met. */
export const systemEnvironment: Environment = {
  now: () => Date.now(),
  random: () => Math.random(),
  delay(ms, run) {
    const timer = setTimeout(run, ms)
    return () => clearTimeout(timer)
  },
  watch(onChange) {
    const { navigator, document } = globalThis
    const undos: (() => void)[] = []
    function listen(target: Partial<EventTarget>, type: string, run: () => void): void {
      // What is no page may still pretend to be one, and has no events.
      if (target.addEventListener === undefined || target.removeEventListener === undefined) return
      target.addEventListener(type, run)
      undos.push(() => target.removeEventListener!(type, run))
    }

    // "The navigator.onLine attribute must return false if the user agent will not contact the network": not every runtime
    // has an opinion. Pages and workers do.
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
      const tellVisibility = (): void => onChange('hidden', document.visibilityState === 'hidden')
      tellVisibility()
      listen(document, 'visibilitychange', tellVisibility)
      // A page in the back/forward cache is frozen too; but browsers without a `freeze` event have that cache as well, and an
      // open connection can keep a page out of it.
      for (const [target, freeze, resume] of [
        [document, 'freeze', 'resume'],
        [globalThis, 'pagehide', 'pageshow'],
      ] as const) {
        listen(target, freeze, () => onChange('frozen', true))
        listen(target, resume, () => onChange('frozen', false))
      }
    }
    return () => undos.forEach((undo) => undo())
  },
}
