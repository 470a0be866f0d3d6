import { putUp, type RemoteStream } from '../../server/remote.js'
import { until, within } from '../wait.js'
import type { EventSourceClass, StandardCase } from './cases.js'

/** Runs one case with a class, and leaves nothing open. */
export async function runStandardCase(
  example: StandardCase,
  EventSource: EventSourceClass,
  server: string,
): Promise<void> {
  const streams: RemoteStream[] = []
  const sources: EventSource[] = []
  try {
    const run = example.run({
      EventSource,
      async serve(script) {
        const stream = await putUp(server, 'connections' in script ? script : { connections: script })
        streams.push(stream)
        return stream
      },
      open(stream, init) {
        const source = new EventSource(stream.url, init)
        sources.push(source)
        return source
      },
    })
    await within(run, 'the end of the case', 15_000)
  } finally {
    for (const source of sources) source.close()
  }
  for (const stream of streams) {
    await until(async () => (await stream.report()).open === 0, 'the server to count no open connection')
  }
}
