import fc from 'fast-check'
import { afterEach, describe, expect, test, vi } from 'vitest'
import {
  type Connection,
  CONNECTION_DEFAULTS,
  createConnection,
  type ConnectionOptions,
  type Reconnection,
} from '../../src/connection/connection.js'
import { createAddress, type UrlOption } from '../../src/client/address.js'
import type { Address } from '../../src/connection/address.js'
import type { ConnectionStatus } from '../../src/connection/status.js'
import type { ConnectionFailure } from '../../src/failure/connection-failure.js'
import type { EventStreamMessage } from '../../src/event-stream/message.js'
import { exponentialBackoff } from '../../src/reconnection/backoff.js'
import type { AttemptContext } from '../../src/transport/attempt-context.js'
import type { Transport, TransportSession, TransportSink } from '../../src/transport/transport.js'
import { createEnvironment, createFakeTransport, type FakeTransport, type ManualEnvironment, settled } from './world.js'

const failure: ConnectionFailure = { kind: 'network', fatal: false, message: 'lost' }

interface World {
  connection: Connection
  environment: ManualEnvironment
  states: string[]
  messages: EventStreamMessage[]
  reconnections: Reconnection[]
}

function at(url: string): Address {
  return { current: url, resolve: () => url }
}

function create<T extends Transport>(transport: T, options: Partial<ConnectionOptions> = {}): World & { transport: T } {
  const environment = createEnvironment()
  const messages: EventStreamMessage[] = []
  const reconnections: Reconnection[] = []
  const connection = createConnection({
    address: at('http://sse.example/stream'),
    transport,
    reconnection: exponentialBackoff(),
    endIsMarked: false,
    ...CONNECTION_DEFAULTS,
    environment,
    onMessage: (message) => messages.push(message),
    onReconnect: (reconnection) => reconnections.push(reconnection),
    onClosed: () => {},
    ...options,
  })
  const states: string[] = []
  connection.status.subscribe(({ state }) => states.push(state))
  return { connection, environment, states, messages, reconnections, transport }
}

async function createOpen(options: Partial<ConnectionOptions> = {}): Promise<World & { transport: FakeTransport }> {
  const world = create(createFakeTransport(), options)
  world.connection.start()
  await settled()
  world.transport.last.sink.onOpen({ transport: 'fake', resumed: false })
  return world
}

async function loseOffline(url: string): Promise<ConnectionStatus> {
  const { connection, environment, transport } = await createOpen({ address: at(url) })
  environment.tell('offline', true)
  transport.last.sink.onEnd(failure)
  return connection.status.get()
}

function expectAtFault(connection: Connection, breach: string): void {
  expect(connection.status.get()).toMatchObject({
    state: 'closed',
    reason: 'failed',
    failure: {
      kind: 'application',
      fatal: true,
      message: expect.stringContaining(`The transport "fake" ${breach}`),
      cause: expect.any(TypeError),
    },
  })
}

async function reopen({ transport, environment }: World & { transport: FakeTransport }): Promise<TransportSink> {
  transport.last.sink.onEnd(failure)
  environment.advance(60_000)
  await settled()
  transport.last.sink.onOpen({ transport: 'fake', resumed: true })
  return transport.last.sink
}

afterEach(() => void vi.unstubAllGlobals())

