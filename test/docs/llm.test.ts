// @vitest-environment node
import { once } from 'node:events'
import { createServer, type IncomingMessage, type Server, type ServerResponse } from 'node:http'
import type { AddressInfo } from 'node:net'
import { afterEach, describe, expect, test, vi } from 'vitest'
import { ask as askAnthropic } from '../../docs/examples/llm/anthropic.js'
import { ask as askGemini } from '../../docs/examples/llm/gemini.js'
import { ask as askMistral } from '../../docs/examples/llm/mistral.js'
import { ask as askOpenAiChat } from '../../docs/examples/llm/openai-chat.js'
import { ask as askOpenAiResponses } from '../../docs/examples/llm/openai-responses.js'
import type { Service } from '../../docs/examples/llm/service.js'

interface Asked {
  readonly method: string
  readonly url: string
  readonly headers: IncomingMessage['headers']
  readonly body: unknown
}

/** Text of the answer, or what to do instead of ending it. */
type Step = string | typeof CUT | typeof STAY
const CUT = Symbol('cut')
const STAY = Symbol('stay')

let server: Server | undefined
const asked: Asked[] = []
/** The answers that clients have left, by number. */
const left: number[] = []

afterEach(async () => {
  server?.closeAllConnections()
  server?.close()
  asked.length = 0
  left.length = 0
})

/** A service that gives these answers, one after the other, as text of the wire. */
async function serve(...answers: readonly (readonly Step[])[]): Promise<string> {
  async function handle(request: IncomingMessage, response: ServerResponse): Promise<void> {
    const number = asked.length
    const chunks: Buffer[] = []
    for await (const chunk of request) chunks.push(chunk as Buffer)
    const text = Buffer.concat(chunks).toString()
    const { method = '', url = '', headers } = request
    asked.push({ method, url, headers, body: text === '' ? undefined : JSON.parse(text) })
    response.on('close', () => left.push(number))
    response.writeHead(200, { 'content-type': 'text/event-stream; charset=utf-8' })
    for (const step of answers[number] ?? []) {
      if (step === STAY) return
      if (step === CUT) return void response.destroy()
      response.write(step)
    }
    response.end()
  }
  server = createServer((request, response) => void handle(request, response)).listen(0, '127.0.0.1')
  await once(server, 'listening')
  return `http://127.0.0.1:${(server.address() as AddressInfo).port}`
}

const named = (type: string, data: object): string => `event: ${type}\ndata: ${JSON.stringify({ type, ...data })}\n\n`
const unnamed = (data: object, end = '\n'): string => `data: ${JSON.stringify(data)}${end}${end}`

function openAiChunk(content: string | undefined, finish: string | null = null): string {
  const choices = [{ index: 0, delta: content === undefined ? {} : { content }, logprobs: null, finish_reason: finish }]
  return unnamed({ id: 'chatcmpl-1', object: 'chat.completion.chunk', created: 1, model: 'm', choices })
}

function geminiChunk(text: string, more: object = {}): string {
  const candidates = [{ content: { parts: [{ text }], role: 'model' }, index: 0, ...more }]
  return unnamed({ candidates, usageMetadata: { totalTokenCount: 3 }, modelVersion: 'm' }, '\r\n')
}

let sequence = 0
function responseEvent(type: string, data: object = {}): string {
  return named(type, { sequence_number: sequence++, ...data })
}
const created = (): string => {
  sequence = 0
  return responseEvent('response.created', { response: { id: 'resp_1', status: 'in_progress', error: null } })
}
const delta = (text: string): string =>
  responseEvent('response.output_text.delta', { item_id: 'msg_1', output_index: 0, content_index: 0, delta: text })
const completed = (): string => responseEvent('response.completed', { response: { id: 'resp_1', status: 'completed' } })

interface Case {
  readonly name: string
  readonly ask: (question: string, service: Service) => AsyncGenerator<string>
  readonly request: Partial<Asked>
  readonly headers: object
  /** The answer "Hello!", in two parts. */
  readonly parts: () => [begin: string, end: string]
  /** An error in the middle of the stream: "overloaded". */
  readonly error: string
}

