import { afterAll, beforeAll, expect, test, vi } from 'vitest'
import { type EventStreamMessage, readEvents } from '../../src/entries/event-stream.js'
import { run, startServer } from './program.js'

// A busy machine takes a while to start a process.
vi.setConfig({ testTimeout: 20_000 })

let server: Awaited<ReturnType<typeof startServer>>
beforeAll(async () => {
  server = await startServer()
})
afterAll(() => server.kill())

/** The first events of a new connection. */
async function read(count: number, lastEventId?: string): Promise<EventStreamMessage[]> {
  const headers: Record<string, string> = lastEventId === undefined ? {} : { 'last-event-id': lastEventId }
  const messages: EventStreamMessage[] = []
  for await (const message of readEvents(await fetch(`${server.url}/stream`, { headers }))) {
    messages.push(message)
    if (messages.length === count) break
  }
  return messages
}

const places = (messages: readonly EventStreamMessage[]): number[] =>
  messages.map(({ id }) => Number(id?.split('-')[1]))

test('a first connection gets a snapshot, then every event after it', async () => {
  const messages = await read(10)
  expect(messages[0]?.event).toBe('snapshot')
  expect(messages[1]?.event).not.toBe('snapshot')
  const [first = 0, ...rest] = places(messages)
  expect(rest).toEqual(rest.map((_, index) => first + index + 1))
})

test('a connection with a last event ID continues without a gap, even if the ID is in the URL', async () => {
  const [, seen] = await read(5)
  const expected = places([seen!])[0]! + 1
  const [byHeader] = await read(1, seen!.id)
  expect(places([byHeader!])).toEqual([expected])

  const response = await fetch(`${server.url}/stream?lastEventId=${seen!.id}`)
  for await (const byParameter of readEvents(response)) {
    expect(places([byParameter])).toEqual([expected])
    break
  }
})

test.each(['not-one-of-ours', 'deadbeef-1', `0-${Number.MAX_SAFE_INTEGER}`])(
  'an unknown last event ID (%s) is answered with a snapshot',
  async (id) => {
    const [first] = await read(1, id)
    expect(first?.event).toBe('snapshot')
  },
)

test('an unknown fault is a 404', async () => {
  const { status } = await fetch(`${server.url}/faults/constructor`, { method: 'POST' })
  expect(status).toBe(404)
})

test('a port that is in use is reported in one sentence, and so is an invalid one', async () => {
  const second = run('docs/examples/demo/server.mjs', { port: server.port })
  expect(await second.exited).toBe(1)
  expect(second.output).toBe(
    `Port ${server.port} is taken by another program. Choose another: PORT=${server.port + 1} npm start\n`,
  )

  const third = run('docs/examples/demo/server.mjs', { port: 65_536 })
  expect(await third.exited).toBe(1)
  expect(third.output).toBe('PORT must be a number from 0 to 65535, and is "65536".\n')
})

test('SIGINT ends it at once with exit code 0, even with open streams, and the port is free', async () => {
  const first = await startServer()
  const response = await fetch(`${first.url}/stream`)
  first.interrupt()
  expect(await first.exited).toBe(0)
  await response.body?.cancel().catch(() => {})

  const second = await startServer(first.port)
  second.interrupt()
  expect(await second.exited).toBe(0)
})
