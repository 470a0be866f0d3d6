/**
 * `everstream/polyfill`: installs the class as the global `EventSource` if there is none. It is the only entry with
 * side effects.
 */
import { EventSource } from '../event-source/event-source.js'

if (typeof globalThis.EventSource !== 'function') {
  // Web IDL: "the interface object ... { [[Writable]]: true, [[Enumerable]]: false, [[Configurable]]: true }"
  Object.defineProperty(globalThis, 'EventSource', { value: EventSource, writable: true, configurable: true })
}
