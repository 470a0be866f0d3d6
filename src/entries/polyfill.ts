/**
 * `everstream/polyfill`: puts the class in place as the global `EventSource` where there is none. It is the one entry whose
 * import changes something.
 */
import { EventSource } from '../event-source/event-source.js'

if (typeof globalThis.EventSource !== 'function') {
  // Web IDL: "the interface object ... { [[Writable]]: true, [[Enumerable]]: false, [[Configurable]]: true }"
  Object.defineProperty(globalThis, 'EventSource', { value: EventSource, writable: true, configurable: true })
}