const CASES: readonly Case[] = [
  {
    name: 'Anthropic',
    ask: askAnthropic,
    request: { url: '/v1/messages', body: { stream: true, messages: [{ role: 'user', content: 'Hi?' }] } },
    headers: { 'x-api-key': 'secret', 'anthropic-version': '2023-06-01' },
    parts: () => [
      named('message_start', { message: { id: 'msg_1', model: 'm', usage: { input_tokens: 1, output_tokens: 1 } } }) +
        named('content_block_start', { index: 0, content_block: { type: 'text', text: '' } }) +
        named('ping', {}) +
        named('content_block_delta', { index: 0, delta: { type: 'text_delta', text: 'Hel' } }),
      named('content_block_delta', { index: 0, delta: { type: 'thinking_delta', thinking: 'hm' } }) +
        named('content_block_delta', { index: 0, delta: { type: 'text_delta', text: 'lo!' } }) +
        named('content_block_stop', { index: 0 }) +
        named('message_delta', { delta: { stop_reason: 'end_turn' }, usage: { output_tokens: 2 } }) +
        named('message_stop', {}),
    ],
    error: named('error', { error: { type: 'overloaded_error', message: 'overloaded' } }),
  },
  {
    name: 'OpenAI, Chat Completions',
    ask: askOpenAiChat,
    request: { url: '/v1/chat/completions', body: { stream: true, messages: [{ role: 'user', content: 'Hi?' }] } },
    headers: { authorization: 'Bearer secret' },
    parts: () => [
      openAiChunk('') + openAiChunk('Hel'),
      openAiChunk('lo!') +
        openAiChunk(undefined, 'stop') +
        unnamed({ id: 'chatcmpl-1', choices: [], usage: { total_tokens: 3 } }) +
        'data: [DONE]\n\n',
    ],
    error: unnamed({ error: { message: 'overloaded', type: 'server_error', param: null, code: null } }),
  },
  {
    name: 'OpenAI, Responses',
    ask: askOpenAiResponses,
    request: { url: '/v1/responses', body: { input: 'Hi?', background: true, stream: true } },
    headers: { authorization: 'Bearer secret' },
    parts: () => [
      created() + responseEvent('response.in_progress') + delta('Hel'),
      delta('lo!') + responseEvent('response.output_text.done', { text: 'Hello!' }) + completed(),
    ],
    error: named('error', { sequence_number: 9, code: 'server_error', message: 'overloaded', param: null }),
  },
  {
    name: 'Gemini',
    ask: askGemini,
    request: {
      url: '/v1beta/models/gemini-2.5-flash:streamGenerateContent?alt=sse',
      body: { contents: [{ role: 'user', parts: [{ text: 'Hi?' }] }] },
    },
    headers: { 'x-goog-api-key': 'secret' },
    parts: () => [geminiChunk('Hel'), geminiChunk('lo!', { finishReason: 'STOP' })],
    error: unnamed({ error: { code: 503, message: 'overloaded', status: 'UNAVAILABLE' } }, '\r\n'),
  },
  {
    name: 'Mistral',
    ask: askMistral,
    request: { url: '/v1/chat/completions', body: { stream: true, messages: [{ role: 'user', content: 'Hi?' }] } },
    headers: { authorization: 'Bearer secret' },
    parts: () => [
      openAiChunk('Hel'),
      unnamed({
        choices: [
          {
            index: 0,
            delta: {
              content: [
                { type: 'thinking', thinking: [{ type: 'text', text: 'hm' }] },
                { type: 'text', text: 'lo!' },
              ],
            },
          },
        ],
      }) +
        openAiChunk('', 'stop') +
        'data: [DONE]\n\n',
    ],
    error: unnamed({ object: 'error', message: 'overloaded', type: 'service_tier_capacity_exceeded', code: '3505' }),
  },
]

/** The pieces of an answer, and how it ended. */
async function read(answer: AsyncGenerator<string>): Promise<{ text: string; error?: unknown }> {
  let text = ''
  try {
    for await (const piece of answer) text += piece
    return { text }
  } catch (error) {
    return { text, error }
  }
}

