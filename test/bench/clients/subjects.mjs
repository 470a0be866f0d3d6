/**
 * Clients for Node, each as `(url, onData, onDone) => close`. `onData` gets every payload as text; `onDone` is called
 * at the event `done`, after all others. Imported one by one, so that a measured process holds only its own client.
 */
export const subjects = {
  /** The lower limit for every client. It reads the bytes and looks for the end of the last event. */
  'bare fetch + read': async () => (url, _, onDone) => {
    const controller = new AbortController()
    void (async () => {
      const { body } = await fetch(url, { signal: controller.signal })
      const end = 'event: done\ndata: {}\n\n'
      let tail = new Uint8Array()
      for await (const chunk of body) {
        tail =
          chunk.length >= end.length ? chunk.subarray(-end.length) : Buffer.concat([tail, chunk]).subarray(-end.length)
        if (Buffer.from(tail).toString() === end) onDone()
      }
    })().catch(() => {})
    return () => controller.abort()
  },

  everstream: async () => {
    const { createEventSource } = await import('../../../dist/index.js')
    return (url, onData, onDone) => {
      const source = createEventSource(url, { transport: 'fetch', parse: 'text' })
      source.on('message', ({ data }) => onData(data))
      source.on('done', onDone)
      return source.close
    }
  },

  'eventsource-client': async () => {
    const { createEventSource } = await import('eventsource-client')
    return (url, onData, onDone) => {
      const source = createEventSource({
        url,
        onMessage: ({ event, data }) => (event === 'done' ? onDone() : onData(data)),
      })
      return () => source.close()
    }
  },

  eventsource: async () => {
    const { EventSource } = await import('eventsource')
    return native(EventSource)
  },

  'undici EventSource': async () => {
    // undici 8 needs a newer Node than the oldest that we test.
    const { EventSource } = await import('undici7')
    return native(EventSource)
  },

  '@microsoft/fetch-event-source': async () => {
    // It needs the globals of a page to run in Node: here is the minimum.
    globalThis.window = globalThis
    globalThis.document = { hidden: false, addEventListener() {}, removeEventListener() {} }
    const { fetchEventSource } = await import('@microsoft/fetch-event-source')
    return (url, onData, onDone) => {
      const controller = new AbortController()
      void fetchEventSource(url, {
        signal: controller.signal,
        onmessage: ({ event, data }) => (event === 'done' ? onDone() : onData(data)),
      })
      return () => controller.abort()
    }
  },
}

function native(EventSource) {
  return (url, onData, onDone) => {
    const source = new EventSource(url)
    source.addEventListener('message', ({ data }) => onData(data))
    source.addEventListener('done', onDone)
    return () => source.close()
  }
}
