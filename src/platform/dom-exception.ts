/** Creates a DOMException, or an error of the same name if the runtime has no DOMException. */
export function createDomException(message: string, name: string): Error {
  return typeof globalThis.DOMException === 'function'
    ? new DOMException(message, name)
    : Object.assign(new Error(message), { name })
}
