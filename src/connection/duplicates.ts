/**
 * Tells whether an ID was there before, among the latest `limit` of them. Without a limit, none ever was.
 *
 * The empty ID is none: a server sends it to take the last one back.
 *
 * @param lastEventId - the one that was there before all others
 */
export function createDuplicateFilter(limit = 0, lastEventId = ''): (id: string) => boolean {
  // In the order in which they came.
  const latest = new Set([lastEventId])
  return (id) => {
    if (limit === 0 || id === '') return false
    if (latest.has(id)) return true
    latest.add(id)
    if (latest.size > limit) latest.delete(latest.values().next().value!)
    return false
  }
}
