/** `everstream/vue`: sources as composables, for Vue 3.4 and later. */
export { useEventSource } from '../adapters/vue/use-event-source.js'
export { useEvent, useEvents, useLatest, useStatus, useView } from '../adapters/vue/views.js'
