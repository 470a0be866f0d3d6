/** `everstream/react`: hooks for React 18.2 and later, which is an optional peer dependency. */
export { useEvent } from '../adapters/react/use-event.js'
export { type FactoryOptions, useEventSource } from '../adapters/react/use-event-source.js'
export { useEvents } from '../adapters/react/use-events.js'
export { useLatest } from '../adapters/react/use-latest.js'
export { useStatus } from '../adapters/react/use-status.js'
