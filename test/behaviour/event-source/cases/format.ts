import { assert } from 'chai'
import { until } from '../../wait.js'
import { END, type EventSourceCase, failure, listen, messagesOf, SOON, told, QUIET } from '../case.js'

/** A stream, and the data of its messages, in order. */
function format(name: string, body: string | readonly string[], expected: readonly string[]): EventSourceCase {
  return {
    name,
    async run({ serve, open }) {
      const chunks = typeof body === 'string' ? [body] : body
      const stream = await serve([{ steps: [...chunks, END].map((send) => ({ send })) }])
      assert.deepEqual(told(await messagesOf(open(stream))), [...expected])
    },
  }
}

/** A stream, and the last event ID of each of its messages. */
function ids(name: string, body: string, expected: readonly string[]): EventSourceCase {
  return {
    name,
    async run({ serve, open }) {
      const messages = await messagesOf(open(await serve([{ steps: [{ send: body + END }] }])))
      const actual = messages.map(({ lastEventId }) => lastEventId)
      assert.deepEqual(actual, [...expected])
    },
  }
}

function mediaType(name: string, contentType: string): EventSourceCase {
  return {
    name,
    async run({ serve, open }) {
      const source = open(
        await serve([{ headers: { 'content-type': contentType }, steps: [{ send: `data: é\n\n${END}` }] }]),
      )
      const refused = listen(source, 'error')
      const messages = listen(source, 'message')
      await until(() => messages.length + refused.length > 0, 'an event')
      assert.deepEqual([told(refused), told(messages)], [[], ['é']])
    },
  }
}

function wrongMediaType(contentType: string): EventSourceCase {
  return {
    name: `format-mime-bogus: "${contentType}" fails the connection`,
    async run({ serve, open }) {
      const stream = await serve([
        { headers: { 'content-type': contentType }, steps: [{ send: 'data: a\n\n' }, 'end'] },
      ])
      await failure(open(stream))
      assert.lengthOf(await stream.requests(), 1)
    },
  }
}

/** The time in ms from the loss of the connection to the answer of the next request. */
function waits(name: string, fields: string, least: number, most: number): EventSourceCase {
  return {
    name,
    async run({ serve, open }) {
      const source = open(await serve([{ steps: [{ send: `${fields}\ndata: a\n\n` }, 'end'] }, QUIET]))
      const events = listen(source, 'error', 'open')
      // Some runtimes give events no time stamp.
      const times: number[] = []
      for (const type of ['error', 'open']) source.addEventListener(type, () => times.push(Date.now()))
      await until(() => events.length === 3, 'the connection to be reestablished')
      const [, lost = 0, again = 0] = times
      assert.deepEqual(told(events), ['open', 'error', 'open'])
      // A timer may fire a millisecond early by another clock.
      assert.isAtLeast(again - lost, least - 5)
      assert.isAtMost(again - lost, most)
    },
  }
}

