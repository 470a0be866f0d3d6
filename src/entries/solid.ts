/** `everstream/solid`: sources as primitives for Solid 1.8 and later. */
export { useEventSource } from '../adapters/solid/use-event-source.js'
export { useEvent, useEvents, useLatest, useStatus, useView } from '../adapters/solid/views.js'
