import { ConnectionError, createEventSource, type EventStreamMessage } from 'everstream'
import type { Service } from './service.js'

/** The events of Anthropic's Messages API, as far as they are of use here. */
interface MessagesEvents {
  message_start: { message: { id: string; model: string; usage: { input_tokens: number } } }
  content_block_start: { index: number; content_block: { type: string } }
  content_block_delta: {
    index: number
    delta:
      | { type: 'text_delta'; text: string }
      | { type: 'thinking_delta'; thinking: string }
      | { type: 'input_json_delta'; partial_json: string }
  }
  content_block_stop: { index: number }
  message_delta: { delta: { stop_reason: string | null }; usage: { output_tokens: number } }
  message_stop: { type: 'message_stop' }
  ping: { type: 'ping' }
  error: { error: { type: string; message: string } }
}

/** Yields the text of an answer, piece by piece. Ends early if the signal aborts; throws if the answer is cut short. */
export async function* ask(question: string, service: Service): AsyncGenerator<string> {
  const { key, signal, api = 'https://api.anthropic.com' } = service
  using answer = createEventSource<MessagesEvents>(`${api}/v1/messages`, {
    headers: { 'x-api-key': key, 'anthropic-version': '2023-06-01', 'content-type': 'application/json' },
    body: JSON.stringify({
      model: 'claude-sonnet-4-5',
      max_tokens: 1024,
      messages: [{ role: 'user', content: question }],
      stream: true,
    }),
    endOn: isLast,
    signal,
  })
  for await (const { data } of answer.events('content_block_delta')) {
    if (data.delta.type === 'text_delta') yield data.delta.text
  }
}

function isLast({ event, data }: EventStreamMessage): boolean {
  if (event === 'error') {
    const { error } = JSON.parse(data) as MessagesEvents['error']
    throw new ConnectionError({ kind: 'reported', fatal: true, message: `${error.type}: ${error.message}` })
  }
  return event === 'message_stop'
}
