/** How a native EventSource has read one stream. */
export interface NativeReading {
  readonly events: { event: string; data: string; lastEventId: string }[]
}

/**
 * Runs in the page: reads each stream to its end with the browser's own EventSource, a few at a time, because a browser
 * opens at most six connections to one server.
 */
export async function readNatively(streams: { path: string; types: string[] }[]): Promise<NativeReading[]> {
  const readings: NativeReading[] = []
  let next = 0

  async function readSome(): Promise<void> {
    for (let index = next++; index < streams.length; index = next++) {
      const { path, types } = streams[index] as (typeof streams)[number]
      const reading: NativeReading = { events: [] }
      readings[index] = reading
      await new Promise<void>((resolve) => {
        const source = new EventSource(path)
        const listen = (message: Event): void => {
          if (!(message instanceof MessageEvent)) return
          reading.events.push({ event: message.type, data: String(message.data), lastEventId: message.lastEventId })
        }
        for (const type of types) source.addEventListener(type, listen)
        source.addEventListener('error', (event) => {
          if (event instanceof MessageEvent) return
          source.close()
          resolve()
        })
      })
    }
  }

  await Promise.all([readSome(), readSome(), readSome(), readSome()])
  return readings
}
