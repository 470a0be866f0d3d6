import { describe, expect, it, vi } from 'vitest'
import { ParseError } from '../../src/event-stream/parse-error.js'
import type { ParserOptions } from '../../src/event-stream/parser-options.js'
import { createParser, type EventStreamParser } from '../../src/event-stream/parser.js'
import { inChunksOf, recordingParser, run } from './run.js'

const bytes = (text: string): Uint8Array => new TextEncoder().encode(text)

/** The `data` of each event. */
function dataOf(...chunks: (Uint8Array | string)[]): string[] {
  return run(chunks).flatMap((happening) => (happening.kind === 'event' ? [happening.message.data] : []))
}

describe('an event', () => {
  it('is delivered at its blank line, during push', () => {
    const onEvent = vi.fn<ParserOptions['onEvent']>()
    const parser = createParser({ onEvent })
    parser.push('data: a\n')
    expect(onEvent).not.toHaveBeenCalled()
    parser.push('\n')
    expect(onEvent.mock.calls).toEqual([[{ event: 'message', data: 'a', id: undefined }]])
  })

  it.each([
    ['strings', (text: string) => text],
    ['bytes', bytes],
  ])('does not wait for what may follow a CR (%s)', (_, chunk) => {
    const { parser, happenings } = recordingParser()
    parser.push(chunk('data: a\r\r'))
    expect(happenings).toHaveLength(1)
    parser.push(chunk('\ndata: b\r'))
    parser.push(chunk('\n\r'))
    expect(happenings).toHaveLength(2)
    parser.push(chunk('\n\n\n'))
    expect(happenings).toHaveLength(2)
  })

  it('treats only an LF right after the CR as the rest of a CRLF', () => {
    expect(dataOf('data: a\r', 'data: b\n', '\n')).toEqual(['a\nb'])
    expect(dataOf('data: a\r', '', '\n', 'data: b\n\n')).toEqual(['a\nb'])
  })

  it('has only the type of its own block', () => {
    expect(run(['event: a\ndata: 1\n\ndata: 2\n\nevent: b\n\ndata: 3\n\nevent: c\nevent\ndata: 4\n\n'])).toEqual(
      ['a', 'message', 'message', 'message'].map((event, index) => ({
        kind: 'event',
        message: { event, data: String(index + 1), id: undefined },
      })),
    )
  })

  it('is a new object each time, with these three properties', () => {
    const messages = run(['data: a\n\ndata: a\n\n']).map((happening) => 'message' in happening && happening.message)
    expect(messages[0]).not.toBe(messages[1])
    expect(Object.entries(messages[0] as object)).toEqual([
      ['event', 'message'],
      ['data', 'a'],
      ['id', undefined],
    ])
  })

  it('is like any other, whatever its type is called', () => {
    for (const event of ['__proto__', 'constructor', 'toString', 'error', 'open']) {
      expect(run([`event: ${event}\ndata: x\n\n`])).toEqual([
        { kind: 'event', message: { event, data: 'x', id: undefined } },
      ])
    }
  })
})

