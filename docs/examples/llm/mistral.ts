import { ConnectionError, createEventSource, type EventStreamMessage } from 'everstream'
import type { Service } from './service.js'

type Content = string | ({ type: 'text'; text: string } | { type: 'thinking'; thinking: unknown })[]

/** The events of Mistral's Chat Completions API have no name, so all are of the type `message`. */
interface ChatEvents {
  message: {
    id: string
    choices: { index: number; delta: { content?: Content | null }; finish_reason: string | null }[]
    usage?: { total_tokens: number }
  }
}

/** Yields the text of an answer, piece by piece. Ends early if the signal aborts; throws if the answer is cut short. */
export async function* ask(question: string, service: Service): AsyncGenerator<string> {
  const { key, signal, api = 'https://api.mistral.ai' } = service
  using answer = createEventSource<ChatEvents>(`${api}/v1/chat/completions`, {
    headers: { authorization: `Bearer ${key}`, 'content-type': 'application/json' },
    body: JSON.stringify({
      model: 'mistral-medium-latest',
      messages: [{ role: 'user', content: question }],
      stream: true,
    }),
    endOn: isLast,
    signal,
  })
  for await (const { data } of answer.events('message')) yield textOf(data.choices[0]?.delta.content)
}

/** Models that reason send parts instead of text. */
function textOf(content: Content | null | undefined): string {
  if (typeof content === 'string') return content
  return (content ?? []).map((part) => (part.type === 'text' ? part.text : '')).join('')
}

function isLast({ data }: EventStreamMessage): boolean {
  if (data === '[DONE]') return true
  const { object, message } = JSON.parse(data) as { object?: string; message?: string }
  if (object === 'error') throw new ConnectionError({ kind: 'reported', fatal: true, message: message ?? data })
  return false
}