describe('a connection', () => {
  test('opens in a microtask, so that the types of the same turn are known', async () => {
    const { connection, transport, states } = create(createFakeTransport({ selective: true }))
    connection.start()
    connection.listen('price')
    expect(transport.sessions).toHaveLength(0)
    expect(states).toEqual(['idle', 'connecting'])
    await settled()
    expect(transport.last.request).toMatchObject({ url: 'http://sse.example/stream', attempt: 0, lastEventId: '' })
    expect(transport.last.request.types).toEqual(new Set(['price']))
    connection.listen('news')
    connection.listen('news')
    expect(transport.last.types).toEqual(['news'])
  })

  test('passes the last event ID and the reason to the next attempt', async () => {
    const { connection, transport, environment } = await createOpen()
    transport.last.sink.onLastEventId('7')
    transport.last.sink.onEnd(failure)
    expect(connection.lastEventId).toBe('7')
    environment.advance(3000)
    await settled()
    expect(transport.sessions).toHaveLength(2)
    expect(transport.last.request).toMatchObject({ attempt: 1, failure, lastEventId: '7', lastEventIdInUrl: false })
  })

  test('puts the last event ID into the URL if a parameter is named for it', async () => {
    const { connection, transport } = create(createFakeTransport(), { lastEventIdParam: 'last' })
    connection.start()
    await settled()
    expect(transport.last.request).toMatchObject({ url: 'http://sse.example/stream', lastEventIdInUrl: true })
    transport.last.sink.onOpen({ transport: 'fake', resumed: false })
    transport.last.sink.onLastEventId('a&b=ä')
    connection.reconnect()
    await settled()
    expect(transport.last.request.url).toBe('http://sse.example/stream?last=a%26b%3D%C3%A4')
  })

  test('reconnect() skips the wait', async () => {
    const { connection, transport, environment } = await createOpen()
    transport.last.sink.onEnd(failure)
    connection.reconnect()
    await settled()
    expect(transport.sessions).toHaveLength(2)
    expect(environment.timers).toBe(0)
    environment.advance(60_000)
    await settled()
    expect(transport.sessions).toHaveLength(2)
  })

  test('reconnect() replaces an open connection, whose late reports are ignored', async () => {
    const { connection, transport, messages, states } = await createOpen()
    const { last } = transport
    connection.reconnect()
    await settled()
    expect(last.closed).toBe(1)
    last.sink.onMessage({ event: 'message', data: 'late', id: '1' }, '')
    last.sink.onLastEventId('1')
    last.sink.onEnd(failure)
    last.sink.onReconnectionTime(1)
    last.sink.onInterrupted(failure)
    expect(messages).toEqual([])
    expect(connection.lastEventId).toBe('')
    expect(states).toEqual(['idle', 'connecting', 'open', 'connecting'])
  })

  test('close() while the previous session is being closed is final: nothing is opened afterwards', async () => {
    const { connection, transport, environment } = await createOpen()
    transport.last.onClose = () => connection.close('close-called')
    connection.reconnect()
    await settled()
    expect(connection.status.get()).toMatchObject({ state: 'closed', reason: 'close-called' })
    expect([transport.sessions.length, environment.timers]).toEqual([1, 0])
  })

  test('close() while a lost session is being closed leaves no wait behind', async () => {
    const { connection, transport, environment } = await createOpen()
    transport.last.onClose = () => connection.close('close-called')
    transport.last.sink.onEnd(failure)
    expect(connection.status.get()).toMatchObject({ state: 'closed', reason: 'close-called' })
    expect(environment.timers).toBe(0)
  })

  test('reconnect() while the previous session is being closed opens one session, not two', async () => {
    const { connection, transport } = await createOpen()
    const [first] = transport.sessions
    first!.onClose = () => connection.reconnect()
    connection.reconnect()
    await settled()
    const open = transport.sessions.filter(({ closed }) => closed === 0)
    expect(open).toHaveLength(1)
    connection.close('close-called')
    expect(transport.sessions.every(({ closed }) => closed > 0)).toBe(true)
  })

  test('an exception from close() of a session is reported, and the session counts as closed', async () => {
    const reported = vi.fn<(error: unknown) => void>()
    vi.stubGlobal('reportError', reported)
    const { connection, transport } = await createOpen()
    transport.last.onClose = () => {
      throw new Error('mine')
    }
    connection.close('close-called')
    expect(connection.status.get()).toMatchObject({ state: 'closed' })
    expect(reported.mock.calls).toEqual([[new Error('mine')]])
  })

  test('a policy that throws a value that cannot be printed closes the connection like any other', async () => {
    vi.stubGlobal('reportError', () => {})
    const { connection, transport } = await createOpen({
      reconnection: () => {
        throw Object.create(null)
      },
    })
    transport.last.sink.onEnd(failure)
    expect(connection.status.get()).toMatchObject({
      state: 'closed',
      reason: 'failed',
      failure: { kind: 'application' },
    })
  })

  test('leaves the rest of the query unchanged, byte for byte', async () => {
    const query = '?flag&q=caf%E9&a=b%20c?&sig=~x'
    const { connection, transport } = create(createFakeTransport(), {
      address: at(`http://sse.example/${query}&last=0&l%61st=1`),
      lastEventIdParam: 'last',
      lastEventId: '7 8',
    })
    connection.start()
    await settled()
    expect(transport.last.request.url).toBe(`http://sse.example/${query}&last=7+8`)
  })

  test('data that an ended session still receives does not count for the next one', async () => {
    const { transport, environment } = await createOpen()
    const [ended] = transport.sessions
    ended!.sink.onEnd(failure)
    environment.advance(3000)
    await settled()
    transport.last.sink.onOpen({ transport: 'fake', resumed: false })
    ended!.sink.onActivity()
    environment.advance(60_000)
    transport.last.sink.onEnd(failure)
    environment.advance(60_000)
    await settled()
    expect(transport.last.request.attempt).toBe(2)
  })

  test.each([
    [true, 1],
    [false, 2],
  ])(
    'after a transport reconnected on its own, only data received from then on makes it healthy: %s',
    async (receives, attempt) => {
      const { transport, environment } = await createOpen()
      const { sink } = transport.last
      sink.onActivity()
      sink.onInterrupted(failure)
      sink.onOpen({ transport: 'fake', resumed: false })
      if (receives) sink.onActivity()
      environment.advance(60_000)
      sink.onEnd(failure)
      environment.advance(60_000)
      await settled()
      expect(transport.last.request.attempt).toBe(attempt)
    },
  )

  test('an open stream that hears only some types is replaced when every type is wanted', async () => {
    const { connection, transport } = create(createFakeTransport({ selective: true }))
    connection.start()
    await settled()
    connection.listenToEveryType()
    await settled()
    expect(transport.sessions.map(({ closed }) => closed)).toEqual([1, 0])
    expect(transport.last.request.types).toBe('every')
    connection.listen('price')
    expect(transport.last.types).toEqual([])
  })

  test('an open stream that hears every type is kept when every type is wanted', async () => {
    const { connection, transport } = await createOpen()
    connection.listenToEveryType()
    await settled()
    expect(transport.sessions).toHaveLength(1)
  })

  test('close() ends those who wait for a status that will not come', async () => {
    const { connection } = create(createFakeTransport())
    const waiting = connection.status.until(({ state }) => state === 'open')
    connection.close('close-called')
    await expect(waiting).rejects.toMatchObject({ name: 'AbortError' })
  })

  test('silence for idleTimeout is a loss; any activity restarts the time', async () => {
    const { connection, transport, environment } = await createOpen({ idleTimeout: 100 })
    environment.advance(60)
    transport.last.sink.onActivity()
    environment.advance(99)
    expect(connection.status.get().state).toBe('open')
    environment.advance(1)
    expect(connection.status.get()).toMatchObject({
      state: 'waiting',
      failure: {
        kind: 'idle',
        fatal: false,
        message: expect.stringContaining('from http://sse.example/stream for 100'),
      },
    })
    expect(transport.last.closed).toBe(1)
  })

  test('a slow answer does not shorten the idle time of the open stream', async () => {
    const { connection, transport, environment } = create(createFakeTransport(), { idleTimeout: 100 })
    connection.start()
    await settled()
    environment.advance(60)
    transport.last.sink.onOpen({ transport: 'fake', resumed: false })
    environment.advance(99)
    expect(connection.status.get().state).toBe('open')
  })

  test('an attempt that is never answered is idle too', async () => {
    const { connection, environment } = create(createFakeTransport(), { idleTimeout: 100 })
    connection.start()
    await settled()
    environment.advance(100)
    expect(connection.status.get()).toMatchObject({ state: 'waiting', failure: { kind: 'idle' } })
  })

  test('a transport that throws or ends in open() is a failure, not an exception', async () => {
    const error = new Error('mine')
    const thrower = create<Transport>({
      name: 'thrower',
      everyType: true,
      open: () => {
        throw error
      },
    })
    thrower.connection.start()
    await settled()
    expect(thrower.connection.status.get()).toMatchObject({
      state: 'closed',
      failure: { kind: 'application', cause: error },
    })

    const close = vi.fn<() => void>()
    const hasty = create<Transport>({
      name: 'hasty',
      everyType: true,
      open(_, sink) {
        sink.onEnd(failure)
        return { close }
      },
    })
    hasty.connection.start()
    await settled()
    expect(hasty.connection.status.get().state).toBe('waiting')
    expect(close).toHaveBeenCalledTimes(1)
  })

  test("the policy's exception is reported", async () => {
    const reported = vi.fn<(error: unknown) => void>()
    vi.stubGlobal('reportError', reported)
    const error = new Error('mine')
    const { connection, transport } = await createOpen({
      reconnection: () => {
        throw error
      },
    })
    transport.last.sink.onEnd(failure)
    expect(connection.status.get()).toMatchObject({ state: 'closed', reason: 'failed' })
    expect(reported.mock.calls).toEqual([[error]])
  })
})

