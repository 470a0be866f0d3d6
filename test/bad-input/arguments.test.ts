import { afterAll, beforeAll, describe, expect, inject, it } from 'vitest'
import {
  createParser,
  encodeComment,
  EncodeError,
  encodeMessage,
  EventStreamDecoderStream,
  readEvents,
} from '../../src/entries/event-stream.js'
import {
  createEventSource,
  exponentialBackoff,
  fetchTransport,
  nativeTransport,
  type TypedEventSource,
  type UndeclaredEvents,
} from '../../src/entries/index.js'
import { until } from '../behaviour/wait.js'
import { putUp, type RemoteStream } from '../server/remote.js'

type ErrorClass = typeof TypeError | typeof RangeError | typeof EncodeError

let stream: RemoteStream
beforeAll(async () => {
  stream = await putUp(inject('scriptServer'), { connections: [{}] })
})

/** Refused arguments cause no request and keep nothing alive. */
afterAll(async () => {
  expect((await stream.report()).requests).toEqual([])
  const resources = () => process.getActiveResourcesInfo().filter((name) => /Timeout|Immediate|TCP|Request/.test(name))
  await until(() => resources().length === 0, 'every timer and socket to be released')
})

const isLean = inject('isLean') ?? false

/** For tests of what only the messages of the full build say. */
const atLength = isLean ? () => {} : it

/** What the lean build says instead: whose fault it is and where to read on, but not what is expected. */
function inShort(says: RegExp): RegExp {
  const [fact] = says.source.split(/ must | has no |; /)
  return new RegExp(`${fact}.* \\(docs/[a-z-]+\\.md\\)$`, 's')
}

/** Checks for the exact class: a RangeError instead of a TypeError is wrong too. */
function expectRefusal(call: () => unknown, kind: ErrorClass, says: RegExp): void {
  let thrown: unknown
  try {
    call()
  } catch (error) {
    thrown = error
  }
  expect(thrown).toBeInstanceOf(kind)
  expect((thrown as Error).constructor).toBe(kind)
  expect((thrown as Error).message).toMatch(isLean ? inShort(says) : says)
}

/** The names of all options of a function, which it lists if it gets an unknown one. */
function optionsOf(call: (options: object) => unknown): string[] {
  let message = ''
  try {
    call({ '?': 1 })
  } catch (error) {
    message = (error as Error).message
  }
  return (/the options are (.*)\./.exec(message)?.[1] ?? '').split(', ').toSorted()
}

function namesIn(table: readonly (readonly [string, ...unknown[]])[]): string[] {
  return [...new Set(table.map(([name]) => name))].toSorted()
}

