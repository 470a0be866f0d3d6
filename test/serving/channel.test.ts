import { afterEach, describe, expect, it, vi } from 'vitest'
import * as v from 'valibot'
import { z } from 'zod'
import {
  type Channel,
  type ChannelClient,
  type ChannelStats,
  type CloseReason,
  createChannel,
  PublishError,
} from '../../src/entries/server.js'
import { Audience } from '../../src/server/audience.js'
import { accepted, connect, createFakeClient, turn } from './fake-sink.js'

interface Events {
  n: number
}

const numbers = (client: { events: { data: string }[] }): number[] => client.events.map(({ data }) => Number(data))

function closings(channel: Channel<Events>): CloseReason[] {
  const reasons: CloseReason[] = []
  channel.onClose((_, reason) => reasons.push(reason))
  return reasons
}

async function publish(channel: Channel<Events>, from: number, to: number, topic?: string): Promise<string[]> {
  const ids = []
  for (let n = from; n <= to; n++) ids.push((await channel.publish('n', n, { topic })).id)
  return ids
}

const fakeTimers = (): void =>
  void vi.useFakeTimers({
    toFake: ['setTimeout', 'clearTimeout', 'setInterval', 'clearInterval', 'Date', 'performance'],
  })
afterEach(() => void vi.useRealTimers())