describe('an obstacle', () => {
  test('is watched from start to end', async () => {
    const { connection, environment } = create(createFakeTransport())
    expect(environment.watchers).toBe(0)
    connection.start()
    connection.start()
    expect(environment.watchers).toBe(1)
    connection.close('close-called')
    expect(environment.watchers).toBe(0)
  })

  test('is watched even if reconnect() makes the first attempt', async () => {
    const { connection, environment } = create(createFakeTransport())
    connection.reconnect()
    environment.tell('frozen', true)
    expect(connection.status.get()).toEqual({ state: 'paused', reason: 'frozen' })
    connection.close('close-called')
    connection.reconnect()
    expect(environment.watchers).toBe(0)
  })

  test('is not watched if the connection was closed before the start', () => {
    const { connection, environment } = create(createFakeTransport())
    connection.close('close-called')
    connection.reconnect()
    expect(environment.watchers).toBe(0)
  })

  test('counts if it is already there at the start', async () => {
    const environment = createEnvironment()
    environment.tell('prerendering', true)
    const { connection, transport } = create(createFakeTransport(), { environment })
    connection.start()
    await settled()
    expect(connection.status.get()).toEqual({ state: 'paused', reason: 'prerendering' })
    expect(transport.sessions).toEqual([])
    environment.tell('prerendering', false)
    await settled()
    expect(transport.sessions).toHaveLength(1)
  })

  test('a frozen page releases its stream, and resumes it from the last event ID', async () => {
    const { connection, transport, environment } = await createOpen({ idleTimeout: 1000 })
    transport.last.sink.onLastEventId('7')
    environment.tell('frozen', true)
    expect(connection.status.get()).toEqual({ state: 'paused', reason: 'frozen' })
    expect(transport.last.closed).toBe(1)
    expect(environment.timers).toBe(0)
    environment.tell('frozen', false)
    await settled()
    expect(transport.last.request).toMatchObject({ lastEventId: '7', attempt: 0, failure: undefined })
  })

  test('a hidden page matters only if whenHidden says so', async () => {
    const indifferent = await createOpen()
    indifferent.environment.tell('hidden', true)
    expect(indifferent.connection.status.get().state).toBe('open')
    const pausing = await createOpen({ whenHidden: 'pause' })
    pausing.environment.tell('hidden', true)
    expect(pausing.connection.status.get()).toEqual({ state: 'paused', reason: 'hidden' })
  })

  test.each(['localhost:3000', 'api.localhost', '127.0.0.1', '127.1.2.3:81', '[::1]:3000'])(
    'a server on this machine (%s) is tried again while offline, because loopback works',
    async (host) => {
      expect((await loseOffline(`http://${host}/stream`)).state).toBe('waiting')
    },
  )

  test.each(['localhost.example', 'notlocalhost', '128.0.0.1', '[::2]'])('%s is not on this machine', async (host) => {
    expect(await loseOffline(`http://${host}/stream`)).toEqual({ state: 'paused', reason: 'offline' })
  })

  test('nothing is watched while the connection rests or has ended, and everything again afterwards', async () => {
    const { connection, environment } = await createOpen()
    connection.rest()
    expect([connection.status.get().state, environment.watchers]).toEqual(['idle', 0])
    environment.tell('frozen', true)
    connection.start()
    expect([connection.status.get().state, environment.watchers]).toEqual(['paused', 1])
    environment.tell('frozen', false)
    connection.end()
    expect([connection.status.get().state, environment.watchers]).toEqual(['closed', 0])
    connection.reconnect()
    expect([connection.status.get().state, environment.watchers]).toEqual(['connecting', 1])
    environment.tell('frozen', true)
    expect(connection.status.get()).toEqual({ state: 'paused', reason: 'frozen' })
    connection.close('close-called')
    connection.reconnect()
    expect(environment.watchers).toBe(0)
  })
})