describe('createEventSource', () => {
  describe('refuses an invalid url', () => {
    it.each(['', '/prices', 'prices', 'http://', 'http://a:b', '//host/path'])(
      '%j: a SyntaxError, as in the standard',
      (url) => {
        expect(() => createEventSource(url)).toThrow(
          expect.objectContaining({ name: 'SyntaxError', message: expect.stringContaining(`the url "${url}"`) }),
        )
        expect(() => createEventSource(url)).toThrow(DOMException)
      },
    )

    it.each([undefined, null, 5, {}, [], Symbol('url')])('%s: a TypeError', (url) => {
      expectRefusal(
        () => createEventSource(url as never),
        TypeError,
        /createEventSource: url must be a string, a URL, or a function/,
      )
    })

    it('with credentials, which fetch refuses and which would end up in logs', () => {
      expectRefusal(
        () => createEventSource('http://user:secret@127.0.0.1/'),
        TypeError,
        /url must not contain credentials/,
      )
    })
  })

  const options: [string, unknown[], ErrorClass][] = [
    ['transport', ['xhr', '', null, 5, {}, () => {}], TypeError],
    ['reconnection', [true, 1000, 'backoff', null, {}], TypeError],
    ['connect', ['later', '', null, true], TypeError],
    ['signal', ['abort', null, 5, {}, new AbortController()], TypeError],
    ['withCredentials', ['include', null, 1], TypeError],
    ['idleTimeout', ['1000', null, true, {}], TypeError],
    ['idleTimeout', [0, -1, Number.NaN, Infinity, 2 ** 31], RangeError],
    ['lastEventId', [5, null, {}], TypeError],
    ['lastEventIdParam', ['', 5, null], TypeError],
    ['whenHidden', ['close', '', null, true], TypeError],
    ['endOn', ['', null, 5, {}], TypeError],
    ['duplicateWindow', ['100', null, true], TypeError],
    ['duplicateWindow', [0, -1, 1.5, Number.NaN, Infinity], RangeError],
    ['onPayloadError', [true, null, {}], TypeError],
    ['schemas', [5, 'json', null], TypeError],
    ['parse', ['xml', 5, null], TypeError],
    ['method', [5, null, {}], TypeError],
    ['headers', [5, 'a: b', null], TypeError],
    ['headers', [{ name: 5 }, { 'not a name': '' }, { name: 'a\nb' }, { name: 'ł' }, [1], ['ab']], TypeError],
    ['body', [5, null, { a: 1 }, new ReadableStream()], TypeError],
    ['fetch', [5, 'fetch', null, {}], TypeError],
    ['redirect', ['manual', '', null, true], TypeError],
    ['maxEventSize', ['1 MB', null, true], TypeError],
    ['maxEventSize', [0, -1, Number.NaN], RangeError],
  ]
  atLength('has no other options', () => {
    expect(optionsOf((unknown) => createEventSource(stream.url, unknown))).toEqual(namesIn(options))
  })

  describe.each(options)('refuses a wrong %s', (name, values, kind) => {
    it.each(values.map((value) => [value]))('%o', (value) => {
      // The platform checks headers: for wrong characters it names the header, not the option.
      const says = name === 'headers' ? /createEventSource: headers/ : new RegExp(`createEventSource: ${name} must be `)
      expectRefusal(() => createEventSource(stream.url, { [name]: value }), kind, says)
    })
  })

  it.each([[null], ['json'], [5]])('refuses options that are not an object: %o', (value) => {
    expectRefusal(() => createEventSource(stream.url, value as never), TypeError, /options must be an object/)
  })

  it.each([[null], [5], [{}], [{ parse: () => 1 }], [{ '~standard': {} }], [() => true]])(
    'refuses an invalid schema, and names its event type: %o',
    (schema) => {
      expectRefusal(
        () => createEventSource(stream.url, { schemas: { price: schema as never } }),
        TypeError,
        /schemas\["price"\] must be a Standard Schema/,
      )
    },
  )

  it.each([['xml'], [5], [null], [{}]])('refuses an invalid parser, and names its event type: %o', (parser) => {
    expectRefusal(
      () => createEventSource(stream.url, { parse: { price: parser as never } }),
      TypeError,
      /parse\["price"\] must be 'json', 'text' or a function/,
    )
  })

  it.each(['GET', 'head'])('refuses a body with the method %s', (method) => {
    expectRefusal(
      () => createEventSource(stream.url, { method, body: 'a' }),
      TypeError,
      /body cannot be sent with the method/,
    )
  })

  it.each(['method', 'headers', 'body', 'fetch', 'redirect', 'maxEventSize'])(
    'refuses %s for a transport that ignores it, and says where it belongs',
    (name) => {
      const values: Record<string, unknown> = {
        method: 'POST',
        headers: {},
        body: '',
        fetch,
        redirect: 'error',
        maxEventSize: 1,
      }
      const option = { [name]: values[name] }
      expectRefusal(
        () => createEventSource(stream.url, { transport: 'native', ...option }),
        TypeError,
        new RegExp(`option ${name} has no effect .*'auto' or 'fetch'`),
      )
      for (const transport of [fetchTransport(), nativeTransport()]) {
        expectRefusal(
          () => createEventSource(stream.url, { transport, ...option }),
          TypeError,
          new RegExp(`option ${name} has no effect .*fetchTransport`),
        )
      }
    },
  )

  it.each([
    [
      'localhost:3000/events',
      /scheme "localhost:", which fetch cannot use; did you mean http:\/\/localhost:3000\/events\?/,
    ],
    ['ftp://sse.example/', /scheme "ftp:", which fetch cannot use/],
    ['ws://sse.example/', /scheme "ws:", which fetch cannot use/],
  ])('refuses %s, which fetch can never use, unless there is a custom fetch or transport', (url, says) => {
    for (const transport of ['auto', 'fetch', 'native'] as const) {
      expectRefusal(() => createEventSource(url, { transport }), TypeError, says)
    }
    createEventSource(url, { fetch: () => new Promise(() => {}) }).close()
    createEventSource(url, { transport: fetchTransport({ fetch: () => new Promise(() => {}) }) }).close()
  })

  it('refuses duplicateWindow on native, which does not report what it needs', () => {
    expectRefusal(
      () => createEventSource(stream.url, { transport: 'native', duplicateWindow: 5 }),
      TypeError,
      /duplicateWindow needs 'auto' or 'fetch'/,
    )
  })

  it('refuses a function for endOn on a transport that delivers only named types', () => {
    for (const transport of ['native', nativeTransport()] as const) {
      expectRefusal(
        () => createEventSource(stream.url, { transport, endOn: () => true }),
        TypeError,
        /endOn must be an event type on the transport "native", .* or use 'auto' or 'fetch'/,
      )
    }
  })

  it('releases the signal when it refuses something else', () => {
    const { signal } = new AbortController()
    signal.addEventListener = () => {
      throw new Error('It was listened to.')
    }
    expect(() => createEventSource(stream.url, { signal, idleTimeout: -1 })).toThrow(RangeError)
    expect(() => createEventSource('nowhere', { signal })).toThrow(DOMException)
  })
})

