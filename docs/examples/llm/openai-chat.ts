import { ConnectionError, createEventSource, type EventStreamMessage } from 'everstream'
import type { Service } from './service.js'

/** The events of OpenAI's Chat Completions API have no name, so all are of the type `message`. */
interface ChatEvents {
  message: {
    id: string
    choices: { index: number; delta: { content?: string | null }; finish_reason: string | null }[]
    usage?: { total_tokens: number } | null
  }
}

/** Yields the text of an answer, piece by piece. Ends early if the signal aborts; throws if the answer is cut short. */
export async function* ask(question: string, service: Service): AsyncGenerator<string> {
  const { key, signal, api = 'https://api.openai.com' } = service
  using answer = createEventSource<ChatEvents>(`${api}/v1/chat/completions`, {
    headers: { authorization: `Bearer ${key}`, 'content-type': 'application/json' },
    body: JSON.stringify({ model: 'gpt-5', messages: [{ role: 'user', content: question }], stream: true }),
    endOn: isLast,
    signal,
  })
  for await (const { data } of answer.events('message')) {
    // A chunk with the usage has no choices.
    yield data.choices[0]?.delta.content ?? ''
  }
}

function isLast({ data }: EventStreamMessage): boolean {
  if (data === '[DONE]') return true
  const { error } = JSON.parse(data) as { error?: { message: string } }
  if (error) throw new ConnectionError({ kind: 'reported', fatal: true, message: error.message })
  return false
}
