import { createEventSource, type EventSourceOptions, type UndeclaredEvents } from '../../src/entries/index.js'
import { putUp, type RemoteStream } from '../server/remote.js'
import type { Script } from '../server/script.js'
import { type Case, type Context, type Need, type Open, quick, type SubjectTransport } from './case.js'
import { until, within } from './wait.js'

/** A place where the cases run, and what it offers. */
export interface Place {
  /** The scripted server; on the page's own origin, if there is one. */
  readonly server: string
  readonly otherServer?: string | undefined
  /** The build under test leaves redirects to the platform, as `dist/lean` does. */
  readonly hidesRedirects?: boolean
}

export function transportsOf(): readonly SubjectTransport[] {
  return typeof globalThis.EventSource === 'function' ? ['fetch', 'native', 'auto'] : ['fetch', 'auto']
}

/** Whether the case is written for this transport. */
export function takes({ transports }: Case, transport: SubjectTransport): boolean {
  return transports === undefined || transports.includes(transport)
}

/** Why a place cannot show cases about origins; false if it can. */
export function originsLacking(place: Place): Record<'same-origin' | 'other-origin', string | false> {
  const why = 'needs an origin of its own, as in a browser'
  return {
    'same-origin': new URL(place.server).origin !== globalThis.location?.origin && why,
    'other-origin': place.otherServer === undefined && why,
  }
}

/** Why this place cannot show the case with this transport; undefined if it can. */
export function whyNot({ needs = [] }: Case, transport: SubjectTransport, place: Place): string | undefined {
  const hasNative = typeof globalThis.EventSource === 'function'
  const lacks: Record<Need, string | false> = {
    native: !hasNative && 'needs an EventSource',
    'no-native': hasNative && 'is about places without an EventSource',
    // Pages and workers, and environments that imitate them, have a location, and hide the targets of redirects.
    'visible-redirects':
      (place.hidesRedirects || globalThis.location !== undefined) &&
      'needs a fetch that shows the targets of redirects',
    ...originsLacking(place),
  }
  const needed: readonly Need[] = transport === 'native' ? ['native', ...needs] : needs
  return needed.map((need) => lacks[need]).find((reason) => reason !== false)
}

/** Whether the case can be shown here. */
export function applies(example: Case, transport: SubjectTransport, place: Place): boolean {
  return takes(example, transport) && whyNot(example, transport, place) === undefined
}

/** Runs one case and checks what every case must keep: nothing stays open, and no exception goes unnoticed. */
export async function runCase(example: Case, transport: SubjectTransport, place: Place): Promise<void> {
  const streams: RemoteStream[] = []
  const sources: { close(): void }[] = []
  const reported: unknown[] = []
  const { reportError } = globalThis
  globalThis.reportError = (error) => reported.push(error)

  async function putUpAt(server: string, script: Script | Script['connections']): Promise<RemoteStream> {
    const stream = await putUp(server, 'connections' in script ? script : { connections: script })
    streams.push(stream)
    return stream
  }

  // Its two signatures differ only in what they infer.
  const open = ((stream: RemoteStream, options?: EventSourceOptions<UndeclaredEvents>) => {
    const source = createEventSource(stream.url, { transport, reconnection: quick, ...options })
    sources.push(source)
    return source
  }) as Open

  const context: Context = {
    transport,
    reported,
    serve: (script) => putUpAt(place.server, script),
    serveElsewhere(script) {
      if (place.otherServer === undefined) throw new Error('There is no other origin here.')
      return putUpAt(place.otherServer, script)
    },
    open,
  }

  try {
    // Before a test runner gives up: what a case has opened must not disturb the next one.
    await within(example.run(context), 'the end of the case', 15_000)
    for (const source of sources) source.close()
    for (const stream of streams) {
      await until(async () => (await stream.report()).open === 0, 'the server to count no open connection')
    }
    if (reported.length > 0) throw new AggregateError(reported, `Exceptions were reported: ${reported.join('; ')}`)
  } finally {
    for (const source of sources) source.close()
    // Back to what it was, even undefined: the source asks with `typeof`.
    globalThis.reportError = reportError
  }
}