/** Opened as most transports do: by a call without arguments. */
async function createPlain(options: Partial<ConnectionOptions> = {}) {
  const heard: unknown[] = []
  const world = create(createFakeTransport(), { onMessage: (...values) => heard.push(values), ...options })
  world.connection.start()
  await settled()
  world.transport.last.sink.onOpen()
  return { ...world, heard }
}

describe('a transport that calls only onOpen, onMessage and onEnd', () => {
  test('is open under its name, and its events have the origin of the request', async () => {
    const { connection, transport, heard } = await createPlain()
    expect(connection.status.get()).toMatchObject({ state: 'open', transport: 'fake', resumed: false })
    transport.last.sink.onMessage({ event: 'price', data: 'a' })
    transport.last.sink.onMessage({ event: 'price', data: 'b' }, 'http://other.example')
    expect(heard).toEqual([
      [{ event: 'price', data: 'a' }, 'http://sse.example', ''],
      [{ event: 'price', data: 'b' }, 'http://other.example', ''],
    ])
  })

  test('resumes from the ID of the last message with one', async () => {
    const { connection, transport, environment, heard } = await createPlain({ lastEventId: '6' })
    expect(connection.status.get()).toMatchObject({ resumed: true })
    transport.last.sink.onMessage({ event: 'price', data: 'a' })
    transport.last.sink.onMessage({ event: 'price', data: 'b', id: '7' })
    transport.last.sink.onMessage({ event: 'price', data: 'c' })
    expect(heard.map((values) => (values as unknown[])[2])).toEqual(['6', '7', '7'])
    transport.last.sink.onEnd(failure)
    environment.advance(3000)
    await settled()
    expect(transport.last.request.lastEventId).toBe('7')
    transport.last.sink.onOpen()
    expect(connection.status.get()).toMatchObject({ resumed: true })
    transport.last.sink.onMessage({ event: 'price', data: 'd', id: '' })
    expect([connection.lastEventId, heard.at(-1)]).toEqual(['', [expect.anything(), 'http://sse.example', '']])
  })

  test('may pass only the facts that differ when it opens', async () => {
    const { connection, transport } = create(createFakeTransport(), { lastEventId: '6' })
    connection.start()
    await settled()
    transport.last.sink.onOpen({ resumed: false })
    expect(connection.status.get()).toMatchObject({ transport: 'fake', resumed: false })
  })

  test.each<[string, (sink: TransportSink) => void]>([
    ['onMessage', (sink) => sink.onMessage({ event: 'price', data: '' })],
    ['onLastEventId', (sink) => sink.onLastEventId('7')],
    ['onReconnectionTime', (sink) => sink.onReconnectionTime(3000)],
    ['onActivity', (sink) => sink.onActivity()],
  ])('%s is activity', async (_, call) => {
    const { connection, transport, environment } = await createPlain({ idleTimeout: 1000 })
    for (let i = 0; i < 3; i++) {
      environment.advance(900)
      call(transport.last.sink)
      // oxlint-disable-next-line no-await-in-loop -- one after the other
      await settled()
    }
    environment.advance(900)
    expect(connection.status.get().state).toBe('open')
    environment.advance(100)
    expect(connection.status.get()).toMatchObject({ state: 'waiting', failure: { kind: 'idle' } })
  })
})

