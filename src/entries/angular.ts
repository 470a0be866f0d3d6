/** `everstream/angular`: sources as signals, for Angular 18 and later, with and without zone.js. */
export { injectEventSource } from '../adapters/angular/inject-event-source.js'
export { injectEvent, injectEvents, injectLatest, injectStatus, injectView } from '../adapters/angular/views.js'