describe('an unknown option is refused by name, with the likely one or the list of all', () => {
  const onEvent = (): void => {}
  const answer = (): Response => new Response('', { headers: { 'content-type': 'text/event-stream' } })
  const source = createEventSource('http://127.0.0.1/', { connect: 'while-listening' })
  afterAll(() => source.close())

  /** Every public function that takes options: its name, a call, a misspelt option and the intended one. */
  const functions: [caller: string, call: (options: object) => unknown, misspelt: string, meant: string][] = [
    ['createEventSource', (options) => createEventSource(stream.url, options), 'idleTimeOut', 'idleTimeout'],
    ['createEventSource', (options) => createEventSource(stream.url, options), 'header', 'headers'],
    ['exponentialBackoff', exponentialBackoff, 'maxAttempt', 'maxAttempts'],
    ['fetchTransport', fetchTransport, 'maxEventsize', 'maxEventSize'],
    ['on', (options) => source.on('price', () => {}, options), 'onse', 'once'],
    ['events', (options) => source.events('price', options), 'queueSize', 'maxQueueSize'],
    ['createParser', (options) => createParser({ onEvent, ...options }), 'onRetri', 'onRetry'],
    ['readEvents', (options) => readEvents(answer(), options), 'signl', 'signal'],
    ['EventStreamDecoderStream', (options) => new EventStreamDecoderStream(options), 'onID', 'onId'],
  ]

  it.each(functions)('%s', (caller, call, misspelt, meant) => {
    // Even if it is undefined: the name is still wrong.
    for (const value of [1, undefined]) {
      const says = new RegExp(`^${caller}: there is no option "${misspelt}"; did you mean "${meant}"\\?$`)
      expectRefusal(() => call({ [misspelt]: value }), TypeError, says)
    }
    const unknown = new RegExp(`^${caller}: there is no option "xyz"; the options are (?:\\w+, )*${meant}[,.]`)
    expectRefusal(() => call({ xyz: 1 }), TypeError, unknown)
  })

  it('EventStreamDecoderStream does not have the parser callbacks that it replaces', () => {
    for (const name of ['onEvent', 'onError']) {
      const says = new RegExp(`no option "${name}"`)
      expectRefusal(() => new EventStreamDecoderStream({ [name]: onEvent }), TypeError, says)
    }
  })

  it('each option is read once, so that the checked value is the one used', () => {
    let reads = 0
    const options = {
      get maxDelay() {
        reads += 1
        return reads === 1 ? 100 : Number.NaN
      },
    }
    const policy = exponentialBackoff(options)
    expect(reads).toBe(1)
    const failure = { kind: 'network', fatal: false, message: 'lost' } as const
    expect(policy({ attempt: 1, failure, reconnectionTime: undefined, random: 0 })).toBe(100)
  })

  it('a known option that is undefined counts as not given', () => {
    createEventSource(stream.url, {
      connect: 'while-listening',
      idleTimeout: undefined,
      method: undefined,
      signal: undefined,
    }).close()
  })

  it('an inherited option counts, and is checked', () => {
    class Options {
      get connect(): 'while-listening' {
        return 'while-listening'
      }
      get idleTimeout(): number {
        return -1
      }
      notAnOption(): void {}
    }
    const says = /createEventSource: idleTimeout must be/
    expectRefusal(() => createEventSource(stream.url, new Options()), RangeError, says)
    Object.defineProperty(Options.prototype, 'idleTimeout', { value: 1000 })
    createEventSource(stream.url, new Options()).close()
  })
})