describe('the types of a request', () => {
  test('are a copy: later types are passed by listen()', async () => {
    const { connection, transport } = create(createFakeTransport({ selective: true }))
    connection.listen('price')
    connection.start()
    await settled()
    connection.listen('news')
    expect(transport.last.request.types).toEqual(new Set(['price']))
    expect(transport.last.types).toEqual(['news'])
  })

  test('that are added while the transport opens are passed afterwards', async () => {
    const listen = vi.fn<(type: string) => void>()
    const { connection } = create({
      name: 'mine',
      everyType: false,
      open(_, sink) {
        sink.onOpen()
        return { close() {}, listen }
      },
    })
    connection.status.subscribe(({ state }) => {
      if (state === 'open') connection.listen('news')
    })
    connection.listen('price')
    connection.start()
    await settled()
    expect(listen.mock.calls).toEqual([['news']])
  })
})

describe('a URL function, called on every attempt', () => {
  test('gets the attempt, the failure before it and the last event ID', async () => {
    const resolve = vi.fn(async ({ attempt }: AttemptContext) => `http://sse.example/${attempt}`)
    const { transport, environment } = await createOpen({ address: { current: undefined, resolve } })
    expect(transport.last.request.url).toBe('http://sse.example/0')
    transport.last.sink.onLastEventId('7')
    transport.last.sink.onEnd(failure)
    environment.advance(3000)
    await settled()
    expect(transport.last.request.url).toBe('http://sse.example/1')
    expect(resolve.mock.calls).toEqual([
      [{ attempt: 0, failure: undefined, lastEventId: '' }],
      [{ attempt: 1, failure, lastEventId: '7' }],
    ])
  })

  test('gives the URL that the failure of an idle stream names', async () => {
    const resolve = async (): Promise<string> => 'http://sse.example/0'
    const address = { current: undefined, resolve }
    const { connection, environment } = await createOpen({ address, idleTimeout: 100 })
    environment.advance(100)
    expect(connection.status.get().failure?.message).toContain('from http://sse.example/0 for 100 ms')
  })

  test.each<[string, UrlOption]>([
    [
      'throws',
      () => {
        throw new Error('no token')
      },
    ],
    ['rejects', () => Promise.reject(new Error('no token'))],
  ])('that %s is a failure of the application, and is called again', async (_, url) => {
    const { connection, environment, transport } = create(createFakeTransport(), {
      address: createAddress(url, String),
    })
    connection.start()
    await settled()
    expect(connection.status.get()).toMatchObject({
      state: 'waiting',
      failure: { kind: 'application', fatal: false, message: expect.stringContaining('no token') },
    })
    environment.advance(3000)
    await settled()
    expect(connection.status.get()).toMatchObject({ state: 'waiting', attempt: 2 })
    expect(transport.sessions).toEqual([])
  })

  test('that resolves after close() opens nothing', async () => {
    let tell: ((url: string) => void) | undefined
    const resolve = (): Promise<string> => new Promise((done) => (tell = done))
    const { connection, transport } = create(createFakeTransport(), { address: { current: undefined, resolve } })
    connection.start()
    await settled()
    connection.close('close-called')
    tell!('http://sse.example/')
    await settled()
    expect(transport.sessions).toEqual([])
  })

  test('that never resolves is ended by the idle timeout', async () => {
    const resolve = (): Promise<string> => new Promise(() => {})
    const { connection, environment } = create(createFakeTransport(), {
      address: { current: undefined, resolve },
      idleTimeout: 1000,
    })
    connection.start()
    await settled()
    environment.advance(1000)
    expect(connection.status.get()).toMatchObject({ state: 'waiting', failure: { kind: 'idle' } })
  })
})