describe('chunks of a few bytes', () => {
  const LONG = 'x'.repeat(600)

  it.each<[string, Uint8Array[], string, string]>([
    ['an event', [], 'data: a\n\n', 'event'],
    ['an event with CR line ends', [], 'id: 1\rdata: a\r\r', 'event'],
    ['an ID', [], 'id: 1\n\n', 'id'],
    ['the reconnection time', [], 'retry: 5\n', 'retry'],
    ['a comment', [], ':a\n', 'comment'],
    ['a comment right after the byte order mark', [], '\ufeff:a\n', 'comment'],
    ['a comment after other lines', [], 'data: a\nevent: b\n:a\n', 'comment'],
    ['the rest of a comment', [bytes(`:${LONG}`)], 'a\n', 'comment'],
    [
      'the rest of a comment that began in a large chunk after small ones',
      [bytes('a\n'), bytes(`:${LONG}`)],
      'a\n',
      'comment',
    ],
    ['the rest of a reconnection time', [bytes(`data: ${LONG}\nretry: `)], '5\n', 'retry'],
    ['a comment longer than what is buffered', [], `:${LONG}\n`, 'comment'],
    ['a comment after a longer line', [], `data: ${LONG}\n:a\n`, 'comment'],
    ['a blank line after a large chunk', [bytes(`data: ${LONG}\n`)], '\n', 'event'],
  ])('report %s at the end of its line', (_, before, stream, kind) => {
    const { parser, happenings } = recordingParser()
    for (const chunk of before) parser.push(chunk)
    const pieces = [...inChunksOf(1, bytes(stream))]
    for (const piece of pieces.slice(0, -1)) parser.push(piece)
    expect(happenings).toEqual([])
    parser.push(pieces.at(-1)!)
    expect(happenings.at(-1)).toMatchObject({ kind })
  })

  it('that follow a string are read like any other', () => {
    const { parser, happenings } = recordingParser()
    parser.push(bytes('data: a\n'))
    parser.push(':b')
    for (const piece of inChunksOf(1, bytes('c\n'))) parser.push(piece)
    expect(happenings).toEqual([{ kind: 'comment', text: 'bc' }])
  })

  it.each([
    ['at the end of their line', 'data: abcdefg\n'],
    ['after 512 bytes of it', `data: ${'x'.repeat(506)}`],
  ])('are counted against the limit %s at the latest', (_, line) => {
    const onError = vi.fn<() => void>()
    const parser = createParser({ maxEventSize: 12, onEvent: () => {}, onError })
    for (const piece of inChunksOf(1, bytes('data: abcdef\n\n'))) parser.push(piece)
    expect(onError).not.toHaveBeenCalled()
    for (const piece of inChunksOf(1, bytes(line))) parser.push(piece)
    expect(onError).toHaveBeenCalledOnce()
  })
})

describe('a field', () => {
  it('is recognised only by its whole name', () => {
    const others = ['dota', 'dataa', 'exist', 'exxnt', 'evens', 'it', 'idd', 'reply', 'retro', 'Data', 'ID']
    const lines = others.map((name) => `${name}: 5\n${name}\n`)
    expect(run([`${lines.join('')}data: x\n\n`])).toEqual([
      { kind: 'event', message: { event: 'message', data: 'x', id: undefined } },
    ])
  })
})

describe('the last event ID', () => {
  it('is the id of the message that sets it, but not of later ones', () => {
    expect(run(['id: 1\ndata: a\n\ndata: b\n\nid\ndata: c\n\nid: 2\nid: a\0b\ndata: d\n\n'])).toEqual([
      { kind: 'event', message: { event: 'message', data: 'a', id: '1' } },
      { kind: 'event', message: { event: 'message', data: 'b', id: undefined } },
      { kind: 'event', message: { event: 'message', data: 'c', id: '' } },
      { kind: 'event', message: { event: 'message', data: 'd', id: '2' } },
    ])
  })

  it('is reported by onId if no message has it, at the blank line, once', () => {
    const { parser, happenings } = recordingParser()
    parser.push('id: 1\nid: 2\n')
    expect(happenings).toEqual([])
    parser.push('\nid: 2\n\nid: a\0b\n\nid\n\n')
    expect(happenings).toEqual([
      { kind: 'id', id: '2' },
      { kind: 'id', id: '2' },
      { kind: 'id', id: '' },
    ])
  })

  it('does not survive reset() without its blank line', () => {
    const { parser, happenings } = recordingParser()
    parser.push('id: 2\ndata: a\n')
    parser.reset()
    parser.push('data: b\n\n')
    expect(happenings).toEqual([{ kind: 'event', message: { event: 'message', data: 'b', id: undefined } }])
  })
})

describe('the reconnection time', () => {
  it('is reported at the end of its line', () => {
    const { parser, happenings } = recordingParser()
    parser.push('retry: 70')
    expect(happenings).toEqual([])
    parser.push('0\n')
    expect(happenings).toEqual([{ kind: 'retry', reconnectionTime: 700 }])
  })

  it('is at most the largest safe integer', () => {
    expect(run([`retry: 9007199254740993\nretry: ${'9'.repeat(400)}\n`])).toEqual(
      Array.from({ length: 2 }, () => ({ kind: 'retry', reconnectionTime: Number.MAX_SAFE_INTEGER })),
    )
  })

  it('is not set by an empty field (our decision, because engines differ)', () => {
    expect(run(['retry\nretry:\nretry: \n\n'])).toEqual([])
  })
})