describe.each(CASES)('$name', ({ ask, request, headers, parts, error }) => {
  test('asks once, and yields the text', async () => {
    // What follows the last event is not waited for.
    const api = await serve([...parts(), STAY])
    expect(await read(ask('Hi?', { key: 'secret', api }))).toEqual({ text: 'Hello!' })
    expect(asked).toMatchObject([{ method: 'POST', ...request, headers: { ...headers, accept: 'text/event-stream' } }])
    await vi.waitFor(() => expect(left).toEqual([0]))
  })

  test('throws what the service reports in the stream', async () => {
    const [begin] = parts()
    const api = await serve([begin, error, STAY])
    const { text, error: thrown } = await read(ask('Hi?', { key: 'secret', api }))
    expect(text).toBe('Hel')
    expect(thrown).toMatchObject({ name: 'ConnectionError', failure: { kind: 'reported' } })
    expect(String(thrown)).toContain('overloaded')
    expect(asked).toHaveLength(1)
  })

  test('ends if it is stopped, without an error', async () => {
    const [begin] = parts()
    const api = await serve([begin, STAY])
    const controller = new AbortController()
    const answer = ask('Hi?', { key: 'secret', api, signal: controller.signal })
    let text = ''
    for await (const piece of answer) {
      text += piece
      if (text === 'Hel') controller.abort()
    }
    expect(text).toBe('Hel')
    await vi.waitFor(() => expect(left).toContain(0))
  })

  test('closes the connection if its reader leaves', async () => {
    const api = await serve([...parts(), STAY])
    for await (const piece of ask('Hi?', { key: 'secret', api })) if (piece !== '') break
    await vi.waitFor(() => expect(left).toEqual([0]))
    expect(asked).toHaveLength(1)
  })
})

describe.each(CASES.filter(({ ask }) => ask !== askOpenAiResponses))('$name', ({ ask, parts }) => {
  test.each(['cut', 'end'] as const)('throws if the answer is cut short (%s), and does not ask again', async (how) => {
    const [begin] = parts()
    const api = await serve(how === 'cut' ? [begin, CUT] : [begin])
    const { text, error } = await read(ask('Hi?', { key: 'secret', api }))
    // A cut may overtake what was written just before it.
    if (how === 'end') expect(text).toBe('Hel')
    expect(error).toMatchObject({ failure: { kind: expect.stringMatching(/^(ended|network)$/) as string } })
    expect(asked).toHaveLength(1)
  })
})

describe('OpenAI, Responses', () => {
  test('goes on after a cut where it was, by GET', async () => {
    vi.spyOn(Math, 'random').mockReturnValue(1)
    const api = await serve([created(), delta('Hel')], [delta('lo!'), completed()])
    expect(await read(askOpenAiResponses('Hi?', { key: 'secret', api }))).toEqual({ text: 'Hello!' })
    expect(asked.map(({ method, url, body }) => [method, url, body !== undefined])).toEqual([
      ['POST', '/v1/responses', true],
      ['GET', '/v1/responses/resp_1?stream=true&starting_after=1', false],
    ])
    vi.restoreAllMocks()
  })

  test('stops the model only if it is stopped, not if the connection is lost', async () => {
    const api = await serve([created(), delta('Hel'), STAY])
    const controller = new AbortController()
    const answer = askOpenAiResponses('Hi?', { key: 'secret', api, signal: controller.signal })
    expect(await answer.next()).toEqual({ done: false, value: 'Hel' })
    controller.abort()
    expect(await answer.next()).toEqual({ done: true, value: undefined })
    expect(asked.map(({ method, url }) => `${method} ${url}`)).toEqual([
      'POST /v1/responses',
      'POST /v1/responses/resp_1/cancel',
    ])
  })

  test('a response that failed is an error', async () => {
    const failed = responseEvent('response.failed', {
      response: { id: 'resp_1', error: { code: 'x', message: 'too long' } },
    })
    const api = await serve([created(), failed])
    const { error } = await read(askOpenAiResponses('Hi?', { key: 'secret', api }))
    expect(error).toMatchObject({ failure: { kind: 'reported', message: 'too long' } })
  })

  test('is not asked again if the request itself fails', async () => {
    const api = await serve([CUT])
    const { error } = await read(askOpenAiResponses('Hi?', { key: 'secret', api }))
    expect(error).toMatchObject({ name: 'ConnectionError' })
    expect(asked).toHaveLength(1)
  })
})

test('Gemini: a blocked prompt is an answer without text', async () => {
  const api = await serve([unnamed({ promptFeedback: { blockReason: 'SAFETY' } }, '\r\n'), STAY])
  expect(await read(askGemini('Hi?', { key: 'secret', api }))).toEqual({ text: '' })
})
