import { putUp, type RemoteStream } from '../../server/remote.js'
import type { Script } from '../../server/script.js'
import { originsLacking, type Place } from '../run.js'
import { until, within } from '../wait.js'
import type { EventSourceCase, EventSourceClass, Need } from './case.js'

/** Why this place cannot show the case; undefined if it can. */
export function whyNot({ needs = [] }: EventSourceCase, place: Place): string | undefined {
  const lacks: Record<Need, string | false> = {
    browser: globalThis.location === undefined && 'needs a browser, with its cookies and its CORS',
    ...originsLacking(place),
  }
  return needs.map((need) => lacks[need]).find((reason) => reason !== false)
}

/** Runs one case with a class and closes everything. */
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
