/** A DOMException, or an error of that name if the runtime has none. */
export function createDomException(message: string, name: string): Error {
  return typeof globalThis.DOMException === 'function'
    ? new DOMException(message, name)
    : Object.assign(new Error(message), { name })
}
