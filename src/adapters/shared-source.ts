import { createEventSource } from '../client/create-event-source.js'
import type { UndeclaredEvents } from '../client/events.js'
import type { TypedEventSource } from '../client/typed-event-source.js'
import { isFinal } from '../connection/transition.js'
import { keyOf, type SharedOptions } from './source-key.js'

/** The events of a source are not known here: each adapter's public function declares them. */
export type AnySource = TypedEventSource<UndeclaredEvents>

/** A source and all components that use it. */
export interface SharedSource {
  readonly source: AnySource
  /** Replaces the options that are functions, so that the source calls those of the latest render. */
  readonly update: (options: SharedOptions) => void
  /**
   * Counts a component. The source is connected from the first one until 1 s after the last one released it, so that it
   * survives a change of views.
   *
   * @returns a function that releases the source; calling it again does nothing
   */
  readonly hold: () => () => void
}

interface Entry extends SharedSource {
  readonly users: number
}

/** Sources that no component holds are idle and need no closing. As many are kept, because some are still rendered. */
const MAX_UNUSED = 256

const entries = new Map<string, Entry>()

/**
 * Returns the source of all components that ask for the same key, and creates it if there is none. A new one is idle:
 * it has no connection and no timer, so that a render that is thrown away, or a server, has nothing to close.
 *
 * @param from - a URL, or a function that returns a source that connects while something listens
 * @throws what `createEventSource` throws; TypeError for a factory without a key; Error if its source is not idle
 */
export function shareSource(
  caller: string,
  from: string | URL | (() => AnySource),
  options: SharedOptions = {},
): SharedSource {
  const key = keyOf(caller, from, options)
  const known = entries.get(key)
  // A source that was closed for good stays closed for those who have it, but not for those who come later.
  if (known !== undefined && (known.users > 0 || !isFinal(known.source.status.get()))) return known
  const created = createEntry(key, caller, from, options)
  dropUnused()
  entries.set(key, created)
  return created
}

function createEntry(
  key: string,
  caller: string,
  from: string | URL | (() => AnySource),
  options: SharedOptions,
): Entry {
  let current = options
  let users = 0
  const source = typeof from === 'function' ? create(caller, from) : open(from, options, () => current)
  const entry: Entry = {
    source,
    get users() {
      return users
    },
    update(next) {
      current = next
    },
    hold() {
      users += 1
      // It may have been dropped between the render and now.
      if (!entries.has(key)) entries.set(key, entry)
      const release = source.hold()
      let isHeld = true
      return () => {
        if (!isHeld) return
        isHeld = false
        users -= 1
        release()
      }
    },
  }
  return entry
}

function create(caller: string, factory: () => AnySource): AnySource {
  const source = factory()
  if (source.status.get().state === 'idle') return source
  source.close()
  throw new Error(
    `${caller}: the factory must return a source that is idle until something listens to it; ` +
      "pass connect: 'while-listening' to createEventSource.",
  )
}

function open(url: string | URL, options: SharedOptions, current: () => SharedOptions): AnySource {
  const entriesOf = Object.entries(options).map(([name, value]) => [
    name,
    typeof value === 'function' ? callLatest(name as keyof SharedOptions, current) : value,
  ])
  return createEventSource(url, { ...Object.fromEntries(entriesOf), connect: 'while-listening' })
}

type AnyFunction = (...given: unknown[]) => unknown

function callLatest(name: keyof SharedOptions, current: () => SharedOptions): AnyFunction {
  return (...given) => (current()[name] as AnyFunction)(...given)
}

function dropUnused(): void {
  const unused = Array.from(entries).filter(([, { users }]) => users === 0)
  for (const [key] of unused.slice(0, -MAX_UNUSED)) entries.delete(key)
}