describe('the methods of a source', () => {
  let source: TypedEventSource<UndeclaredEvents>
  beforeAll(() => {
    source = createEventSource(stream.url, { connect: 'while-listening' })
  })
  afterAll(() => {
    expect(source.status.get(), 'what was refused has not connected it').toEqual({ state: 'idle' })
    source.close()
  })

  it.each([[''], [5], [null], [undefined], [{}], [Symbol('type')]])(
    'on, events and store refuse the type %o',
    (type) => {
      const says = /event type must be a non-empty string/
      expectRefusal(() => source.on(type as never, () => {}), TypeError, says)
      expectRefusal(() => source.store(type as never), TypeError, says)
      expectRefusal(() => source.events([type as never]), TypeError, says)
    },
  )

  it.each([[undefined], [null], [5], ['listener'], [{ handleEvent() {} }]])(
    'on refuses the listener %o',
    (listener) => {
      expectRefusal(() => source.on('price', listener as never), TypeError, /on: the listener must be a function/)
    },
  )

  it.each([[undefined], [null], [5], ['listener'], [{}]])('onReconnect refuses the listener %o', (listener) => {
    expectRefusal(
      () => source.onReconnect(listener as never),
      TypeError,
      /onReconnect: the listener must be a function/,
    )
  })

  it('events refuses an empty list of types', () => {
    expectRefusal(() => source.events([]), TypeError, /name at least one event type/)
  })

  it.each([[1], ['true'], [null], [{}]])('on refuses once: %o', (once) => {
    expectRefusal(() => source.on('price', () => {}, { once: once as never }), TypeError, /on: once must be a boolean/)
  })

  it.each([[0], [-1], [1.5], [Number.NaN], [Infinity]])('events refuses maxQueueSize: %o', (maxQueueSize) => {
    expectRefusal(() => source.events('price', { maxQueueSize }), RangeError, /maxQueueSize must be a whole number/)
  })

  it.each([['drop-newest'], [''], [null], [5]])('events refuses overflow: %o', (overflow) => {
    expectRefusal(
      () => source.events('price', { overflow: overflow as never }),
      TypeError,
      /overflow must be 'error' or/,
    )
  })

  it('status and stores refuse a subscriber that is not a function', () => {
    const { subscribe } = source.status
    for (const run of [undefined, null, 5, { next() {} }]) {
      expectRefusal(() => subscribe(run as never), TypeError, /subscriber must be a function/)
    }
  })

  it('a type without a schema is refused, with a list of the types, even if it is a prototype key', () => {
    const schema = { '~standard': { version: 1, vendor: 'test', validate: (value: unknown) => ({ value }) } } as const
    const checked = createEventSource(stream.url, {
      connect: 'while-listening',
      schemas: { price: schema, news: schema },
    })
    for (const type of ['prices', 'toString', '__proto__']) {
      const says = new RegExp(`"${type}" has no schema; the declared types are: price, news`)
      expectRefusal(() => checked.on(type as never, () => {}), TypeError, says)
      expectRefusal(() => checked.events(type as never), TypeError, says)
      expectRefusal(() => checked.store(type as never), TypeError, says)
    }
    checked.close()
  })
})

