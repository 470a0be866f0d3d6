import type { RelayedEvent } from './relay.js'

/** The latest events of a member, oldest first: from them, it serves others, and recognises what it already has. */
export interface Memory {
  /** The last event ID before the first of `events`. */
  readonly base: string
  readonly events: readonly RelayedEvent[]
  /** The length of their data, in characters. */
  readonly size: number
  /** The latest event of each type, if a new member may ask for them. */
  readonly latest: ReadonlyMap<string, RelayedEvent> | undefined
}

/** How many events are remembered at least, if they are not too large. */
const MAX_EVENTS = 2000
/** How many characters of data are remembered. */
const MAX_SIZE = 4_000_000
/** For how many event types the latest event is kept. */
const MAX_TYPES = 100

export function createMemory(base: string, keepsLatest: boolean): Memory {
  return { base, events: [], size: 0, latest: keepsLatest ? new Map() : undefined }
}

/** The same without the events that are in order: those that follow are at another place of the stream. */
export function restart(memory: Memory, base: string): Memory {
  return { ...memory, base, events: [], size: 0 }
}

export function remember(memory: Memory, added: readonly RelayedEvent[]): Memory {
  const events = memory.events.concat(added)
  const size = added.reduce((sum, { data }) => sum + data.length, memory.size)
  return trim({ ...memory, events, size, latest: memory.latest && updateLatest(memory.latest, added) })
}

/** Rarely, and then by half: dropping one event at a time would copy the list for each. */
function trim(memory: Memory): Memory {
  const { events, size } = memory
  if (events.length <= 2 * MAX_EVENTS && size <= MAX_SIZE) return memory
  let left = size
  let first = 0
  while (events.length - first > MAX_EVENTS || left > MAX_SIZE / 2) left -= events[first++]!.data.length
  return { ...memory, base: events[first - 1]!.lastEventId, events: events.slice(first), size: left }
}

function updateLatest(
  latest: ReadonlyMap<string, RelayedEvent>,
  added: readonly RelayedEvent[],
): ReadonlyMap<string, RelayedEvent> {
  const next = new Map(latest)
  for (const event of added) {
    // Deleted first, so that the map is in the order of arrival.
    next.delete(event.event)
    next.set(event.event, event)
    if (next.size > MAX_TYPES) next.delete(next.keys().next().value!)
  }
  return next
}

/** The remembered events after this ID; undefined if it is empty or not remembered. */
export function eventsAfter({ base, events }: Pick<Memory, 'base' | 'events'>, id: string): RelayedEvent[] | undefined {
  if (id === '') return undefined
  for (let n = events.length - 1; n >= 0; n--) if (events[n]!.lastEventId === id) return events.slice(n + 1)
  return base === id ? Array.from(events) : undefined
}

/**
 * Drops the events that a member already has, because it was ahead of the new leader.
 *
 * @param skip - the events it has, in order
 */
export function sift(
  skip: readonly RelayedEvent[],
  events: readonly RelayedEvent[],
): { skip: readonly RelayedEvent[]; events: readonly RelayedEvent[] } {
  if (skip.length === 0) return { skip, events }
  let left = skip
  const wanted = events.filter((event) => {
    // Without an ID, only the very next one: the same heartbeat may well be sent twice.
    const candidates = event.id === undefined ? left.slice(0, 1) : left
    const at = candidates.findIndex(
      (had) => had.id === event.id && had.event === event.event && had.data === event.data,
    )
    if (at !== -1) left = left.slice(at + 1)
    // An unknown ID: the server goes on elsewhere, so nothing that follows is a repetition.
    else if (event.id !== undefined) left = []
    return at === -1
  })
  return { skip: left, events: wanted }
}