describe('a comment', () => {
  it('is reported at the end of its line, without its colon and one space', () => {
    expect(run([':a\n: b\n:  c\n:\n:unfinished'])).toEqual(
      ['a', 'b', ' c', ''].map((text) => ({ kind: 'comment', text })),
    )
  })

  it('does not end the event around it', () => {
    expect(dataOf('data: a\n:\ndata: b\n\n')).toEqual(['a\nb'])
  })
})

describe('text', () => {
  it('has one byte order mark removed at the very start, for bytes and strings', () => {
    expect(dataOf('\uFEFFdata: a\n\n')).toEqual(['a'])
    expect(dataOf('\uFEFF', 'data: a\n\n')).toEqual(['a'])
    expect(dataOf('\uFEFF\uFEFFdata: a\n\n')).toEqual([])
    expect(dataOf(bytes('\uFEFF\uFEFFdata: a\n\n'))).toEqual([])
    expect(dataOf('', '\n', '\uFEFFdata: a\n\n')).toEqual([])
    expect(dataOf('\uFEFF', '\uFEFFdata: a\n\n')).toEqual([])
  })

  it('has another byte order mark removed after reset()', () => {
    const { parser, happenings } = recordingParser()
    for (let connection = 0; connection < 2; connection++) {
      parser.push(bytes('\uFEFFdata: a\n\n'))
      parser.reset()
    }
    expect(happenings).toHaveLength(2)
  })

  it.each(['\u2003', '\u{10000}', 'é'])(
    'keeps the bytes of a character together, wherever they are cut: %j',
    (character) => {
      for (const length of [1, 100]) {
        const data = `${'x'.repeat(length)}${character}`
        const stream = bytes(`data: ${data}\n\n`)
        for (let end = stream.length - 6; end < stream.length; end++) {
          expect(dataOf(stream.slice(0, end), stream.slice(end))).toEqual([data])
        }
      }
    },
  )

  it('is complete, however many small chunks a line comes in', () => {
    const data = '0123456789'.repeat(200)
    for (const size of [1, 46, 47, 48]) expect(dataOf(...inChunksOf(size, bytes(`data: ${data}\n\n`)))).toEqual([data])
  })

  it('keeps the halves of a character in two strings together', () => {
    expect(dataOf('data: \uD83D', '\uDCA9\n\n')).toEqual(['💩'])
  })

  it('has U+FFFD for a character that a string cuts off', () => {
    expect(dataOf(bytes('data: €').slice(0, -1), '!\n\n')).toEqual(['\uFFFD!'])
    expect(dataOf(bytes('data: €').slice(0, -1), '', bytes('€').slice(-1), '\n\n')).toEqual(['€'])
  })

  it.each([0, 100])('forgets half a character at reset(), %d bytes into a line', (length) => {
    const { parser, happenings } = recordingParser()
    parser.push(bytes(`data: ${'x'.repeat(length)}€`).slice(0, -1))
    parser.reset()
    parser.push(bytes('data: a\n\n'))
    expect(happenings).toEqual([{ kind: 'event', message: { event: 'message', data: 'a', id: undefined } }])
  })
})

describe('the memory of a chunk', () => {
  it('may be reused as soon as push has returned', () => {
    const { parser, happenings } = recordingParser()
    const buffer = new Uint8Array(8)
    for (const byte of bytes('event: tick\nid: 1\ndata: €42 and more than eight bytes\n\n')) {
      buffer.fill(0x0a)
      buffer[3] = byte
      parser.push(buffer.subarray(3, 4))
      buffer.fill(0x0a)
    }
    expect(happenings.at(-1)).toEqual({
      kind: 'event',
      message: { event: 'tick', data: '€42 and more than eight bytes', id: '1' },
    })
  })

  it('may come from another realm, or be a Buffer', async () => {
    const { runInNewContext } = await import('node:vm')
    const foreign = runInNewContext('Uint8Array.from([100, 97, 116, 97, 10, 10])') as Uint8Array
    expect(foreign instanceof Uint8Array).toBe(false)
    expect(dataOf(foreign)).toEqual([''])
    expect(dataOf(Buffer.from('data\n\n'))).toEqual([''])
  })
})

