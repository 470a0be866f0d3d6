/**
 * The event handlers of an object: `onmessage` and the like. HTML standard, 8.1.8.1.
 *
 * Each handler is one listener and keeps the position at which it was first set: "Activate an event handler: if
 * eventHandler's listener is not null, then return. ... Add an event listener with eventTarget and listener."
 */
export interface EventHandlers {
  get(type: string): object | null
  set(type: string, value: unknown): void
}

export function createEventHandlers(target: EventTarget): EventHandlers {
  const active = new Map<string, { handler: object; readonly listener: (event: Event) => void }>()
  return {
    get: (type) => active.get(type)?.handler ?? null,
    set(type, value) {
      const before = active.get(type)
      // Web IDL, [LegacyTreatNonObjectAsNull]: what is not an object counts as null. The object need not be callable.
      if ((typeof value !== 'object' && typeof value !== 'function') || value === null) {
        // "If the given value is null, then deactivate an event handler given eventTarget and name."
        if (before) target.removeEventListener(type, before.listener)
        active.delete(type)
      } else if (before) before.handler = value
      else {
        const added = { handler: value, listener: (event: Event) => invoke(added.handler, target, event) }
        active.set(type, added)
        if (!callsHandlers()) target.addEventListener(type, added.listener)
      }
    },
  }
}

/** Whether the platform's EventTarget calls `on...` attributes itself: workerd's does, before all listeners. */
function callsHandlers(): boolean {
  let called = false
  const probe = Object.defineProperty(new EventTarget(), 'onprobe', {
    get() {
      called = true
      return null
    },
  })
  probe.dispatchEvent(new Event('probe'))
  return called
}

/**
 * "Invoke callback with « event », "rethrow", and with callback this value set to event's currentTarget." It is
 * passed in, because Node 20 clears `event.currentTarget` after the first listener.
 */
function invoke(handler: object, currentTarget: EventTarget, event: Event): void {
  if (typeof handler !== 'function') return
  const returned: unknown = Reflect.apply(handler, currentTarget, [event])
  // "If return value is false, then set event's canceled flag."
  if (returned === false) event.preventDefault()
}
