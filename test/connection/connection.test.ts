import fc from 'fast-check'
import { afterEach, describe, expect, test, vi } from 'vitest'
import {
  type Connection,
  createConnection,
  type ConnectionOptions,
  type Reconnection,
} from '../../src/connection/connection.js'
import type { ConnectionStatus } from '../../src/connection/status.js'
import type { ConnectionFailure } from '../../src/errors/connection-error.js'
import type { EventStreamMessage } from '../../src/event-stream/message.js'
import { exponentialBackoff } from '../../src/reconnection/backoff.js'
import type { Transport } from '../../src/transport/transport.js'
import { createEnvironment, createFakeTransport, type FakeTransport, type ManualEnvironment, settled } from './world.js'

const failure: ConnectionFailure = { kind: 'network', fatal: false, message: 'lost' }

interface World {
  connection: Connection
  environment: ManualEnvironment
  states: string[]
  messages: EventStreamMessage[]
  reconnections: Reconnection[]
}

function create<T extends Transport>(transport: T, options: Partial<ConnectionOptions> = {}): World & { transport: T } {
  const environment = createEnvironment()
  const messages: EventStreamMessage[] = []
  const reconnections: Reconnection[] = []
  const connection = createConnection({
    url: 'http://sse.example/stream',
    transport,
    reconnection: exponentialBackoff(),
    lastEventId: '',
    lastEventIdParam: undefined,
    withCredentials: false,
    idleTimeout: undefined,
    whenHidden: 'continue',
    dropDuplicates: undefined,
    environment,
    onMessage: (message) => messages.push(message),
    onReconnect: (reconnection) => reconnections.push(reconnection),
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

  test('takes the last event ID and the reason over to the next attempt', async () => {
    const { connection, transport, environment } = await createOpen()
    transport.last.sink.onLastEventId('7', true)
    transport.last.sink.onEnd(failure)
    expect(connection.lastEventId).toBe('7')
    environment.advance(3000)
    await settled()
    expect(transport.sessions).toHaveLength(2)
    expect(transport.last.request).toMatchObject({ attempt: 1, failure, lastEventId: '7', lastEventIdInUrl: false })
  })

  test('puts the last event ID into the URL where a parameter is named for it', async () => {
    const { connection, transport } = create(createFakeTransport(), { lastEventIdParam: 'last' })
    connection.start()
    await settled()
    expect(transport.last.request).toMatchObject({ url: 'http://sse.example/stream', lastEventIdInUrl: true })
    transport.last.sink.onLastEventId('a&b=ä', true)
    connection.reconnect()
    await settled()
    const { url } = transport.last.request
    expect(new URL(url).searchParams.get('last')).toBe('a&b=ä')
    expect(url).not.toContain('a&b')
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

  test('reconnect() replaces an open connection, whose late news are not heard', async () => {
    const { connection, transport, messages, states } = await createOpen()
    const { last } = transport
    connection.reconnect()
    await settled()
    expect(last.closed).toBe(1)
    last.sink.onMessage({ event: 'message', data: 'late', id: '1' }, '')
    last.sink.onLastEventId('1', true)
    last.sink.onEnd(failure)
    last.sink.onReconnectionTime(1)
    last.sink.onInterrupted(failure)
    expect(messages).toEqual([])
    expect(connection.lastEventId).toBe('')
    expect(states).toEqual(['idle', 'connecting', 'open', 'connecting'])
  })

  test('close() while the session before is let go of is the end: nothing is opened behind it', async () => {
    const { connection, transport, environment } = await createOpen()
    transport.last.onClose = () => connection.close('close-called')
    connection.reconnect()
    await settled()
    expect(connection.status.get()).toMatchObject({ state: 'closed', reason: 'close-called' })
    expect([transport.sessions.length, environment.timers]).toEqual([1, 0])
  })

  test('close() while a lost session is let go of leaves no wait behind', async () => {
    const { connection, transport, environment } = await createOpen()
    transport.last.onClose = () => connection.close('close-called')
    transport.last.sink.onEnd(failure)
    expect(connection.status.get()).toMatchObject({ state: 'closed', reason: 'close-called' })
    expect(environment.timers).toBe(0)
  })

  test('reconnect() while the session before is let go of opens one session, not two', async () => {
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

  test('a session that throws when it is closed is reported, and closed all the same', async () => {
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

  test('a policy that throws what has no words ends it like any other that throws', async () => {
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

  test('leaves the rest of the query as it is, byte for byte', async () => {
    const query = '?flag&q=caf%E9&a=b%20c?&sig=~x'
    const { connection, transport } = create(createFakeTransport(), {
      url: `http://sse.example/${query}&last=0&l%61st=1`,
      lastEventIdParam: 'last',
      lastEventId: '7 8',
    })
    connection.start()
    await settled()
    expect(transport.last.request.url).toBe(`http://sse.example/${query}&last=7+8`)
  })

  test('what an ended session still receives does not count for the one after it', async () => {
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
    'a transport that came back by itself is healthy by what it receives from then on: %s',
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

  test('an open stream that hears only some types gives way when every type is wanted', async () => {
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

  test('one that hears every type goes on', async () => {
    const { connection, transport } = await createOpen()
    connection.listenToEveryType()
    await settled()
    expect(transport.sessions).toHaveLength(1)
  })

  test('nothing heard for idleTimeout is a loss; any activity begins the time anew', async () => {
    const { connection, transport, environment } = await createOpen({ idleTimeout: 100 })
    environment.advance(60)
    transport.last.sink.onActivity()
    environment.advance(99)
    expect(connection.status.get().state).toBe('open')
    environment.advance(1)
    expect(connection.status.get()).toMatchObject({ state: 'waiting', failure: { kind: 'idle', fatal: false } })
    expect(transport.last.closed).toBe(1)
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

describe('what stands in the way', () => {
  test('is watched from the start to the end', async () => {
    const { connection, environment } = create(createFakeTransport())
    expect(environment.watchers).toBe(0)
    connection.start()
    connection.start()
    expect(environment.watchers).toBe(1)
    connection.close('close-called')
    expect(environment.watchers).toBe(0)
  })

  test('also where reconnect() makes the first attempt', async () => {
    const { connection, environment } = create(createFakeTransport())
    connection.reconnect()
    environment.tell('frozen', true)
    expect(connection.status.get()).toEqual({ state: 'paused', reason: 'frozen' })
    connection.close('close-called')
    connection.reconnect()
    expect(environment.watchers).toBe(0)
  })

  test('is not watched where it was closed before the start', () => {
    const { connection, environment } = create(createFakeTransport())
    connection.close('close-called')
    connection.reconnect()
    expect(environment.watchers).toBe(0)
  })

  test('what is so already at the start counts', async () => {
    const environment = createEnvironment()
    environment.tell('offline', true)
    const { connection, transport } = create(createFakeTransport(), { environment })
    connection.start()
    await settled()
    expect(connection.status.get()).toEqual({ state: 'paused', reason: 'offline' })
    expect(transport.sessions).toEqual([])
    environment.tell('offline', false)
    await settled()
    expect(transport.sessions).toHaveLength(1)
  })

  test('a frozen page lets its stream go, and takes it up from the last event ID', async () => {
    const { connection, transport, environment } = await createOpen({ idleTimeout: 1000 })
    transport.last.sink.onLastEventId('7', true)
    environment.tell('frozen', true)
    expect(connection.status.get()).toEqual({ state: 'paused', reason: 'frozen' })
    expect(transport.last.closed).toBe(1)
    expect(environment.timers).toBe(0)
    environment.tell('frozen', false)
    await settled()
    expect(transport.last.request).toMatchObject({ lastEventId: '7', attempt: 0, failure: undefined })
  })

  test('a hidden page matters only where whenHidden says so', async () => {
    const indifferent = await createOpen()
    indifferent.environment.tell('hidden', true)
    expect(indifferent.connection.status.get().state).toBe('open')
    const pausing = await createOpen({ whenHidden: 'pause' })
    pausing.environment.tell('hidden', true)
    expect(pausing.connection.status.get()).toEqual({ state: 'paused', reason: 'hidden' })
  })

  test.each(['localhost:3000', 'api.localhost', '127.0.0.1', '127.1.2.3:81', '[::1]:3000'])(
    'the own machine (%s) is reached without a network',
    async (host) => {
      const { connection, environment } = create(createFakeTransport(), { url: `http://${host}/stream` })
      environment.tell('offline', true)
      connection.start()
      expect(connection.status.get().state).toBe('connecting')
    },
  )

  test.each(['localhost.example', 'notlocalhost', '128.0.0.1', '[::2]'])('%s is not the own machine', async (host) => {
    const { connection, environment } = create(createFakeTransport(), { url: `http://${host}/stream` })
    environment.tell('offline', true)
    connection.start()
    expect(connection.status.get().state).toBe('paused')
  })
})

describe('a reconnection', () => {
  test('is told once the stream is open again, with what is known, after the status and before the first event', async () => {
    const { connection, transport, environment, reconnections } = await createOpen()
    transport.last.sink.onLastEventId('7', true)
    transport.last.sink.onEnd(failure)
    environment.advance(3000)
    await settled()
    environment.advance(200)
    expect(reconnections).toEqual([])
    transport.last.sink.onOpen({ transport: 'fake', resumed: true })
    expect(connection.status.get().state).toBe('open')
    expect(reconnections).toEqual([{ resumed: true, lastEventId: '7', downtime: 3200 }])
  })

  test('is not told where a subscriber of the status has closed it', async () => {
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

test('a reconnection that a subscriber of the status has replaced is not told', async () => {
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

describe('dropDuplicates', () => {
  test('knows the ID that the application begins with', async () => {
    const { transport, messages } = await createOpen({ dropDuplicates: 10, lastEventId: '7' })
    for (const id of ['7', '8']) {
      transport.last.sink.onLastEventId(id, true)
      transport.last.sink.onMessage({ event: 'message', data: '', id }, '')
    }
    expect(messages.map(({ id }) => id)).toEqual(['8'])
  })

  const send = (sink: FakeTransport['last']['sink'], id: string | undefined, data: string): void => {
    if (id !== undefined) sink.onLastEventId(id, true)
    sink.onMessage({ event: 'message', data, id: id ?? '' }, '')
  }

  test('drops an event whose ID was there before, and keeps the rest', async () => {
    const { connection, transport, messages } = await createOpen({ dropDuplicates: 2 })
    const { sink } = transport.last
    for (const id of ['1', '2', '2', '1', '3', '1', undefined, '', '']) send(sink, id, `${id}`)
    // 1 was forgotten when 3 came: the window is 2.
    expect(messages.map(({ data }) => data)).toEqual(['1', '2', '3', '1', 'undefined', '', ''])
    expect(connection.lastEventId).toBe('')
  })

  test('over a reconnection too', async () => {
    const { transport, messages, environment } = await createOpen({ dropDuplicates: 10 })
    send(transport.last.sink, '1', 'a')
    transport.last.sink.onEnd(failure)
    environment.advance(3000)
    await settled()
    transport.last.sink.onOpen({ transport: 'fake', resumed: true })
    send(transport.last.sink, '1', 'a')
    send(transport.last.sink, undefined, 'b')
    expect(messages.map(({ data }) => data)).toEqual(['a', 'b'])
  })

  test('a block that sets only the ID is no event: it neither counts as one nor drops the next', async () => {
    const { connection, transport, messages } = await createOpen({ dropDuplicates: 10 })
    const { sink } = transport.last
    sink.onLastEventId('1', false)
    send(sink, '1', 'a')
    sink.onLastEventId('1', false)
    send(sink, undefined, 'b')
    expect(messages.map(({ data }) => data)).toEqual(['a', 'b'])
    expect(connection.lastEventId).toBe('1')
  })

  test('without it, the server is trusted', async () => {
    const { transport, messages } = await createOpen()
    send(transport.last.sink, '1', 'a')
    send(transport.last.sink, '1', 'b')
    expect(messages).toHaveLength(2)
  })
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

test('whatever happens, in whatever order: one session at a time, and nothing held after the end', async () => {
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