describe('end()', () => {
  it('discards an unfinished event', () => {
    const { parser, happenings } = recordingParser()
    parser.push('data: a\n')
    parser.end()
    expect(happenings).toEqual([])
  })

  it('makes push do nothing until reset()', () => {
    const { parser, happenings } = recordingParser()
    parser.end()
    parser.end()
    parser.push('data: a\n\n')
    expect(happenings).toEqual([])
    parser.reset()
    parser.push('data: b\n\n')
    expect(happenings).toMatchObject([{ message: { data: 'b' } }])
  })

  it('from inside a callback stops all further reports', () => {
    const parser: EventStreamParser = createParser({ onEvent: (message) => (events.push(message.data), parser.end()) })
    const events: string[] = []
    parser.push('data: a\n\ndata: b\n\n')
    parser.push('data: c\n\n')
    expect(events).toEqual(['a'])
  })
})

describe('reset()', () => {
  it('forgets an unfinished line and block, and a CR before it', () => {
    const { parser, happenings } = recordingParser()
    parser.push('event: a\ndata: x\nda')
    parser.reset()
    parser.push('ta: b\n\ndata: y\r')
    parser.reset()
    parser.push('\ndata: z\n\n')
    expect(happenings).toEqual([{ kind: 'event', message: { event: 'message', data: 'z', id: undefined } }])
  })

  it('ends an ignored line too', () => {
    const { parser, happenings } = recordingParser({ onComment: undefined })
    parser.push(': a long comment')
    parser.reset()
    parser.push('data: a\n\n')
    expect(happenings).toHaveLength(1)
  })

  it.each(['onEvent', 'onId', 'onRetry', 'onComment'] as const)('from inside %s stops all further reports', (name) => {
    const calls: string[] = []
    const record = (callback: string) => () => {
      calls.push(callback)
      if (callback === name) parser.reset()
    }
    const parser: EventStreamParser = createParser({
      onEvent: record('onEvent'),
      onId: record('onId'),
      onRetry: record('onRetry'),
      onComment: record('onComment'),
    })
    const stream = ': c\nretry: 1\nid: 1\n\ndata: a\n\n'
    parser.push(stream + stream)
    expect(calls).toEqual(['onComment', 'onRetry', 'onId', 'onEvent'].slice(0, calls.indexOf(name) + 1))
    expect(calls.at(-1)).toBe(name)

    calls.length = 0
    parser.push(stream)
    expect(calls.at(-1)).toBe(name)
  })

  it('followed by push inside a callback reads the new stream, and drops the rest of the old one', () => {
    const events: string[] = []
    const parser: EventStreamParser = createParser({
      onEvent: ({ data }) => {
        events.push(data)
        if (data !== 'old') return
        parser.reset()
        parser.push('data: new\n\nda')
      },
    })
    parser.push('data: old\n\ndata: lost\n\n')
    parser.push('ta: newer\n\n')
    expect(events).toEqual(['old', 'new', 'newer'])
  })

  it.each([1, 1000])('from inside the callback of a line that was cut drops the remaining %d events', (count) => {
    const onEvent = vi.fn()
    const parser: EventStreamParser = createParser({ onEvent, onRetry: () => parser.reset() })
    parser.push('retry: 1')
    parser.push(`0\n${'data: lost\n\n'.repeat(count)}`)
    parser.push('data: new\n\n')
    expect(onEvent.mock.calls).toEqual([[{ event: 'message', data: 'new', id: undefined }]])
  })

  it('from inside a callback drops the rest of a large chunk, even after the new stream has started', () => {
    const events: string[] = []
    const parser: EventStreamParser = createParser({
      onEvent: ({ data }) => {
        events.push(data)
        if (data !== 'old') return
        parser.reset()
        parser.push('data: ne')
      },
    })
    parser.push(bytes(`data: old\n\n${'data: lost\n\n'.repeat(2000)}`))
    parser.push('w\n\n')
    expect(events).toEqual(['old', 'new'])
  })
})