describe('a transport that calls its sink wrongly', () => {
  const message = { event: 'message', data: '' }
  const opened = { transport: 'fake', resumed: false }
  // Possible in JavaScript.
  type AnySink = Record<keyof TransportSink, (...values: unknown[]) => void>

  test.each<[string, (sink: AnySink) => void]>([
    ['called onMessage before onOpen', (sink) => sink.onMessage(message, '')],
    ['called onActivity before onOpen', (sink) => sink.onActivity()],
    ['called onLastEventId before onOpen', (sink) => sink.onLastEventId('7')],
    ['called onReconnectionTime before onOpen', (sink) => sink.onReconnectionTime(1000)],
    ['called onOpen without a valid { transport, resumed }', (sink) => sink.onOpen({ ...opened, transport: 1 })],
    ['called onOpen without a valid { transport, resumed }', (sink) => sink.onOpen({ ...opened, resumed: 'yes' })],
    ["called onEnd without 'no-content' or { kind, fatal, message }", (sink) => sink.onEnd(new Error('mine'))],
    ["called onEnd without 'no-content' or { kind, fatal, message }", (sink) => sink.onEnd(null)],
    ...(['kind', 'fatal', 'message'] as const).map((name): [string, (sink: AnySink) => void] => [
      `called onEnd without 'no-content' or { kind, fatal, message }`,
      (sink) => sink.onEnd({ ...failure, [name]: undefined }),
    ]),
    ['called onInterrupted without { kind, fatal, message }', (sink) => sink.onInterrupted()],
  ])('is at fault, and the failure says so: %s', async (breach, call) => {
    const { connection, transport, environment } = create(createFakeTransport())
    connection.start()
    await settled()
    call(transport.last.sink as unknown as AnySink)
    expectAtFault(connection, breach)
    expect([transport.last.closed, environment.timers]).toEqual([1, 0])
  })

  test.each<[string, (sink: AnySink) => void]>([
    ['called onOpen twice', (sink) => sink.onOpen(opened)],
    ['called onMessage with something that is not a string', (sink) => sink.onMessage({ data: '' }, '')],
    ['called onMessage with something that is not a string', (sink) => sink.onMessage({ event: '' }, '')],
    ['called onMessage with something that is not a string', (sink) => sink.onMessage(undefined, '')],
    ['called onMessage with something that is not a string', (sink) => sink.onMessage({ ...message, id: 7 }, '')],
    ['called onMessage with something that is not a string', (sink) => sink.onMessage(message, 7)],
    ['called onLastEventId without a string', (sink) => sink.onLastEventId(7)],
    ['called onReconnectionTime without a number of ms', (sink) => sink.onReconnectionTime('soon')],
  ])('is at fault after it has opened, too: %s', async (breach, call) => {
    const { connection, transport, messages } = await createOpen()
    call(transport.last.sink as unknown as AnySink)
    expectAtFault(connection, breach)
    expect(messages).toEqual([])
  })

  test.each([[undefined], [null], [{}], [{ close: 1 }]])(
    'is at fault if it returns no session: %j',
    async (session) => {
      const open = (): TransportSession => session as TransportSession
      const { connection } = create({ name: 'fake', everyType: true, open })
      connection.start()
      await settled()
      expectAtFault(connection, 'returned no session with a close()')
    },
  )

  test('needs no session if it ends in open(), and does not end the next attempt', async () => {
    const open = vi.fn((_: unknown, sink: TransportSink) => {
      if (open.mock.calls.length === 1) return sink.onEnd(failure) as unknown as TransportSession
      return { close: () => {} }
    })
    const { connection } = create({ name: 'fake', everyType: true, open })
    connection.status.subscribe(({ state }) => {
      if (state === 'waiting') connection.reconnect()
    })
    connection.start()
    await settled()
    expect([connection.status.get().state, open.mock.calls.length]).toEqual(['connecting', 2])
  })

  test('may call onOpen again after an interruption', async () => {
    const { connection, transport } = await createOpen()
    transport.last.sink.onInterrupted(failure)
    transport.last.sink.onOpen(opened)
    expect(connection.status.get().state).toBe('open')
  })
})

describe('a reconnection', () => {
  test('is reported once the stream is open again, after the status and before the first event', async () => {
    const { connection, transport, environment, reconnections } = await createOpen()
    transport.last.sink.onLastEventId('7')
    transport.last.sink.onEnd(failure)
    environment.advance(3000)
    await settled()
    environment.advance(200)
    expect(reconnections).toEqual([])
    transport.last.sink.onOpen({ transport: 'fake', resumed: true })
    expect(connection.status.get().state).toBe('open')
    expect(reconnections).toEqual([{ resumed: true, continuity: 'unknown', lastEventId: '7', downtime: 3200 }])
  })

  test('is not reported if a status subscriber has closed the source', async () => {
    const { connection, transport, environment, reconnections } = await createOpen()
    transport.last.sink.onEnd(failure)
    environment.advance(3000)
    await settled()
    connection.status.subscribe(({ state }) => {
      if (state === 'open') connection.close('close-called')
    })
    transport.last.sink.onOpen({ transport: 'fake', resumed: true })
    expect(reconnections).toEqual([])
  })
})

