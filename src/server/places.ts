/** How many clients may be connected, in all and for each key. */
export interface Places {
  /** The status for a client that finds no place; undefined if there is one. */
  refusal(key: string | undefined): 503 | 429 | undefined
  /** Returns a function that gives the place back. */
  take(key: string | undefined): () => void
}

export function createPlaces(limits: { maxClients: number; maxClientsPerKey: number }): Places {
  let taken = 0
  const takenByKey = new Map<string, number>()

  function add(key: string | undefined, change: 1 | -1): void {
    taken += change
    if (key === undefined) return
    const count = (takenByKey.get(key) ?? 0) + change
    if (count === 0) takenByKey.delete(key)
    else takenByKey.set(key, count)
  }

  return {
    refusal(key) {
      if (taken >= limits.maxClients) return 503
      return key !== undefined && (takenByKey.get(key) ?? 0) >= limits.maxClientsPerKey ? 429 : undefined
    },
    take(key) {
      add(key, 1)
      return () => add(key, -1)
    },
  }
}
