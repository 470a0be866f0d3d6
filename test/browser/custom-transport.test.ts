import { describe, expect, inject, onTestFinished, test } from 'vitest'
import { xhrTransport } from '../../docs/examples/xhr-transport.js'
import { createEventSource, type EventSourceOptions } from '../../src/entries/index.js'
import type { TypedEventSource } from '../../src/entries/index.js'
import { numbered, quick, tick, type Ticks, ticks } from '../behaviour/case.js'
import { collect, reach, until } from '../behaviour/wait.js'
import { putUp, type RemoteStream } from '../server/remote.js'
import { type ConnectionScript, SCRIPT_SERVER_PATH } from '../server/script.js'

const server = `${location.origin}${SCRIPT_SERVER_PATH}`

async function serve(connections: readonly ConnectionScript[]): Promise<RemoteStream> {
  return putUp(server, { connections })
}

function open(url: string, options: EventSourceOptions<Ticks> = {}): TypedEventSource<Ticks> {
  const source = createEventSource<Ticks>(url, { transport: xhrTransport, reconnection: quick, ...options })
  onTestFinished(() => source.close())
  return source
}

describe('the transport of the documentation, over XMLHttpRequest', () => {
  test('delivers events as they arrive, and close() ends the request', async () => {
    const stream = await serve([{ steps: [ticks(1)] }])
    const source = open(stream.url)
    const seen = collect(source, 'tick')
    await until(() => seen.length === 1, 'the first tick')
    expect(source.status.get()).toMatchObject({ state: 'open', transport: 'xhr', resumed: false })
    await stream.perform({ send: tick(2).slice(0, 9) }, { send: tick(2).slice(9) })
    await until(() => seen.length === 2, 'the second tick')
    source.close()
    await until(async () => (await stream.report()).open === 0, 'the server to be left')
  })

  test.each(['end', 'cut'] as const)('resumes from the last event ID after: %s', async (how) => {
    const stream = await serve([{ steps: [{ send: numbered(1) }] }, { steps: [{ send: numbered(2) }] }])
    const source = open(stream.url)
    const seen = collect(source, 'tick')
    // XMLHttpRequest loses unread data when the connection is cut.
    await until(() => seen.length === 1, 'the first tick')
    await stream.perform(how)
    await until(() => seen.length === 2, 'both ticks')
    expect(seen).toEqual([1, 2])
    expect(source.status.get()).toMatchObject({ state: 'open', resumed: true })
    expect((await stream.requests())[1]?.headers).toMatchObject({ 'last-event-id': '1', accept: 'text/event-stream' })
  })

  test('reconnects after a 503, gives up on a 404, and stops on a 204', async () => {
    const passing = open((await serve([{ status: 503 }, { steps: [ticks(1)] }])).url)
    await reach(passing, 'open')
    const gone = open((await serve([{ status: 404 }])).url)
    expect(await reach(gone, 'closed')).toMatchObject({ reason: 'failed', failure: { kind: 'http', status: 404 } })
    const over = open((await serve([{ status: 204 }])).url)
    expect(await reach(over, 'closed')).toEqual({ state: 'closed', reason: 'ended-by-server' })
  })

  test('connects to another origin if it allows it', async () => {
    const stream = await putUp(inject('scriptServer'), { connections: [{ steps: [ticks(1)] }] })
    const seen = collect(open(stream.url), 'tick')
    await until(() => seen.length === 1, 'the tick')
    const forbidden = await putUp(inject('scriptServer'), { cors: false, connections: [{}] })
    const source = open(forbidden.url, { reconnection: false })
    expect(await reach(source, 'closed')).toMatchObject({ failure: { kind: 'network' } })
  })

  test('reports a comment as activity, which keeps the stream from being idle', async () => {
    const stream = await serve([{ steps: [{ send: ': hello\n\n' }] }])
    const source = open(stream.url, { idleTimeout: 1500, reconnection: false })
    await reach(source, 'open')
    const opened = Date.now()
    while (Date.now() - opened < 2500) {
      await stream.perform({ send: ': still here\n\n' })
      await new Promise((resolve) => setTimeout(resolve, 200))
    }
    expect(source.status.get().state).toBe('open')
    expect((await reach(source, 'closed')).failure?.kind).toBe('idle')
  })
})