describe('fetchTransport', () => {
  const options: [string, unknown[], ErrorClass][] = [
    ['method', [5, null, {}], TypeError],
    ['headers', [5, 'a: b', null, { name: 5 }], TypeError],
    ['body', [5, null, { a: 1 }, new ReadableStream()], TypeError],
    ['fetch', [5, 'fetch', null, {}], TypeError],
    ['redirect', ['manual', '', null, true], TypeError],
    ['maxEventSize', ['1 MB', null], TypeError],
    ['maxEventSize', [0, -1, Number.NaN], RangeError],
  ]
  atLength('has no other options', () => {
    expect(optionsOf(fetchTransport)).toEqual(namesIn(options))
  })

  it.each(options)('refuses a wrong %s: %o', (name, values, kind) => {
    for (const value of values) {
      expectRefusal(() => fetchTransport({ [name]: value }), kind, new RegExp(`fetchTransport: ${name}`))
    }
  })

  it('refuses options that are not an object, and a body with GET', () => {
    expectRefusal(() => fetchTransport(null as never), TypeError, /fetchTransport: options must be an object/)
    expectRefusal(
      () => fetchTransport({ method: 'GET', body: 'a' }),
      TypeError,
      /fetchTransport: a body cannot be sent/,
    )
  })
})

describe('exponentialBackoff', () => {
  const options: [string, unknown[]][] = [
    ['initialDelay', [-1, Number.NaN, 2 ** 31, Infinity]],
    ['maxDelay', [-1, Number.NaN, 2 ** 31, Infinity]],
    ['multiplier', [0, 0.5, -1, Number.NaN]],
    ['jitter', [-0.1, 1.1, Number.NaN]],
    ['maxAttempts', [-1, Number.NaN]],
    ['resetAfter', [-1, Number.NaN]],
  ]
  atLength('has no other options but shouldReconnect', () => {
    expect(optionsOf(exponentialBackoff)).toEqual([...namesIn(options), 'shouldReconnect'].toSorted())
  })

  it.each(options)('refuses a wrong %s', (name, values) => {
    const says = new RegExp(`exponentialBackoff: ${name} must be `)
    for (const value of values) expectRefusal(() => exponentialBackoff({ [name]: value }), RangeError, says)
    for (const value of ['1000', null, true, {}]) {
      expectRefusal(() => exponentialBackoff({ [name]: value }), TypeError, says)
    }
  })

  it('refuses options that are not an object, and a shouldReconnect that is not a function', () => {
    expectRefusal(() => exponentialBackoff(null as never), TypeError, /exponentialBackoff: options must be an object/)
    expectRefusal(
      () => exponentialBackoff({ shouldReconnect: true as never }),
      TypeError,
      /shouldReconnect must be a function/,
    )
  })
})

