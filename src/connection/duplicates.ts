/** Recognises events that a server repeats after a reconnection, because it resumes a little before the cut. */
export interface DuplicateFilter {
  /** The stream is open again: until the first new event, what follows may be repeated. */
  reopened(): void
  /**
   * Whether an event with its own ID repeats both the ID and the data of a delivered event. The ID alone is not enough:
   * a server that restarts may count from the start again.
   */
  isDuplicate(id: string, data: string): boolean
}

/** @param limit - how many events are remembered; with 0, no event is a duplicate */
export function createDuplicateFilter(limit: number): DuplicateFilter {
  // In the order of their arrival.
  const delivered = new Map<string, string>()
  let isAtSeam = false
  return {
    reopened() {
      isAtSeam = true
    },
    isDuplicate(id, data) {
      // An empty ID is not an ID: servers send it to clear the last one.
      if (limit === 0 || id === '') return false
      if (isAtSeam && delivered.get(id) === data) return true
      isAtSeam = false
      delivered.delete(id)
      delivered.set(id, data)
      if (delivered.size > limit) delivered.delete(delivered.keys().next().value!)
      return false
    },
  }
}