describe('publishing', () => {
  it('reaches every client, in order, with the ID of each event', async () => {
    const channel = createChannel<Events>()
    const [a, b] = [connect(channel), connect(channel)]
    const ids = await publish(channel, 1, 3)
    await turn()
    for (const client of [a, b]) {
      expect(numbers(client)).toEqual([1, 2, 3])
      expect(client.events.map(({ id }) => id)).toEqual(ids)
      expect(client.events[0]!.event).toBe('n')
    }
  })

  it('writes once per client for all that is published in one turn', async () => {
    const channel = createChannel<Events>()
    const client = connect(channel)
    const before = client.writes()
    for (let n = 1; n <= 10; n++) void channel.publish('n', n)
    await turn()
    expect(numbers(client)).toHaveLength(10)
    expect(client.writes() - before).toBe(1)
  })

  it('reaches only those who may read the topic', async () => {
    const channel = createChannel<Events>()
    const [none, a, ab, all] = [[], ['a'], ['a', 'b'], 'all'].map((topics) => connect(channel, { topics }))
    await publish(channel, 1, 1)
    await publish(channel, 2, 2, 'a')
    await publish(channel, 3, 3, 'b')
    await publish(channel, 4, 4, 'c')
    await turn()
    expect([none, a, ab, all].map((client) => numbers(client!))).toEqual([[1], [1, 2], [1, 2, 3], [1, 2, 3, 4]])
  })

  it('checks the payload with the schema, and sends the input', async () => {
    const channel = createChannel({ schemas: { price: z.object({ value: z.string().transform(Number) }) } })
    const client = connect(channel)
    await channel.publish('price', { value: '42' })
    const refused = channel.publish('price', { value: 42 as never })
    await expect(refused).rejects.toBeInstanceOf(PublishError)
    await expect(refused).rejects.toMatchObject({ code: 'schema-mismatch', type: 'price', issues: [{}] })
    await expect(refused).rejects.toThrow(/"price" does not match its schema:\n- /)
    await expect(channel.publish('prize' as never, {} as never)).rejects.toThrow(/no schema; the types are price/)
    await turn()
    expect(client.events.map(({ data }) => data)).toEqual(['{"value":"42"}'])
  })

  it('takes asynchronous schemas, and those of other libraries', async () => {
    const even = v.pipeAsync(
      v.number(),
      v.checkAsync((n) => Promise.resolve(n % 2 === 0), 'odd'),
    )
    const failing = {
      '~standard': { version: 1, vendor: 'mine', validate: () => Promise.reject(new Error('mine')) },
    } as const
    const channel = createChannel({ schemas: { even, failing } })
    const client = connect(channel)
    await channel.publish('even', 2)
    await expect(channel.publish('even', 3)).rejects.toThrow(/odd/)
    await expect(channel.publish('failing', 3 as never)).rejects.toMatchObject({ code: 'schema-failed' })
    await turn()
    expect(numbers(client)).toEqual([2])
  })

  it('says when a schema throws', async () => {
    const schemas = {
      n: {
        '~standard': {
          version: 1,
          vendor: 'mine',
          validate: () => {
            throw new RangeError('mine')
          },
        },
      },
    } as const
    const refused = createChannel({ schemas }).publish('n', 1 as never)
    await expect(refused).rejects.toMatchObject({ code: 'schema-failed', cause: new RangeError('mine') })
  })

  const cycle: unknown[] = []
  cycle.push(cycle)
  it.each([
    ['undefined', undefined],
    ['a function', () => {}],
    ['a BigInt', 1n],
    ['a cycle', cycle],
  ])('refuses %s, which JSON cannot carry', async (_, data) => {
    await expect(createChannel().publish('n', data)).rejects.toMatchObject({ name: 'PublishError', code: 'not-json' })
  })

  it.each([
    ['', 1, {}, /the type must be a non-empty string/],
    [1, 1, {}, /the type/],
    ['everstream', 1, {}, /the server's own/],
    ['a\nb', 1, {}, /line end/],
    ['a', 1, { topic: 1 }, /topic must be a string/],
    ['a', 1, { topics: ['a'] }, /did you mean "topic"/],
  ])('refuses the type %j with %j and %j', async (type, data, options, says) => {
    const channel = createChannel()
    const client = connect(channel)
    await expect(channel.publish(type as never, data, options as never)).rejects.toThrow(says)
    expect(channel.stats.get().published).toBe(0)
    await turn()
    expect(client.events).toEqual([])
  })

  it('outruns no client that reads: a large burst in one turn arrives whole', async () => {
    const channel = createChannel<{ text: string }>({ history: { maxEvents: 0 }, maxLag: 100_000 })
    const client = connect(channel)
    for (let n = 0; n < 100; n++) void channel.publish('text', 'x'.repeat(10_000))
    await turn()
    expect(client.events).toHaveLength(100)
    expect(client.ended()).toBeUndefined()
  })
})

describe('the opening', () => {
  it('says how long silence lasts, what is kept, and where the stream begins', async () => {
    const channel = createChannel<Events>({ history: { maxEvents: 5, maxBytes: 6, maxAge: 7 }, keepAlive: 1000 })
    const [id] = await publish(channel, 1, 1)
    const client = connect(channel)
    const limits = { maxEvents: 5, maxBytes: 6, maxAge: 7 }
    expect(client.control).toEqual([{ kind: 'open', position: id, keepAlive: 1000, limits }, { kind: 'position' }])
    expect(client.lastEventId()).toBe(id)
  })

  it('has the reconnection time only if there is one', async () => {
    const text = async (retry?: number): Promise<string> => {
      const { body } = createChannel({ retry }).response(new Request('http://a/'))
      const { value } = await body!.getReader().read()
      return new TextDecoder().decode(value)
    }
    expect(await text(1234)).toMatch(/^: \nretry: 1234\n\nevent: everstream\ndata: \{"kind":"open"/)
    expect(await text()).toMatch(/^: \nevent: everstream\ndata: \{"kind":"open"/)
  })
})

describe('a client that comes back', () => {
  it('gets what it missed, once and in order, and is told so', async () => {
    const channel = createChannel<Events>()
    const first = connect(channel)
    await publish(channel, 1, 2)
    await turn()
    first.connection.left()
    await publish(channel, 3, 5)
    const second = connect(channel, { lastEventId: first.lastEventId() })
    await publish(channel, 6, 6)
    await turn()
    expect(second.control[0]).toMatchObject({ kind: 'open', continuity: 'complete', position: first.lastEventId() })
    expect(numbers(second)).toEqual([3, 4, 5, 6])
  })

  it('misses nothing even if its stream was cut before the first event', async () => {
    const channel = createChannel<Events>()
    await publish(channel, 1, 1)
    const first = connect(channel)
    first.connection.left()
    await publish(channel, 2, 2)
    const second = connect(channel, { lastEventId: first.lastEventId() })
    expect(second.control[0]).toMatchObject({ continuity: 'complete' })
    expect(numbers(second)).toEqual([2])
  })

  it('is told what the history no longer has', async () => {
    const channel = createChannel<Events>({ history: { maxEvents: 2 } })
    const ids = await publish(channel, 1, 5)
    const client = connect(channel, { lastEventId: ids[0]! })
    const opening = { kind: 'open', continuity: 'lost', reason: 'trimmed', position: ids[2] }
    expect(client.control[0]).toMatchObject(opening)
    expect(numbers(client)).toEqual([4, 5])
  })

  it('is told of a history that is too old, without another event', async () => {
    fakeTimers()
    const channel = createChannel<Events>({ history: { maxAge: 1000 } })
    const ids = await publish(channel, 1, 2)
    vi.advanceTimersByTime(1001)
    expect(connect(channel, { lastEventId: ids[0]! }).control[0]).toMatchObject({ continuity: 'lost' })
    expect(connect(channel, { lastEventId: ids[1]! }).control[0]).toMatchObject({ continuity: 'complete' })
  })

  it('is told of a restart, and never resumed in another log', async () => {
    const before = createChannel<Events>()
    const ids = await publish(before, 1, 3)
    const after = createChannel<Events>()
    await publish(after, 10, 14)
    const client = connect(after, { lastEventId: ids[2]! })
    expect(client.control[0]).toMatchObject({ continuity: 'lost', reason: 'epoch' })
    expect(numbers(client)).toEqual([10, 11, 12, 13, 14])
  })

  it.each([
    ['garbage', 'nonsense'],
    ['64 kB', 'a'.repeat(65_536)],
    ['a number', '3'],
  ])('with %s is told that nothing can be placed', async (_, lastEventId) => {
    const channel = createChannel<Events>()
    await publish(channel, 1, 2)
    const client = connect(channel, { lastEventId })
    expect(client.control[0]).toMatchObject({ continuity: 'lost', reason: 'unknown' })
    expect(numbers(client)).toEqual([1, 2])
    expect(JSON.stringify(client.control).length).toBeLessThan(500)
  })

  it('gets in the replay only what it may read', async () => {
    const channel = createChannel<Events>()
    const first = connect(channel, { topics: ['a'] })
    first.connection.left()
    await publish(channel, 1, 1, 'b')
    await publish(channel, 2, 2, 'a')
    await publish(channel, 3, 3)
    const second = connect(channel, { topics: ['a'], lastEventId: first.lastEventId() })
    expect(numbers(second)).toEqual([2, 3])
    expect(numbers(connect(channel, { from: 'oldest' }))).toEqual([3])
  })

  it('may begin with the oldest event, or after an ID of the application', async () => {
    const channel = createChannel<Events>()
    const ids = await publish(channel, 1, 3)
    expect(numbers(connect(channel, { from: 'oldest' }))).toEqual([1, 2, 3])
    expect(numbers(connect(channel, { from: ids[1] }))).toEqual([3])
    expect(numbers(connect(channel, { from: 'oldest', lastEventId: ids[0]! }))).toEqual([2, 3])
    expect(numbers(connect(channel))).toEqual([])
  })
})

describe('quiet streams', () => {
  it('are kept alive by one timer, which moves the ID of filtered clients', async () => {
    fakeTimers()
    const channel = createChannel<Events>({ keepAlive: 1000, history: { maxEvents: 1 } })
    const clients = Array.from({ length: 10 }, () => connect(channel, { topics: ['quiet'] }))
    expect(vi.getTimerCount()).toBe(1)
    const ids = await publish(channel, 1, 3, 'loud')
    await turn()
    vi.advanceTimersByTime(1000)
    for (const client of clients) {
      expect(client.control.at(-1)).toEqual({ kind: 'position' })
      expect(client.lastEventId()).toBe(ids[2])
    }
    // So it is told of no loss, though the history is shorter than what went by.
    const back = connect(channel, { topics: ['quiet'], lastEventId: clients[0]!.lastEventId() })
    expect(back.control[0]).toMatchObject({ continuity: 'complete' })
    for (const { connection } of [...clients, back]) connection.left()
    expect(vi.getTimerCount()).toBe(0)
  })

  it('let go of what is too old', async () => {
    fakeTimers()
    const channel = createChannel<Events>({ keepAlive: 1000, history: { maxAge: 1000 } })
    connect(channel)
    await publish(channel, 1, 1)
    expect(channel.stats.get().history.events).toBe(1)
    vi.advanceTimersByTime(2000)
    expect(channel.stats.get().history).toEqual({ events: 0, bytes: 0 })
  })

  it('are silent for no longer than announced, and only if nothing else is sent', async () => {
    fakeTimers()
    const channel = createChannel<Events>({ keepAlive: 1000 })
    const client = connect(channel)
    for (let second = 0; second < 5; second++) {
      vi.advanceTimersByTime(450)
      await publish(channel, second, second)
      await turn()
    }
    expect(client.control).toHaveLength(2)
    vi.advanceTimersByTime(1000)
    expect(client.control).toHaveLength(3)
    vi.advanceTimersByTime(1000)
    expect(client.control).toHaveLength(4)
  })

  it('get nothing more while the client does not read', () => {
    fakeTimers()
    const channel = createChannel<Events>({ keepAlive: 1000 })
    const client = connect(channel)
    client.block()
    vi.advanceTimersByTime(10_000)
    expect(client.control.length).toBeLessThanOrEqual(3)
  })
})

describe('a slow client', () => {
  const large = 'x'.repeat(1000)

  it('is closed when the log no longer has what it needs, and resumes from the history', async () => {
    const channel = createChannel<{ text: string }>({ history: { maxEvents: 5 }, maxLag: 0 })
    const reasons: CloseReason[] = []
    channel.onClose((_, reason) => reasons.push(reason))
    const [slow, fast] = [connect(channel), connect(channel)]
    slow.block()
    for (let n = 0; n < 20; n++) {
      await channel.publish('text', large)
      await turn()
    }
    expect(reasons).toEqual(['slow'])
    expect(slow.ended()).toBe('destroy')
    expect(slow.events).toHaveLength(1)
    expect(fast.events).toHaveLength(20)
    expect(channel.stats.get()).toMatchObject({ clients: 1, slow: 1, lag: 0 })
    const back = connect(channel, { lastEventId: slow.lastEventId() })
    expect(back.control[0]).toMatchObject({ continuity: 'lost', reason: 'trimmed' })
    expect(back.events).toHaveLength(5)
  })

  it('goes on where it was when it has room again', async () => {
    const channel = createChannel<Events>()
    const client = connect(channel)
    client.block()
    await publish(channel, 1, 1)
    await turn()
    await publish(channel, 2, 9)
    await turn()
    expect(numbers(client)).toEqual([1])
    expect(channel.stats.get().lag).toBeGreaterThan(0)
    client.connection.drained()
    expect(numbers(client)).toEqual([1, 2, 3, 4, 5, 6, 7, 8, 9])
  })

  it('is not held back by events that it may not read', async () => {
    const channel = createChannel<{ text: string }>({ history: { maxEvents: 2 }, maxLag: 0 })
    const client = connect(channel)
    client.block()
    await channel.publish('text', '')
    await turn()
    for (let n = 0; n < 20; n++) {
      await channel.publish('text', large, { topic: 'other' })
      await turn()
    }
    client.connection.drained()
    await channel.publish('text', 'last')
    await turn()
    expect(client.events.map(({ data }) => data)).toEqual(['""', '"last"'])
    expect(client.ended()).toBeUndefined()
  })

  it('goes on when there is room again for what the server says', async () => {
    fakeTimers()
    const channel = createChannel<Events>()
    const client = connect(channel)
    client.block()
    await publish(channel, 1, 1)
    await turn()
    await publish(channel, 2, 2)
    client.unblock()
    void channel.rotate({ within: 1000 })
    expect(numbers(client)).toEqual([1, 2])
    await vi.advanceTimersByTimeAsync(2000)
  })

  it('is given its history in pieces, each when it has room', async () => {
    const channel = createChannel<{ text: string }>({ history: { maxEvents: 1000 } })
    for (let n = 0; n < 200; n++) await channel.publish('text', large)
    const client = createFakeClient()
    client.block()
    const { drained } = accepted(channel.admit({ headers: {} }, { from: 'oldest' })).connect(client.sink)
    expect(client.events).toHaveLength(0)
    drained()
    const first = client.events.length
    expect(first).toBeGreaterThan(50)
    expect(first).toBeLessThan(65)
    drained()
    drained()
    drained()
    expect(client.events).toHaveLength(200)
  })

  it('whose sink throws is closed as an error, and disturbs nobody', async () => {
    const channel = createChannel<Events>()
    const reasons = closings(channel)
    const broken = createFakeClient()
    let isBroken = false
    accepted(channel.admit({ headers: {} })).connect({
      ...broken.sink,
      write() {
        if (isBroken) throw new Error('broken')
        return true
      },
      destroy() {
        throw new Error('broken too')
      },
    })
    const other = connect(channel)
    isBroken = true
    await publish(channel, 1, 1)
    await turn()
    expect(reasons).toEqual(['error'])
    expect(numbers(other)).toEqual([1])
  })

  it('may be broken from the start', () => {
    const channel = createChannel<Events>()
    const reasons = closings(channel)
    const sink = {
      ...createFakeClient().sink,
      write: () => {
        throw new Error('broken')
      },
    }
    accepted(channel.admit({ headers: {} })).connect(sink)
    expect(reasons).toEqual(['error'])
    expect(channel.clients.get()).toEqual([])
  })

  it('may drain or leave while it is written to', async () => {
    const channel = createChannel<Events>()
    const client = createFakeClient()
    let during = (): void => {}
    const connection = accepted(channel.admit({ headers: {} })).connect({
      ...client.sink,
      write(bytes) {
        client.sink.write(bytes)
        during()
        return false
      },
    })
    connection.drained()
    during = connection.drained
    await publish(channel, 1, 1)
    await turn()
    await publish(channel, 2, 2)
    await turn()
    during = connection.left
    await publish(channel, 3, 3)
    await turn()
    await publish(channel, 4, 4)
    await turn()
    expect(numbers(client)).toEqual([1, 2, 3])
    expect(channel.clients.get()).toEqual([])
  })
})

describe('many clients', () => {
  it('leave nothing behind: no batch after the turn, no audience without clients', async () => {
    const forget = vi.spyOn(Audience.prototype, 'forget')
    const forgotten = (): string[] => [...new Set((forget.mock.contexts as Audience[]).map(({ key }) => key))]
    const channel = createChannel<Events>()
    await publish(channel, 1, 3)
    const [a] = [connect(channel, { from: 'oldest', topics: ['a'] }), connect(channel, { topics: ['b'] })]
    forget.mockClear()
    await turn()
    expect(forgotten()).toEqual(['["a"]', '["b"]'])
    a.connection.left()
    await publish(channel, 4, 4)
    await turn()
    forget.mockClear()
    await publish(channel, 5, 5)
    await turn()
    expect(forgotten()).toEqual(['["b"]'])
    forget.mockRestore()
  })

  it('are served in rounds that let other work go first, and later ones get more in one write', async () => {
    const channel = createChannel<Events>()
    const clients = Array.from({ length: 64 }, () => {
      const client = createFakeClient()
      accepted(channel.admit({ headers: {} })).connect({
        ...client.sink,
        write(bytes) {
          const until = performance.now() + 1
          while (performance.now() < until);
          return client.sink.write(bytes)
        },
      })
      return client
    })
    const before = clients.map(({ writes }) => writes())
    void channel.publish('n', 1)
    await new Promise(setImmediate)
    const served = clients.filter(({ events }) => events.length > 0).length
    expect(served).toBeLessThan(64)
    void channel.publish('n', 2)
    await vi.waitFor(() => expect(clients.every(({ events }) => events.length === 2)).toBe(true))
    const writes = clients.map((client, index) => client.writes() - before[index]!)
    expect(writes[0]).toBe(2)
    expect(writes.at(-1)).toBe(1)
  })
})

describe('admission', () => {
  const channel = createChannel<Events>({ maxClients: 2, maxClientsPerKey: 1 })
  const status = (request: object, subscription?: object): number =>
    channel.admit({ headers: {}, ...request }, subscription).status

  it('refuses what does not accept event streams', () => {
    expect(status({ headers: { accept: 'application/json' } })).toBe(406)
    expect(status({ headers: new Headers({ accept: 'application/json' }) })).toBe(406)
    expect(status({ headers: { accept: 'text/event-stream' } })).toBe(200)
  })

  it('refuses a permission that has expired', () => {
    expect(status({}, { expires: new Date(Date.now() - 1) })).toBe(401)
    expect(status({}, { expires: AbortSignal.abort() })).toBe(401)
  })

  it('refuses clients without a place, and takes them when there is one', () => {
    const a = connect(channel, { key: 'a' })
    expect(status({}, { key: 'a' })).toBe(429)
    expect(status({}, { key: 'b' })).toBe(200)
    const b = connect(channel)
    const refused = channel.admit({ headers: {} }, { key: 'c' })
    expect(refused).toMatchObject({ status: 503, headers: { 'retry-after': '2', 'cache-control': 'no-store' } })
    a.connection.left()
    expect(status({}, { key: 'a' })).toBe(200)
    b.connection.left()
  })

  it.each([
    [{ topics: 'a' }, /topics must be an array of strings/],
    [{ topics: [1] }, /topics/],
    [{ expires: 1000 }, /expires must be a valid Date or an AbortSignal/],
    [{ expires: new Date(Number.NaN) }, /expires/],
    [{ from: 7 }, /from must be/],
    [{ key: 7 }, /key must be a string/],
    [{ headers: { a: 1 } }, /headers must be/],
    [{ topic: 'a' }, /did you mean "topics"/],
    [7, /options must be an object/],
  ])('refuses the subscription %j', (subscription, says) => {
    expect(() => channel.admit({ headers: {} }, subscription as never)).toThrow(says)
    expect(() => channel.response(new Request('http://a/'), subscription as never)).toThrow(says)
    expect(() => channel.events(subscription as never)).toThrow(says)
  })
})

describe('presence', () => {
  it('shows who is there, and says who comes and goes, and why', async () => {
    const channel = createChannel<Events>()
    const log: unknown[] = []
    const undo = channel.onConnect(({ context }) => log.push(['connect', context]))
    channel.onClose(({ context }, reason) => log.push(['close', context, reason]))
    const a = connect(channel, { context: 'a', topics: ['t'], key: 'k' })
    connect(channel, { context: 'b' })
    const [shown] = channel.clients.get()
    expect(shown).toMatchObject({ context: 'a', topics: ['t'], key: 'k', continuity: undefined })
    expect(channel.clients.get()).toBe(channel.clients.get())
    a.connection.left()
    a.connection.left()
    undo()
    connect(channel, { context: 'c' })
    expect(log).toEqual([
      ['connect', 'a'],
      ['connect', 'b'],
      ['close', 'a', 'client'],
    ])
    expect(channel.clients.get().map(({ context }) => context)).toEqual(['b', 'c'])
  })

  it('is observable, at most once per turn', async () => {
    const channel = createChannel<Events>()
    const seen: number[] = []
    const unsubscribe = channel.clients.subscribe((clients: readonly ChannelClient[]) => seen.push(clients.length))
    const a = connect(channel)
    connect(channel)
    await turn()
    a.connection.left()
    await turn()
    expect(seen).toEqual([0, 2, 1])
    unsubscribe()
    connect(channel)
    await turn()
    expect(seen).toEqual([0, 2, 1])
  })

  it('is up to date for whoever begins to watch, in whatever way', async () => {
    const channel = createChannel<Events>()
    connect(channel)
    expect(await channel.clients.until(({ length }) => length === 1)).toHaveLength(1)
    connect(channel)
    const seen: number[] = []
    channel.clients['@@observable']().subscribe({ next: (clients) => void seen.push(clients.length) })
    expect(seen.at(-1)).toBe(2)
    connect(channel)
    expect(await channel.clients.until(() => true)).toHaveLength(3)
  })

  it('counts what was published and sent', async () => {
    const channel = createChannel<Events>({ history: { maxEvents: 2 } })
    const stats: ChannelStats[] = []
    channel.stats.subscribe((next) => stats.push(next))
    connect(channel)
    connect(channel)
    await publish(channel, 1, 3)
    await turn()
    const { bytes, history, ...counts } = channel.stats.get()
    expect(counts).toEqual({ clients: 2, published: 3, delivered: 6, slow: 0, lag: 0 })
    expect(bytes).toBeGreaterThan(200)
    expect(history).toEqual({
      events: 2,
      bytes: 2 * Buffer.byteLength(`event: n\nid: ${'e'.repeat(8)}.1\ndata: 1\n\n`),
    })
    expect(stats.at(-1)).toBe(channel.stats.get())
  })

  it.each(['onConnect', 'onClose'] as const)('%s refuses what is not a function', (name) => {
    expect(() => createChannel()[name](undefined as never)).toThrow(`${name}: the listener must be a function`)
  })
})

describe('the end of a permission', () => {
  it('is announced, then ends the stream at its time', async () => {
    fakeTimers()
    const channel = createChannel<Events>()
    const reasons = closings(channel)
    const client = connect(channel, { expires: new Date(Date.now() + 60_000) })
    vi.advanceTimersByTime(54_999)
    expect(client.control).not.toContainEqual(expect.objectContaining({ kind: 'rotate' }))
    vi.advanceTimersByTime(1)
    expect(client.control.at(-1)).toEqual({ kind: 'rotate', within: 5000 })
    vi.advanceTimersByTime(4999)
    expect(client.ended()).toBeUndefined()
    vi.advanceTimersByTime(1)
    expect([client.ended(), ...reasons]).toEqual(['end', 'expired'])
    expect(vi.getTimerCount()).toBe(0)
  })

  it('may be farther away than a timer can wait', () => {
    fakeTimers()
    const channel = createChannel<Events>({ keepAlive: 2 ** 30 })
    const days = 86_400_000
    const client = connect(channel, { expires: new Date(Date.now() + 60 * days) })
    vi.advanceTimersByTime(59 * days)
    expect(client.ended()).toBeUndefined()
    vi.advanceTimersByTime(days)
    expect(client.ended()).toBe('end')
  })

  it('by a signal ends the stream at once, even of a client that does not read', async () => {
    const channel = createChannel<Events>()
    const reasons = closings(channel)
    const abort = new AbortController()
    const [ready, blocked] = [connect(channel, { expires: abort.signal }), connect(channel, { expires: abort.signal })]
    blocked.block()
    await publish(channel, 1, 1)
    await turn()
    abort.abort()
    expect([ready.ended(), blocked.ended()]).toEqual(['end', 'destroy'])
    expect(reasons).toEqual(['expired', 'expired'])
  })

  it('is not waited for any more when the client has left', () => {
    fakeTimers()
    const channel = createChannel<Events>()
    connect(channel, { expires: new Date(Date.now() + 60_000) }).connection.left()
    expect(vi.getTimerCount()).toBe(0)
  })
})

describe('rotation', () => {
  it('asks one client after the other, and ends each stream after its notice', async () => {
    fakeTimers()
    const channel = createChannel<Events>()
    const reasons = closings(channel)
    const clients = Array.from({ length: 10 }, () => connect(channel))
    const done = channel.rotate({ within: 10_000 })
    const asked = (): number =>
      clients.filter(({ control }) => control.some(({ kind, within }) => kind === 'rotate' && within === 5000)).length
    const ended = (): number => clients.filter((client) => client.ended() === 'end').length
    await vi.advanceTimersByTimeAsync(2500)
    expect(asked()).toBeGreaterThanOrEqual(5)
    expect(asked()).toBeLessThanOrEqual(6)
    expect(ended()).toBe(0)
    // One that opens its next stream closes this one itself; new ones are not asked.
    clients[9]!.connection.left()
    const late = connect(channel)
    await publish(channel, 1, 1)
    await turn()
    await vi.advanceTimersByTimeAsync(5000)
    expect(ended()).toBeGreaterThanOrEqual(5)
    await vi.advanceTimersByTimeAsync(2600)
    await done
    expect(ended()).toBe(9)
    expect(clients.slice(0, 9).every((client) => numbers(client).length === 1)).toBe(true)
    expect(late.ended()).toBeUndefined()
    expect(reasons).toEqual(['client', ...Array.from({ length: 9 }, () => 'rotated')])
    expect(channel.admit({ headers: {} }).status).toBe(200)
  })

  it('is over as soon as everybody has left', async () => {
    const channel = createChannel<Events>()
    const clients = [connect(channel), connect(channel)]
    const done = channel.rotate({ within: 60_000 })
    for (const { connection } of clients) connection.left()
    await done
  })

  it.each([{ within: -1 }, { within: '1' }, { wihtin: 1 }])('refuses %j', async (options) => {
    await expect(createChannel().rotate(options as never)).rejects.toThrow(/rotate: /)
  })
})

describe('closing', () => {
  it('sends everyone elsewhere: takes no one in, delivers until each has left, then ends', async () => {
    fakeTimers()
    const channel = createChannel<Events>()
    const reasons = closings(channel)
    const clients = [connect(channel), connect(channel)]
    const done = channel.close({ within: 1000 })
    expect(channel.admit({ headers: {} }).status).toBe(503)
    await publish(channel, 1, 1)
    await turn()
    await vi.advanceTimersByTimeAsync(1100)
    await done
    for (const client of clients) {
      expect(client.control.at(-1)).toEqual({ kind: 'rotate', within: 500 })
      expect([client.ended(), ...numbers(client)]).toEqual(['end', 1])
    }
    expect(reasons).toEqual(['shutdown', 'shutdown'])
    expect(channel.admit({ headers: {} })).toMatchObject({ status: 503, headers: { 'retry-after': '2' } })
    await expect(channel.publish('n', 2)).rejects.toMatchObject({ code: 'closed' })
    expect(vi.getTimerCount()).toBe(0)
  })

  it('for good sends what was published, then the end, and answers 204 from then on', async () => {
    const channel = createChannel<Events>()
    const client = connect(channel)
    void channel.publish('n', 1)
    await channel.close({ return: 'never' })
    expect(numbers(client)).toEqual([1])
    expect(client.control.at(-1)).toEqual({ kind: 'end' })
    expect(client.ended()).toBe('end')
    expect(channel.admit({ headers: {} }).status).toBe(204)
    await expect(channel.publish('n', 2)).rejects.toMatchObject({ code: 'closed', type: 'n' })
    expect(() => channel.events()).toThrow('The channel is closed')
  })

  it('gives clients that are behind some time, then cuts them off', async () => {
    fakeTimers()
    const channel = createChannel<Events>()
    const [slow, dead] = [connect(channel), connect(channel)]
    slow.block()
    dead.block()
    await publish(channel, 1, 1)
    await turn()
    await publish(channel, 2, 2)
    const done = channel.close({ return: 'never', within: 1000 })
    await expect(channel.publish('n', 3)).rejects.toMatchObject({ code: 'closed' })
    await vi.advanceTimersByTimeAsync(500)
    slow.connection.drained()
    slow.connection.drained()
    await vi.advanceTimersByTimeAsync(600)
    await done
    expect([slow.ended(), ...numbers(slow)]).toEqual(['end', 1, 2])
    expect([dead.ended(), ...numbers(dead)]).toEqual(['destroy', 1])
  })

  it('happens once, and may be asked for from a listener', async () => {
    const channel = createChannel<Events>()
    const reasons = closings(channel)
    channel.onClose(() => void channel.close({ return: 'never' }))
    connect(channel)
    connect(channel)
    await Promise.all([channel.close({ within: 0 }), channel.close({ within: 60_000 })])
    expect(reasons).toEqual(['shutdown', 'shutdown'])
    expect(channel.admit({ headers: {} }).status).toBe(503)
  })

  it('refuses a client that was admitted before', async () => {
    const channel = createChannel<Events>()
    const admission = accepted(channel.admit({ headers: {} }))
    await channel.close({ within: 0 })
    expect(() => admission.connect(createFakeClient().sink)).toThrow('closed after the client was admitted')
  })

  it.each([{ return: 'soon' }, { within: Number.NaN }, { whitin: 1 }])('refuses %j', async (options) => {
    const channel = createChannel()
    await expect(channel.close(options as never)).rejects.toThrow(/close: /)
    expect(channel.admit({ headers: {} }).status).toBe(200)
  })
})

describe('events in the same process', () => {
  it('are those that a client would get', async () => {
    const channel = createChannel<Events>()
    const ids = await publish(channel, 1, 1)
    const reader = channel.events({ from: 'oldest' })
    ids.push(...(await publish(channel, 2, 2)))
    const seen = []
    for await (const event of reader) {
      seen.push(event)
      if (seen.length === 2) break
    }
    expect(seen).toEqual([
      { type: 'n', data: 1, id: ids[0] },
      { type: 'n', data: 2, id: ids[1] },
    ])
    expect(channel.clients.get()).toEqual([])
  })

  it('end with the channel', async () => {
    const channel = createChannel<Events>()
    const reader = channel.events()
    void channel.publish('n', 1)
    const closed = channel.close({ return: 'never' })
    const seen = []
    for await (const { data } of reader) seen.push(data)
    expect(seen).toEqual([1])
    await closed
  })

  it('fail for a reader that is too far behind', async () => {
    const channel = createChannel<Events>({ history: { maxEvents: 2 }, maxLag: 0 })
    const reader = channel.events()
    for (let n = 0; n < 10; n++) {
      await channel.publish('n', n)
      await turn()
    }
    expect(await reader.next()).toMatchObject({ value: { data: 0 } })
    await expect(reader.next()).rejects.toThrow('too far behind')
  })

  it('leave at once, even while they wait', async () => {
    const channel = createChannel<Events>()
    const reader = channel.events()
    const waiting = reader.next()
    await reader.return!()
    expect(await waiting).toEqual({ done: true, value: undefined })
    expect(channel.clients.get()).toEqual([])
  })

  it('count against the limits', () => {
    const channel = createChannel<Events>({ maxClients: 1 })
    channel.events()
    expect(() => channel.events()).toThrow('as many clients as it takes')
  })
})

describe('createChannel', () => {
  it.each([
    [{ history: { maxEvents: -1 } }, /history: maxEvents must be a number, at least 0/],
    [{ history: { maxEvent: 1 } }, /did you mean "maxEvents"/],
    [{ history: 5 }, /history must be an object/],
    [{ keepAlive: 0 }, /keepAlive must be a number of ms/],
    [{ retry: 0.5 }, /retry must be a whole number of ms/],
    [{ maxLag: '1' }, /maxLag must be/],
    [{ maxClients: Number.NaN }, /maxClients must be/],
    [{ maxClientsPerKey: -1 }, /maxClientsPerKey must be/],
    [{ schemas: { a: {} } }, /schemas must be an object with a Standard Schema/],
    [{ keepalive: 1 }, /did you mean "keepAlive"/],
    [7, /options must be an object/],
  ])('refuses %j', (options, says) => {
    expect(() => createChannel(options as never)).toThrow(says)
  })
})
