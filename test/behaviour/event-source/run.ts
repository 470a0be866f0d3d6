import { putUp, type RemoteStream } from '../../server/remote.js'
import type { Script } from '../../server/script.js'
import type { Place } from '../run.js'
import { until, within } from '../wait.js'
import type { EventSourceCase, EventSourceClass, Need } from './case.js'

export function applies({ needs = [] }: EventSourceCase, place: Place): boolean {
  const offers: Record<Need, boolean> = {
    browser: globalThis.location !== undefined,
    'same-origin': new URL(place.server).origin === globalThis.location?.origin,
    'other-origin': place.otherServer !== undefined,
  }
  return needs.every((need) => offers[need])
}

/** Runs one case with a class, and leaves nothing open. */
export async function runCase(example: EventSourceCase, EventSource: EventSourceClass, place: Place): Promise<void> {
  const streams: RemoteStream[] = []
  const sources: EventSource[] = []

  async function putUpAt(server: string | undefined, script: Script | Script['connections']): Promise<RemoteStream> {
    if (server === undefined) throw new Error('There is no other origin here.')
    const stream = await putUp(server, 'connections' in script ? script : { connections: script })
    streams.push(stream)
    return stream
  }

  const run = example.run({
    EventSource,
    serve: (script) => putUpAt(place.server, script),
    serveElsewhere: (script) => putUpAt(place.otherServer, script),
    open(target, init) {
      const source = new EventSource(typeof target === 'string' ? target : target.url, init)
      sources.push(source)
      return source
    },
  })
  try {
    await within(run, 'the end of the case', 15_000)
  } finally {
    for (const source of sources) source.close()
  }
  for (const stream of streams) {
    await until(async () => (await stream.report()).open === 0, 'the server to count no open connection')
  }
}
