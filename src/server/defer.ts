/** Runs a function after what is waiting to be read: all that is published in one turn is then written at once. */
export function defer(run: () => void): void {
  const { setImmediate } = globalThis as { setImmediate?: (run: () => void) => unknown }
  if (setImmediate === undefined) setTimeout(run, 0)
  else setImmediate(run)
}
