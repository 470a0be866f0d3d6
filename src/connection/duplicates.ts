/** Recognises what a server sends again after the stream was reopened, because it begins a little before the cut. */
export interface DuplicateFilter {
  /** The stream is open again: what follows may be a repetition, up to the first event that is new. */
  reopened(): void
  /**
   * Whether an event with an ID of its own repeats both the ID and the data of one that was delivered. IDs alone do not
   * tell: a server that restarts may begin to count anew.
   */
  isDuplicate(id: string, data: string): boolean
}

/** @param limit - how many events are remembered; with 0, none is ever a duplicate */
export function createDuplicateFilter(limit: number): DuplicateFilter {
  // In the order in which they came.
  const delivered = new Map<string, string>()
  let isAtSeam = false
  return {
    reopened() {
      isAtSeam = true
    },
    isDuplicate(id, data) {
      // The empty ID is none: a server sends it to take the last one back.
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
