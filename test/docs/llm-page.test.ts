import { afterEach, beforeEach, expect, test, vi } from 'vitest'
import { readEvents } from '../../src/entries/event-stream.js'
import {
  ConnectionError,
  createEventSource,
  exponentialBackoff,
  type TypedEventSource,
} from '../../src/entries/index.js'
import { createTestServer, installManualClock, type ManualClock, type TestServer } from '../../src/entries/testing.js'
import { codeOf, regionsOf } from './page.js'

interface Tokens {
  token: string
  done: { reason: string }
}

let server: TestServer<Tokens>
let clock: ManualClock
let close: (() => void) | undefined
const shown: unknown[] = []
const show = (text: unknown): void => void shown.push(text)

beforeEach(() => {
  server = createTestServer<Tokens>()
  vi.stubGlobal('fetch', server.fetch)
  clock = installManualClock()
})
afterEach(() => {
  close?.()
  close = undefined
  shown.length = 0
  clock.restore()
  vi.unstubAllGlobals()
})

test('the page has the code that is tested', () => {
  expect([...codeOf('llm.md')]).toEqual([...regionsOf('test/docs/llm-page.test.ts')])
})

async function readByLoop(question: string, signal: AbortSignal): Promise<void> {
  // #region Read an answer
  const response = await fetch('/chat', { method: 'POST', body: JSON.stringify({ question }), signal })
  for await (const { event, data } of readEvents(response, { endOn: 'done' })) {
    if (event === 'token') show(JSON.parse(data))
  }
  // #endregion
}

test('reads an answer', async () => {
  const reading = readByLoop('Hi?', new AbortController().signal)
  await server.open()
  server.emit('token', 'Hel')
  server.emit('token', 'lo!')
  server.emit('done', { reason: 'stop' })
  await reading
  expect(shown).toEqual(['Hel', 'lo!'])
})

test('a stop throws the reason of the signal, a cut a ConnectionError', async () => {
  const controller = new AbortController()
  const stopped = readByLoop('Hi?', controller.signal)
  await server.open()
  server.emit('token', 'Hel')
  await vi.waitFor(() => expect(shown).toEqual(['Hel']))
  controller.abort()
  await expect(stopped).rejects.toMatchObject({ name: 'AbortError' })
  const cut = readByLoop('Hi?', new AbortController().signal)
  await server.open()
  server.end()
  await expect(cut).rejects.toMatchObject({ name: 'ConnectionError', failure: { kind: 'ended' } })
})

/** What the page does with the answer of its own server. */
function resume(question: string, stopButton: HTMLButtonElement): { reading: Promise<void> } {
  // #region Ask once, and resume after a cut
  const stopping = new AbortController()
  const answer: TypedEventSource<Tokens> = createEventSource<Tokens>('/chat/42', {
    method: ({ lastEventId }) => (lastEventId === '' ? 'POST' : 'GET'),
    body: ({ lastEventId }) => (lastEventId === '' ? JSON.stringify({ question }) : undefined),
    reconnection: exponentialBackoff({ shouldReconnect: ({ fatal }) => !fatal && answer.lastEventId !== '' }),
    endOn: 'done',
    signal: stopping.signal,
  })
  stopButton.addEventListener('click', () => {
    stopping.abort()
    void fetch('/chat/42', { method: 'DELETE' })
  })
  // #endregion
  ;({ close } = answer)
  const read = async (): Promise<void> => {
    for await (const { data } of answer.events('token')) show(data)
  }
  return { reading: read() }
}

test('asks once: a cut is resumed by GET', async () => {
  const { reading } = resume('Hi?', document.createElement('button'))
  await server.open()
  server.emit('token', 'Hel', { id: '1' })
  server.cut('token', 'lo!', { id: '2' })
  await vi.waitFor(() => clock.next())
  await server.open()
  server.emit('token', 'lo!', { id: '2' })
  server.emit('done', { reason: 'stop' })
  await reading
  expect(shown).toEqual(['Hel', 'lo!'])
  expect(server.requests.map(({ method, lastEventId, body }) => [method, lastEventId, body])).toEqual([
    ['POST', '', '{"question":"Hi?"}'],
    ['GET', '1', undefined],
  ])
})

test('does not ask again if nothing has arrived', async () => {
  const { reading } = resume('Hi?', document.createElement('button'))
  await server.open()
  server.end()
  await expect(reading).rejects.toThrow(ConnectionError)
  expect(server.requests).toHaveLength(1)
})

test('stop ends the loop without an error, and says so to the server', async () => {
  const button = document.createElement('button')
  const { reading } = resume('Hi?', button)
  await server.open()
  server.emit('token', 'Hel', { id: '1' })
  await vi.waitFor(() => expect(shown).toEqual(['Hel']))
  button.click()
  await reading
  await vi.waitFor(() => expect(server.requests.map(({ method }) => method)).toEqual(['POST', 'DELETE']))
  await server.noContent()
})

test('an error in the stream is a failure', async () => {
  // #region Errors in the stream
  const answer = createEventSource<Tokens>('/chat/42', {
    endOn({ event, data }) {
      if (event === 'error') throw new ConnectionError({ kind: 'reported', fatal: true, message: data })
      return event === 'done'
    },
  })
  // #endregion
  ;({ close } = answer)
  const next = answer.events('token').next()
  await server.open()
  server.write('event: error\ndata: overloaded\n\n')
  await expect(next).rejects.toMatchObject({ failure: { kind: 'reported', message: 'overloaded' } })
})