describe('a callback that throws', () => {
  it.each(['onEvent', 'onId', 'onRetry', 'onComment'] as const)(
    'throws out of push (%s), and push throws until reset()',
    (name) => {
      const onEvent = vi.fn<ParserOptions['onEvent']>()
      const throwing = vi.fn<() => void>(() => {
        throw new Error('mine')
      })
      const parser = createParser({ onEvent, [name]: throwing })
      expect(() => parser.push(': c\nretry: 1\nid: 1\n\ndata: a\n\ndata: b\n\n')).toThrow('mine')
      expect(() => parser.push('data: c\n\n')).toThrow(/reset\(\)/)
      expect(throwing).toHaveBeenCalledTimes(1)
      expect(onEvent).not.toHaveBeenCalled()

      throwing.mockImplementation(() => {})
      parser.reset()
      parser.push('data: d\n\n')
      expect((name === 'onEvent' ? throwing : onEvent).mock.calls).toContainEqual([
        { event: 'message', data: 'd', id: undefined },
      ])
    },
  )
})

/** A parser whose first callback starts another stream, and catches what a callback of that stream throws. */
function nest(callback: 'onEvent' | 'onId') {
  const events: string[] = []
  const failures: unknown[] = []
  const begin = (data: string): void => {
    if (data === 'inner') throw new Error('mine')
    if (data !== 'old') return
    parser.reset()
    try {
      parser.push('id: inner\n\ndata: inner\n\n')
    } catch (error) {
      failures.push(error)
    }
  }
  const parser: EventStreamParser = createParser({
    onId: callback === 'onId' ? begin : undefined,
    onEvent: ({ data }) => {
      events.push(data)
      if (callback === 'onEvent') begin(data)
    },
  })
  return { parser, events, failures }
}

describe('a callback that throws, of a stream that another callback started', () => {
  it.each([
    ['onEvent', ['old', 'inner']],
    ['onId', []],
  ] as const)('stops all reports of the old stream (%s), and push throws until reset()', (callback, delivered) => {
    const { parser, events, failures } = nest(callback)
    parser.push('id: old\n\ndata: old\n\ndata: lost\n\n')
    expect(failures).toEqual([new Error('mine')])
    expect(events).toEqual(delivered)
    expect(() => parser.push('data: next\n\n')).toThrow(/reset\(\)/)
    expect(events).toEqual(delivered)
  })
})

describe('push() from inside a callback', () => {
  it('is refused, because it would break the order of the stream', () => {
    const parser: EventStreamParser = createParser({ onEvent: () => parser.push('data: b\n\n') })
    expect(() => parser.push('data: a\n\n')).toThrow(/inside a callback/)
  })
})

