/**
 * The streams that parsers are measured with. Each is `{ name, group, chunks, events, data }`: the chunks to push, and
 * the number of their events and of the characters of data, which verify a parser before it is timed.
 *
 * Everything is built from fixed text, so that two runs measure the same.
 */

const KIB = 1024
const encoder = new TextEncoder()
const decoder = new TextDecoder()

/** One event of a language model's answer, about 210 bytes. */
function token(index, end = '\n') {
  const payload = JSON.stringify({
    id: 'chatcmpl-9zX1c2V3b4N5m6',
    object: 'chat.completion.chunk',
    created: 1_760_000_000 + index,
    model: 'large-2026-10',
    choices: [{ index: 0, delta: { content: ` word${index % 1000}` }, logprobs: null, finish_reason: null }],
  })
  return `data: ${payload}${end}${end}`
}

/** One price, about 110 bytes: event, id and data. */
function price(index, end = '\n') {
  const [bid, ask] = [100 + (index % 97), 101 + (index % 89)]
  const payload = `{"symbol":"ACME","bid":${bid}.25,"ask":${ask}.5,"size":${index % 1000}}`
  const type = ['price', 'trade', 'quote'][index % 3]
  return `event: ${type}${end}id: ${1_000_000 + index}${end}data: ${payload}${end}${end}`
}

function paragraph(index) {
  const lines = Array.from({ length: 10 }, (_, line) => `data: line ${line} of the message ${index}, of some length\n`)
  return `${lines.join('')}\n`
}

function kept(index) {
  return `${': keep-alive\n\n'.repeat(30)}data: {"n":${index}}\n\n`
}

function cjk(index) {
  return `data: {"文":"今日は良い天気ですね。明日も晴れるでしょう 🌞 第${index % 1000}号","词":"流式传输 🚀 你好，世界"}\n\n`
}

function times(count, make) {
  return Array.from({ length: count }, (_, index) => make(index))
}

function bytesOf(text) {
  return encoder.encode(text)
}

function cut(stream, size) {
  const chunks = []
  for (let start = 0; start < stream.length; start += size) chunks.push(stream.slice(start, start + size))
  return chunks
}

const chunksOf = (size) => (events) => cut(bytesOf(events.join('')), size)
const eventPerChunk = (events) => events.map(bytesOf)
/** As a TextDecoderStream gives them: each in its own memory, not a slice or a tree of other strings. */
const decoded = (chunk) => (events) => chunk(events).map((bytes) => decoder.decode(bytes, { stream: true }))

/** The number of events and of the characters of their data, counted in the simplest way. */
function expectationOf(events) {
  let data = 0
  for (const event of events) {
    const lines = event.split(/\r?\n/).filter((line) => line.startsWith('data: '))
    data += lines.join('\n').length - lines.length * 'data: '.length
  }
  return { events: events.length, data }
}

function workload(name, group, events, chunk, extra = {}) {
  return { name, group, chunks: chunk(events), ...expectationOf(events), ...extra }
}

/** Functions, because the large workloads take a lot of memory. */
export const workloads = [
  () =>
    workload(
      'LLM tokens, one 210 B event per chunk',
      'chunked',
      times(10_000, (i) => token(i)),
      eventPerChunk,
    ),
  () =>
    workload(
      'LLM tokens, 16 KiB chunks',
      'chunked',
      times(20_000, (i) => token(i)),
      chunksOf(16 * KIB),
    ),
  () =>
    workload(
      'ticker (event, id, data; 110 B), 64 KiB chunks',
      'chunked',
      times(30_000, (i) => price(i)),
      chunksOf(64 * KIB),
    ),
  () =>
    workload(
      'ticker, one event per chunk',
      'chunked',
      times(10_000, (i) => price(i)),
      eventPerChunk,
    ),
  () => workload('ten data lines per event, 16 KiB chunks', 'chunked', times(5000, paragraph), chunksOf(16 * KIB)),
  () =>
    workload(
      'CRLF tokens, 16 KiB chunks',
      'chunked',
      times(20_000, (i) => token(i, '\r\n')),
      chunksOf(16 * KIB),
    ),
  () =>
    workload(
      'CRLF ticker, 64 KiB chunks',
      'chunked',
      times(30_000, (i) => price(i, '\r\n')),
      chunksOf(64 * KIB),
    ),
  () => workload('30 keep-alive comments per event, 16 KiB chunks', 'chunked', times(3000, kept), chunksOf(16 * KIB)),
  () => workload('CJK and emoji, 16 KiB chunks', 'chunked', times(20_000, cjk), chunksOf(16 * KIB)),
  () => workload('CJK and emoji, one event per chunk', 'chunked', times(10_000, cjk), eventPerChunk),
  () =>
    workload(
      'LLM tokens, 1,400-byte chunks',
      'cut',
      times(20_000, (i) => token(i)),
      chunksOf(1400),
    ),
  () => workload('CJK and emoji, 300-byte chunks', 'cut', times(10_000, cjk), chunksOf(300)),
  () =>
    workload(
      '1-byte chunks',
      'tiny',
      times(1000, (i) => token(i)),
      chunksOf(1),
    ),
  () =>
    workload(
      '7-byte chunks',
      'tiny',
      times(3000, (i) => token(i)),
      chunksOf(7),
    ),
  () =>
    workload(
      'one event of 400,000 short data lines, 64 KiB chunks',
      'lines',
      [`${'data: x\n'.repeat(400_000)}\n`],
      chunksOf(64 * KIB),
    ),
  () =>
    workload(
      'one 40 MiB line, 64 KiB chunks',
      'huge',
      [`data: ${'0123456789abcdef'.repeat(40 * 64 * KIB)}\n\n`],
      chunksOf(64 * KIB),
      { maxEventSize: Infinity },
    ),
  () =>
    workload(
      'LLM tokens with JSON.parse, 16 KiB chunks',
      'json',
      times(20_000, (i) => token(i)),
      chunksOf(16 * KIB),
      { parseJson: true },
    ),
  () =>
    workload(
      'strings: LLM tokens, one event per string',
      'strings',
      times(10_000, (i) => token(i)),
      decoded(eventPerChunk),
    ),
  () =>
    workload(
      'strings: LLM tokens, 16 KiB',
      'strings',
      times(20_000, (i) => token(i)),
      decoded(chunksOf(16 * KIB)),
    ),
  () =>
    workload(
      'strings: ticker, 64 KiB',
      'strings',
      times(30_000, (i) => price(i)),
      decoded(chunksOf(64 * KIB)),
    ),
]
