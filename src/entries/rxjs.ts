/**
 * `everstream/rxjs`: events as observables. Stores are observables without an adapter: `from(source.status)` and
 * `from(source.store(type))`.
 */
export { fromEvents } from '../adapters/rxjs/from-events.js'