describe('maxEventSize', () => {
  const tooLarge = (maxEventSize: number, ...chunks: (Uint8Array | string)[]): boolean => {
    const onError = vi.fn<(error: ParseError) => void>()
    run(chunks, { maxEventSize, onError })
    return onError.mock.calls.length === 1
  }

  it('counts the bytes of the lines of known fields, without line ends', () => {
    const block = 'event: abc\nid: 1\ndata: defg\nretry: 1\r\ndata\n\n'
    expect(tooLarge(10 + 5 + 10 + 8 + 4, block)).toBe(false)
    expect(tooLarge(10 + 5 + 10 + 8 + 3, block)).toBe(true)
  })

  it('counts the bytes of bytes, and the characters of strings', () => {
    for (const [character, size] of [
      ['a', 1],
      ['\u0080', 2],
      ['\u07FF', 2],
      ['\u0800', 3],
      ['€', 3],
      ['💩', 4],
    ] as const) {
      expect(tooLarge(5 + size, bytes(`data:${character}\n\n`))).toBe(false)
      expect(tooLarge(5 + size - 1, bytes(`data:${character}\n\n`))).toBe(true)
      expect(tooLarge(5 + character.length, `data:${character}\n\n`)).toBe(false)
      expect(tooLarge(5 + character.length - 1, `data:${character}\n\n`)).toBe(true)
    }
  })

  it('counts the bytes of a long line, and an invalid byte as one', () => {
    expect(tooLarge(65, bytes(`data:${'€'.repeat(20)}\n\n`))).toBe(false)
    expect(tooLarge(64, bytes(`data:${'€'.repeat(20)}\n\n`))).toBe(true)
    const invalid = Uint8Array.of(...bytes('data:é'), 0xff, 0x0a)
    expect(tooLarge(8, invalid)).toBe(false)
    expect(tooLarge(7, invalid)).toBe(true)
  })

  it('counts the characters of strings, even after a stream of bytes', () => {
    const onError = vi.fn<() => void>()
    const parser = createParser({ maxEventSize: 10, onEvent: () => {}, onError })
    parser.push(bytes('data: é\n\n'))
    parser.reset()
    parser.push('data: éééé\n')
    expect(onError).not.toHaveBeenCalled()
  })

  it('counts the characters of strings, even after bytes of the same stream', () => {
    expect(tooLarge(10, bytes('data: é\n\n'), 'data: éééé\n\n')).toBe(false)
    expect(tooLarge(10, bytes('data: é\n\n'), 'data: ééééé\n\n')).toBe(true)
  })

  it('counts the same if a chunk completes one cut character and cuts another', () => {
    const padding = 'z'.repeat(60)
    const stream = bytes(`${padding}\n💩${padding}\ndata: é${padding}\n\n`)
    const [first, second] = [padding.length + 4, stream.indexOf(0xc3) + 1]
    const cut = [stream.slice(0, first), stream.slice(first, second), stream.slice(second)]
    for (const chunks of [[stream], cut]) {
      expect(tooLarge(68, ...chunks)).toBe(false)
      expect(tooLarge(67, ...chunks)).toBe(true)
    }
  })

  it('counts every event separately', () => {
    expect(tooLarge(7, 'data: a\n\n'.repeat(100))).toBe(false)
  })

  it('does not wait for the end of the line', () => {
    expect(tooLarge(7, 'data: ab')).toBe(true)
    expect(tooLarge(7, 'data: a')).toBe(false)
  })

  it.each([
    ['strings', (text: string) => text],
    ['bytes', bytes],
  ])('adds up the pieces of an endless line (%s)', (_, chunk) => {
    const onError = vi.fn<() => void>()
    const parser = createParser({ maxEventSize: 306, onEvent: () => {}, onError })
    parser.push(chunk('data: '))
    for (let i = 0; i < 3; i++) parser.push(chunk('é'.repeat(50)))
    expect(onError).not.toHaveBeenCalled()
    for (let i = 0; i < 4; i++) parser.push(chunk('x'.repeat(50)))
    expect(onError).toHaveBeenCalledOnce()
  })

  it('counts the bytes of a line that starts with non-ASCII text and ends with ASCII', () => {
    const chunks = [bytes(`data: é${'y'.repeat(60)}`), bytes(`${'z'.repeat(60)}\n\n`)]
    expect(tooLarge(6 + 2 + 120, ...chunks)).toBe(false)
    expect(tooLarge(6 + 2 + 119, ...chunks)).toBe(true)
  })

  it('counts the bytes of a line that came in pieces', () => {
    const pieces = [bytes(`data: ${'é'.repeat(50)}x`), bytes(`\ndata: y${'\n'.repeat(60)}`)]
    expect(tooLarge(107 + 7, ...pieces)).toBe(false)
    expect(tooLarge(107 + 6, ...pieces)).toBe(true)
  })

  it('counts the bytes of small chunks before a large one', () => {
    const pieces = [bytes('data: é1'), bytes(`${'x'.repeat(60)}\n`)]
    expect(tooLarge(9 + 60, ...pieces)).toBe(false)
    expect(tooLarge(9 + 59, ...pieces)).toBe(true)
  })

  it('does not count comments without onComment, lines of unknown fields, or invalid names', () => {
    const stream = `data: a\n:${'x'.repeat(99)}\nunknown: ${'x'.repeat(99)}\ndatum\ndat\n${'x'.repeat(99)}\n`
    for (const chunks of [
      [stream, stream, '\n'],
      [...inChunksOf(1, stream), '\n'],
    ]) {
      const onError = vi.fn<() => void>()
      const events = run(chunks, { maxEventSize: 14, onError, onComment: undefined })
      expect(onError).not.toHaveBeenCalled()
      expect(events).toHaveLength(1)
    }
  })

  it('counts a comment with onComment, while the comment is read', () => {
    expect(tooLarge(20, `:${'x'.repeat(19)}\n`.repeat(3))).toBe(false)
    expect(tooLarge(20, `:${'x'.repeat(20)}\n`)).toBe(true)
    expect(tooLarge(20, 'data: a\n', `:${'x'.repeat(12)}\n`)).toBe(false)
    expect(tooLarge(20, 'data: a\n', `:${'x'.repeat(13)}\n`)).toBe(true)
  })

  it('is 16 MiB by default, and Infinity means no limit', () => {
    const line = `data:${'x'.repeat(1024 * 1024 - 5)}\n`
    const push = (options: Partial<ParserOptions>, ...last: string[]): void => {
      const parser = createParser({ onEvent: () => {}, ...options })
      for (let i = 0; i < 16; i++) parser.push(line)
      for (const chunk of last) parser.push(chunk)
    }
    expect(() => push({})).not.toThrow()
    expect(() => push({}, 'data\n')).toThrow(ParseError)
    expect(() => push({ maxEventSize: Infinity }, line)).not.toThrow()
  })

  it('if exceeded, delivers what came before, reports the error once, and is silent until reset()', () => {
    const onError = vi.fn<(error: ParseError) => void>()
    const { parser, happenings } = recordingParser({ maxEventSize: 12, onError })
    parser.push('id: 1\ndata: a\n\ndata: too large\n\ndata: b\n\n')
    parser.push(`data: ${'x'.repeat(20)}`)
    expect(happenings).toMatchObject([{ kind: 'event', message: { data: 'a' } }])
    expect(onError.mock.calls).toEqual([[expect.any(ParseError)]])
    expect(onError.mock.calls[0]?.[0]).toMatchObject({ name: 'ParseError', code: 'event-too-large', maxEventSize: 12 })

    parser.reset()
    parser.push('data: c\n\n')
    expect(happenings.at(-1)).toEqual({ kind: 'event', message: { event: 'message', data: 'c', id: undefined } })
  })

  it('if exceeded, makes push throw if there is no onError', () => {
    const { parser, happenings } = recordingParser({ maxEventSize: 10 })
    expect(() => parser.push('data: too large')).toThrow(ParseError)
    parser.push('data: b\n\n')
    expect(happenings).toEqual([])
  })

  it('lets onError reset the parser', () => {
    const parser: EventStreamParser = createParser({
      maxEventSize: 10,
      onEvent: ({ data }) => events.push(data),
      onError: () => parser.reset(),
    })
    const events: string[] = []
    parser.push('data: too large\n\ndata: a\n\n')
    parser.push('data: b\n\n')
    expect(events).toEqual(['b'])
  })
})