test('is not reported if a status subscriber has replaced the connection', async () => {
  const { connection, transport, environment, reconnections } = await createOpen()
  transport.last.sink.onEnd(failure)
  environment.advance(3000)
  await settled()
  let replaced = false
  connection.status.subscribe(({ state }) => {
    if (state !== 'open' || replaced) return
    replaced = true
    connection.reconnect()
  })
  transport.last.sink.onOpen({ transport: 'fake', resumed: true })
  expect(reconnections).toEqual([])
  await settled()
  transport.last.sink.onOpen({ transport: 'fake', resumed: false })
  expect(reconnections).toMatchObject([{ resumed: false }])
})

describe('duplicateWindow', () => {
  const send = (sink: TransportSink, id: string | undefined, data: string): void => {
    sink.onMessage({ event: 'message', data, id }, '')
  }

  /** The events delivered after a reopening: `id data`, or `data` for one without an ID. */
  async function received(before: readonly string[], after: readonly string[], limit = 10): Promise<string[]> {
    const world = await createOpen({ duplicateWindow: limit })
    const sendAll = (sink: TransportSink, events: readonly string[]): void => {
      for (const event of events) {
        const [, id, data] = /^(?:(\S*) )?(\S+)$/.exec(event)!
        send(sink, id, data!)
      }
    }
    sendAll(world.transport.last.sink, before)
    const seen = world.messages.length
    sendAll(await reopen(world), after)
    return world.messages.slice(seen).map(({ data }) => data)
  }

  test('drops events from before the cut that the server sends again', async () => {
    expect(await received(['1 a', '2 b', '3 c'], ['2 b', '3 c', '4 d'])).toEqual(['d'])
  })

  test('drops nothing after the first new event: IDs may start over', async () => {
    expect(await received(['1 a', '2 b'], ['2 b', '3 c', '1 a', '2 b'])).toEqual(['c', 'a', 'b'])
  })

  test('drops nothing with other data: a restarted server may count from 1 again', async () => {
    expect(await received(['1 a', '2 b', '3 c'], ['1 x', '2 y', '3 c'])).toEqual(['x', 'y', 'c'])
  })

  test('drops nothing within one stream', async () => {
    const world = await createOpen({ duplicateWindow: 10 })
    for (const data of ['a', 'a']) send(world.transport.last.sink, '1', data)
    expect(world.messages).toHaveLength(2)
  })

  test('events without an ID are not duplicates, and do not end the search for them', async () => {
    expect(await received(['1 a', '2 b'], ['hello', '1 a', '2 b', '3 c'])).toEqual(['hello', 'c'])
    expect(await received([' a'], [' a'])).toEqual(['a'])
    expect(await received(['1 a'], ['a', '1 a', 'a', '2 b'])).toEqual(['a', 'a', 'b'])
  })

  test('remembers that many events, the latest', async () => {
    expect(await received(['1 a', '2 b', '3 c'], ['2 b', '3 c', '4 d'], 2)).toEqual(['d'])
    expect(await received(['1 a', '2 b', '3 c'], ['1 a', '2 b'], 2)).toEqual(['a', 'b'])
    expect(await received(['1 a', '2 b', '1 c', '3 d'], ['1 c', '3 d', '4 e'], 2)).toEqual(['e'])
  })

  test('works over several reconnections, and the last event ID follows the stream', async () => {
    const world = await createOpen({ duplicateWindow: 10 })
    send(world.transport.last.sink, '1', 'a')
    send(world.transport.last.sink, '2', 'b')
    send(await reopen(world), '1', 'a')
    expect(world.connection.lastEventId).toBe('1')
    const sink = await reopen(world)
    for (const [id, data] of ['1 a', '2 b', '3 c'].map((event) => event.split(' '))) send(sink, id, data!)
    expect(world.messages.map(({ data }) => data)).toEqual(['a', 'b', 'c'])
  })

  test('an ID without an event drops no event after it', async () => {
    const world = await createOpen({ duplicateWindow: 10 })
    send(world.transport.last.sink, '1', 'a')
    const sink = await reopen(world)
    sink.onLastEventId('1')
    send(sink, undefined, 'a')
    expect(world.messages.map(({ data }) => data)).toEqual(['a', 'a'])
  })

  test('without the option, every event is delivered', async () => {
    const world = await createOpen()
    send(world.transport.last.sink, '1', 'a')
    send(await reopen(world), '1', 'a')
    expect(world.messages).toHaveLength(2)
  })
})

