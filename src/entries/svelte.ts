/** `everstream/svelte`: sources as stores, for Svelte 4 and for Svelte 5 with and without runes. */
export { useEventSource } from '../adapters/svelte/use-event-source.js'
export { useEvent, useEvents, useLatest, useStatus, useView } from '../adapters/svelte/views.js'