describe('everstream/event-stream', () => {
  const onEvent = (): void => {}

  it.each([[undefined], [null], [5], ['options']])('createParser refuses the options %o', (value) => {
    expectRefusal(() => createParser(value as never), TypeError, /options must be an object/)
  })

  it.each(['onEvent', 'onId', 'onRetry', 'onComment', 'onError'])('createParser refuses a wrong %s', (name) => {
    const says = new RegExp(`${name} must be a function`)
    for (const value of [null, 5, 'f', {}]) {
      expectRefusal(() => createParser({ onEvent, [name]: value }), TypeError, says)
    }
  })

  it.each(['onId', 'onRetry', 'onComment'])('EventStreamDecoderStream refuses a wrong %s', (name) => {
    const says = new RegExp(`${name} must be a function`)
    for (const value of [null, 5, 'f', {}]) {
      expectRefusal(() => new EventStreamDecoderStream({ [name]: value }), TypeError, says)
    }
  })

  it('createParser refuses options without onEvent', () => {
    expectRefusal(() => createParser({} as never), TypeError, /onEvent must be a function/)
  })

  it('createParser and EventStreamDecoderStream refuse a wrong limit', () => {
    for (const make of [
      (options: object) => createParser({ onEvent, ...options }),
      (options: object) => new EventStreamDecoderStream(options),
    ]) {
      for (const maxEventSize of [0, -1, Number.NaN]) {
        expectRefusal(() => make({ maxEventSize }), RangeError, /maxEventSize must be/)
      }
      for (const maxEventSize of ['1', null])
        expectRefusal(() => make({ maxEventSize }), TypeError, /maxEventSize must be/)
    }
  })

  it('push refuses anything but bytes and strings, and continues to read', () => {
    const events: string[] = []
    const parser = createParser({ onEvent: ({ data }) => events.push(data) })
    parser.push('data: 1\n')
    for (const chunk of [undefined, null, 5, {}, [1], new ArrayBuffer(1), new Uint16Array(1)]) {
      expectRefusal(() => parser.push(chunk as never), TypeError, /chunk must be/)
    }
    parser.push('\n')
    expect(events).toEqual(['1'])
  })

  it('readEvents refuses a value that is not a response, and does not touch the body if it refuses the options', () => {
    for (const response of [undefined, null, 5, {}, 'http://127.0.0.1/']) {
      expectRefusal(() => readEvents(response as never), TypeError, /response must be/)
    }
    const response = new Response('data: 1\n\n', { headers: { 'content-type': 'text/event-stream' } })
    expectRefusal(() => readEvents(response, null as never), TypeError, /options must be an object/)
    expectRefusal(() => readEvents(response, { signal: {} as never }), TypeError, /signal must be an AbortSignal/)
    expectRefusal(() => readEvents(response, { maxEventSize: 0 }), RangeError, /maxEventSize must be/)
    expect(response.body?.locked).toBe(false)
    response.body?.getReader()
    expectRefusal(() => readEvents(response), TypeError, /locked/)
  })

  const messages: [string, unknown, string][] = [
    ['no object', null, 'message'],
    ['an empty message', {}, 'message'],
    ['an event that is not a string', { event: 5, data: '' }, 'event'],
    ['an empty event', { event: '', data: '' }, 'event'],
    ['an event without data', { event: 'a' }, 'event'],
    ['an event with a line feed', { event: 'a\ndata: b', data: '' }, 'event'],
    ['an event with a carriage return', { event: 'a\rb', data: '' }, 'event'],
    ['data that is not a string', { data: { a: 1 } }, 'data'],
    ['half a character', { data: '\ud800' }, 'data'],
    ['an id with a line feed', { id: '1\n2' }, 'id'],
    ['an id with NUL', { id: '1\0' }, 'id'],
    ['an id that is not a string', { id: 1 }, 'id'],
    ['a retry below 0', { retry: -1 }, 'retry'],
    ['a retry that is not a whole number', { retry: 1.5 }, 'retry'],
    ['a retry that is not a number', { retry: '1' }, 'retry'],
  ]
  it.each(messages)('encodeMessage refuses %s', (_what, message, field) => {
    expectRefusal(() => encodeMessage(message as never), EncodeError, new RegExp(`^${field} `))
    expect(() => encodeMessage(message as never)).toThrow(expect.objectContaining({ field }))
  })

  it('encodeComment refuses anything but strings', () => {
    for (const text of [undefined, null, 5, {}, '\udfff']) {
      expectRefusal(() => encodeComment(text as never), EncodeError, /^comment must/)
    }
  })
})