describe('endIsMarked', () => {
  test.each([
    [true, 'failed', 'cut the response short'],
    [false, 'ended-by-server', undefined],
  ])('%s: an end without the mark is %s', async (endIsMarked, reason, words) => {
    const { connection, transport } = await createOpen({ endIsMarked, reconnection: false })
    transport.last.sink.onEnd({ kind: 'ended', fatal: false, message: 'ended', url: 'http://sse.example/' })
    const { failure: why, ...status } = connection.status.get() as ConnectionStatus & { state: 'closed' }
    expect(status).toEqual({ state: 'closed', reason })
    expect(why?.message.includes(words!)).toBe(words && true)
  })
})

test('onClosed is called before the status reports the end', async () => {
  const heard: string[] = []
  const { connection } = await createOpen({ onClosed: ({ reason }) => heard.push(`onClosed ${reason}`) })
  connection.status.subscribe((status) =>
    heard.push(status.state === 'closed' ? `status ${status.reason}` : status.state),
  )
  connection.end()
  connection.close('close-called')
  expect(heard).toEqual([
    'open',
    'onClosed ended-by-server',
    'status ended-by-server',
    'onClosed close-called',
    'status close-called',
  ])
})

describe('close()', () => {
  test.each(['idle', 'connecting', 'open', 'waiting', 'paused'] as const)(
    'while %s leaves nothing behind',
    async (state) => {
      const { connection, transport, environment } = create(createFakeTransport(), { idleTimeout: 1000 })
      if (state !== 'idle') connection.start()
      if (state === 'open' || state === 'waiting') {
        await settled()
        transport.last.sink.onOpen({ transport: 'fake', resumed: false })
      }
      if (state === 'waiting') transport.last.sink.onEnd(failure)
      if (state === 'paused') environment.tell('frozen', true)
      expect(connection.status.get().state).toBe(state)
      const opened = transport.sessions.length
      connection.close('close-called')
      connection.close('aborted')
      connection.reconnect()
      connection.start()
      environment.tell('frozen', false)
      environment.advance(1e9)
      await settled()
      expect(connection.status.get()).toEqual({ state: 'closed', reason: 'close-called' })
      expect([environment.timers, environment.watchers]).toEqual([0, 0])
      expect(transport.sessions).toHaveLength(opened)
      expect(transport.sessions.every(({ closed }) => closed > 0)).toBe(true)
    },
  )

  test.each(['connecting', 'open', 'waiting'] as const)('from a subscriber that hears "%s"', async (state) => {
    const { connection, transport, environment, states } = create(createFakeTransport(), { idleTimeout: 1000 })
    connection.status.subscribe((status) => {
      if (status.state === state) connection.close('close-called')
    })
    const later: ConnectionStatus['state'][] = []
    connection.status.subscribe((status) => later.push(status.state))
    connection.start()
    await settled()
    transport.sessions.at(-1)?.sink.onOpen({ transport: 'fake', resumed: false })
    transport.sessions.at(-1)?.sink.onEnd(failure)
    expect(states.at(-1)).toBe('closed')
    expect(later.at(-1)).toBe('closed')
    expect(later).not.toContain(state)
    expect(environment.timers).toBe(0)
    expect(transport.sessions.every(({ closed }) => closed > 0)).toBe(true)
  })
})

test('in any order of events there is one session at a time, and nothing is held after the end', async () => {
  const action = fc.constantFrom(
    'open',
    'message',
    'end',
    'retry',
    'advance',
    'reconnect',
    'interrupted',
    'no-content',
    'freeze',
    'thaw',
    'offline',
    'online',
    'rest',
    'start',
    'close',
  )
  await fc.assert(
    fc.asyncProperty(fc.array(action, { maxLength: 25 }), async (actions) => {
      const { connection, transport, environment } = create(createFakeTransport(), { idleTimeout: 5000 })
      connection.start()
      for (const name of actions) {
        await Promise.resolve()
        const sink = transport.sessions.at(-1)?.sink
        if (name === 'open') sink?.onOpen({ transport: 'fake', resumed: false })
        if (name === 'message') sink?.onActivity()
        if (name === 'end') sink?.onEnd(failure)
        if (name === 'retry') sink?.onReconnectionTime(0)
        if (name === 'interrupted') sink?.onInterrupted(failure)
        if (name === 'no-content') sink?.onEnd('no-content')
        if (name === 'freeze' || name === 'thaw') environment.tell('frozen', name === 'freeze')
        if (name === 'offline' || name === 'online') environment.tell('offline', name === 'offline')
        if (name === 'advance') environment.advance(1500)
        if (name === 'reconnect') connection.reconnect()
        if (name === 'rest') connection.rest()
        if (name === 'start') connection.start()
        if (name === 'close') connection.close('close-called')
        expect(transport.sessions.filter(({ closed }) => closed === 0).length).toBeLessThanOrEqual(1)
        expect(environment.timers).toBeLessThanOrEqual(1)
      }
      connection.close('close-called')
      await settled()
      expect(environment.timers).toBe(0)
      expect(transport.sessions.filter(({ closed }) => closed === 0)).toEqual([])
    }),
    { numRuns: 300 },
  )
})
