/** What a connection takes from the world besides its transport; a test puts its own in place. */
export interface Environment {
  /** The wall clock, in ms: it goes on while a laptop sleeps. */
  now(): number
  /** At least 0 and below 1. */
  random(): number
  /** Runs once after `ms`, unless the undo that it returns is called before. */
  delay(ms: number, run: () => void): () => void
}

/** Looked up at each call, so that the fake timers of test libraries are met. */
export const systemEnvironment: Environment = {
  now: () => Date.now(),
  random: () => Math.random(),
  delay(ms, run) {
    const timer = setTimeout(run, ms)
    return () => clearTimeout(timer)
  },
}
