import { describe, expect, onTestFinished, test } from 'vitest'
import {
  createEventSource,
  type EventSourceOptions,
  type StandardSchema,
  type TypedEventSource,
  type UndeclaredEvents,
} from '../../src/entries/index.js'
import { reach, record, until } from '../behaviour/wait.js'
import { HEAD, type RawServer, startRawServer } from './raw-server.js'

function open(server: RawServer, options: EventSourceOptions<UndeclaredEvents>): TypedEventSource<UndeclaredEvents> {
  const source = createEventSource(server.url, { reconnection: () => 0, ...options })
  onTestFinished(() => source.close())
  return source
}

describe('names and payloads are data', () => {
  const NAMES = ['__proto__', 'constructor', 'prototype', 'toString', 'hasOwnProperty']

  test.each(NAMES)('an event named %s is like any other, and reaches no prototype', async (name) => {
    const before = Object.getOwnPropertyNames(Object.prototype)
    const server = await startRawServer((socket) =>
      socket.write(`${HEAD}id: ${name}\nevent: ${name}\ndata: {"${name}":{"polluted":true}}\n\n`),
    )
    const source = open(server, { parse: JSON.parse(`{"${name}":"json"}`) as Record<string, 'json'> })
    const store = source.store(name)
    const heard: unknown[] = []
    source.on(name, (event) => heard.push(event))
    source.on('other', () => heard.push('other'))
    await until(() => heard.length === 1, 'the event')
    expect(heard).toMatchObject([{ type: name, lastEventId: name }])
    expect(Object.hasOwn(store.get() as object, name)).toBe(true)
    expect(Object.getOwnPropertyNames(Object.prototype)).toEqual(before)
    expect(({} as { polluted?: true }).polluted).toBeUndefined()
  })

  test('a schema with such a name is used only if it was passed', async () => {
    const server = await startRawServer((socket) =>
      socket.write(`${HEAD}event: constructor\ndata: 1\n\nevent: __proto__\ndata: 2\n\n`),
    )
    const checked: unknown[] = []
    const schema: StandardSchema = {
      '~standard': {
        version: 1,
        vendor: 'test',
        validate(value) {
          checked.push(value)
          return { value }
        },
      },
    }
    const schemas: Record<string, StandardSchema> = Object.fromEntries([['__proto__', schema]])
    const source = createEventSource(server.url, { schemas })
    onTestFinished(() => source.close())
    expect(() => source.on('constructor', () => {})).toThrow('no schema')
    const heard: unknown[] = []
    source.on('__proto__', ({ data }) => heard.push(data))
    await until(() => heard.length === 1, 'the event')
    expect([heard, checked]).toEqual([[2], [2]])
  })
})

describe('a last event ID that no header can hold', () => {
  test.each([
    ['a line end and a header of its own', '1\r\nX-Injected: yes'],
    ['a bare line feed', '1\n2'],
    ['a NUL', '1\0'],
    ['a control character', '\x1b[31m'],
  ])('%s, from the application: the request is valid, and the status says not resumed', async (_, lastEventId) => {
    const server = await startRawServer((socket) => socket.write(HEAD))
    const source = open(server, { lastEventId })
    expect(await reach(source, 'open')).toMatchObject({ resumed: false })
    expect(server.requests[0]?.headers.has('last-event-id')).toBe(false)
    expect(server.requests[0]?.headers.has('x-injected')).toBe(false)
    expect(source.lastEventId).toBe(lastEventId)
  })

  test('from the server: reconnections continue, also those from the timer', async () => {
    const server = await startRawServer((socket) => socket.end(`${HEAD}id: \x01 \ndata: 1\n\n`))
    const story = record(open(server, {}))
    await until(() => server.requests.length > 5, 'five reconnections')
    expect(server.requests.every(({ headers }) => !headers.has('last-event-id'))).toBe(true)
    expect(story.some(({ state }) => state === 'closed')).toBe(false)
  })

  test('a non-ASCII one is sent as UTF-8, with lone surrogates replaced and spaces at the ends trimmed', async () => {
    for (const [id, sent] of [
      ['grüße ✓ 日本', 'grüße ✓ 日本'],
      ['\ud800', '\ufffd'],
      [' 1\t', '1'],
    ] as const) {
      const server = await startRawServer((socket) => socket.write(HEAD))
      await reach(open(server, { lastEventId: id }), 'open')
      expect(Buffer.from(server.requests[0]?.headers.get('last-event-id') ?? '', 'latin1').toString()).toBe(sent)
    }
  })
})

describe('a last event ID in the URL', () => {
  test.each(['a&b=c', '#fragment', '100%', '%26', 'a+b c', '\r\nX-Injected: yes', 'ü/../?x', '__proto__'])(
    '%j arrives unchanged, and adds nothing else',
    async (lastEventId) => {
      const server = await startRawServer((socket) => socket.write(HEAD))
      const source = createEventSource(`${server.url}?kept=1#fragment`, { lastEventId, lastEventIdParam: 'last&id' })
      onTestFinished(() => source.close())
      expect(await reach(source, 'open')).toMatchObject({ resumed: true })
      const [request] = server.requests
      const target = request?.line.split(' ')[1] ?? ''
      expect(request?.line).toBe(`GET ${target} HTTP/1.1`)
      expect([...new URL(target, server.url).searchParams]).toEqual([
        ['kept', '1'],
        ['last&id', lastEventId],
      ])
      expect(request?.headers.has('x-injected')).toBe(false)
    },
  )
})