describe('bad arguments', () => {
  const onEvent = (): void => {}

  it.each([
    [undefined, /^options/],
    [null, /^options/],
    ['options', /^options/],
    [{}, /^onEvent/],
    [{ onEvent: 'f' }, /^onEvent/],
    [{ onEvent, onId: 1 }, /^onId/],
    [{ onEvent, onRetry: {} }, /^onRetry/],
    [{ onEvent, onComment: null }, /^onComment/],
    [{ onEvent, onError: true }, /^onError/],
    [{ onEvent, maxEventSize: '1' }, /^maxEventSize/],
    [{ onEvent, maxEventSize: null }, /^maxEventSize/],
  ])('createParser(%j) is a TypeError', (options, message) => {
    expect(() => createParser(options as never)).toThrow(TypeError)
    expect(() => createParser(options as never)).toThrow(message)
  })

  it.each([0, -1, Number.NaN])('maxEventSize: %d is a RangeError', (maxEventSize) => {
    expect(() => createParser({ onEvent, maxEventSize })).toThrow(RangeError)
    expect(() => createParser({ onEvent, maxEventSize })).toThrow(/^maxEventSize/)
  })

  it.each([undefined, null, 7, {}, [], new ArrayBuffer(1), new DataView(new ArrayBuffer(1)), new Uint16Array(1)])(
    'push(%j) is a TypeError, and changes nothing',
    (chunk) => {
      const { parser, happenings } = recordingParser()
      parser.push('data: a\n')
      expect(() => parser.push(chunk as never)).toThrow(/^chunk/)
      expect(() => parser.push(chunk as never)).toThrow(TypeError)
      parser.push('\n')
      expect(happenings).toHaveLength(1)
    },
  )
})