export const formats: readonly EventSourceCase[] = [
  format('format-bom: one byte order mark is removed', '\uFEFFdata:1\n\ndata:2\n\n', ['1', '2']),
  format('format-bom: the line may end right after it', '\uFEFF\ndata:1\n\n', ['1']),
  format('format-bom-2: a second one belongs to the field name', '\uFEFF\uFEFFdata:1\n\ndata:2\n\n', ['2']),
  format('format-bom: later on it is a character like any other', 'data:\uFEFF1\n\n\uFEFFdata:2\n\n', ['\uFEFF1']),
  format(
    'format-comments: are ignored, however long they are, anywhere',
    `data:1\n:data:2\r:${'x'.repeat(5000)}\r\n:\ndata:3\n\n: alone\n\n:\n\ndata:4\n\n`,
    ['1\n3', '4'],
  ),
  format('format-field-data: empty data lines count', 'data:\n\ndata\ndata\n\ndata:a\n\n', ['', '\n', 'a']),
  format(
    'format-field-data: without a data line there is no event',
    'event:x\n\nid:1\n\nretry:3000\n\n\n\ndata:a\n\n',
    ['a'],
  ),
  format(
    'event-data: lines are joined, other fields are ignored',
    'data:a\ndata: b\n\n:\nother:c\n\nother:d\ndata:e\n\n',
    ['a\nb', 'e'],
  ),
  {
    name: 'format-field-event: is the type, until the block ends',
    async run({ serve, open }) {
      const send = `event:test\ndata:a\n\ndata:b\n\nevent:x\nevent:test\ndata:c\n\nevent:unheard\ndata:d\n\n${END}`
      const messages = await messagesOf(open(await serve([{ steps: [{ send }] }])), 'test')
      assert.deepEqual(
        messages.map(({ type, data }) => `${type} ${data}`),
        ['test a', 'message b', 'test c'],
      )
    },
  },
  {
    name: 'format-field-event: names of Object.prototype are types like any other',
    async run({ serve, open }) {
      const names = ['__proto__', 'constructor', 'toString', 'hasOwnProperty']
      const send = names.map((name) => `event:${name}\ndata:${name}\n\n`).join('') + END
      assert.deepEqual(told(await messagesOf(open(await serve([{ steps: [{ send }] }])), ...names)), names)
    },
  },
  format('format-field-event-empty: an empty type is "message"', 'event:x\nevent: \ndata:a\n\nevent\ndata:b\n\n', [
    'a',
    'b',
  ]),
  format('format-field-unknown: is ignored', 'data:a\n data:b\ndata\ntest\nfoobar:x\nDATA:c\ndata:d\n\n', ['a\n\nd']),
  format(
    'format-field-parsing: names are compared literally, at most one space is removed',
    'data:a\ndata:  b\rData:c\nda-ta:d\rdata_e\n data:f\ndata \ndata:g:h\n\n',
    ['a\n b\ng:h'],
  ),
  format('format-field-parsing: a NUL in front of a name makes it a different name', 'data:a\n\0data:b\n\n', ['a']),
  format('format-leading-space: a tab is not removed', 'data:\ta\rdata: \ndata:b\n\n', ['\ta\n\nb']),
  format('format-newlines: CR, LF and CRLF', 'data:a\r\ndata:b\rdata:c\ndata:d\r\n\rdata:e\r\r', ['a\nb\nc\nd', 'e']),
  format(
    'format-newlines: a CRLF split between two chunks is one line end',
    ['data:a\r', '\ndata:b\r\n\r', '\n'],
    ['a\nb'],
  ),
  format('format-null-character: a NUL in data is kept', 'data:\0a\0\n\n', ['\0a\0']),
  format('format-utf-8: characters of every length', 'data:é€😀\uFFFD\n\n', ['é€😀\uFFFD']),
  {
    name: 'format-data-before-final-empty-line: an unfinished event at the end is discarded, with its ID',
    async run({ serve, open }) {
      const stream = await serve([
        { steps: [SOON, { send: 'id:1\ndata:a\n\nid:2\ndata:unfinished\n' }, 'end'] },
        { steps: [{ send: 'data:b\n\n' }] },
      ])
      const messages = listen(open(stream), 'message') as MessageEvent[]
      await until(() => messages.length === 2, 'both messages')
      assert.deepEqual(told(messages), ['a', 'b'])
      assert.equal((await stream.requests())[1]?.headers['last-event-id'], '1')
      assert.equal(messages[1]?.lastEventId, '1')
    },
  },
  ids('format-field-id: applies to all later events', 'data:a\n\nid:1\ndata:b\n\ndata:c\n\nid: é\ndata:d\n\n', [
    '',
    '1',
    '1',
    'é',
  ]),
  ids('format-field-id-2: an empty ID resets it', 'id:1\ndata:a\n\nid\ndata:b\n\nid:2\ndata:c\n\nid:\ndata:d\n\n', [
    '1',
    '',
    '2',
    '',
  ]),
  ids('format-field-id-3: an ID without data counts', 'id:1\ndata:a\n\nid:2\n\ndata:b\n\n', ['1', '2']),
  ids(
    'format-field-id-null: an ID with a NUL is ignored',
    'id:1\ndata:a\n\nid:2\0\ndata:b\n\nid:\0\0\nid:3\ndata:c\n\n',
    ['1', '1', '3'],
  ),
  waits('format-field-retry: is the time until the next attempt', 'retry:700', 700, 2900),
  waits('format-field-retry: leading zeros are digits', 'retry:000700', 700, 2900),
  waits(
    'format-field-retry-bogus: a value that is not only digits is ignored',
    'retry:700\nretry:1e4\nretry:-1\nretry:9 ',
    700,
    2900,
  ),
  // Far from the 500 ms and the 3 s that browsers use instead.
  waits('format-field-retry-empty: has no digits, and is ignored', 'retry:1200\nretry:\nretry', 1200, 2900),
  mediaType('format-mime-trailing-semicolon: is allowed', 'text/event-stream;'),
  mediaType('format-mime-valid-bogus: parameters are ignored', 'text/event-stream;x=bogus'),
  mediaType('format-mime-valid-bogus: upper and lower case are the same', 'Text/Event-Stream; Charset=utf-8'),
  mediaType(
    'format-mime-valid-bogus: another charset is ignored, the stream is UTF-8',
    'text/event-stream;charset=windows-1252',
  ),
  ...[
    'text/html',
    'text/event-streamish',
    'text/event-stream-x',
    'application/json',
    'x bogus',
    'text/plain;text/event-stream',
  ].map(wrongMediaType),
]
