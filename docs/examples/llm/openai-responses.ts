import {
  ConnectionError,
  createEventSource,
  type EventStreamMessage,
  exponentialBackoff,
  type TypedEventSource,
} from 'everstream'
import type { Service } from './service.js'

interface ResponseEvent {
  sequence_number: number
  response: { id: string; error?: { message: string } | null }
}

/** The events of OpenAI's Responses API, as far as they are of use here. */
interface ResponsesEvents {
  'response.created': ResponseEvent
  'response.output_text.delta': { sequence_number: number; delta: string }
  'response.completed': ResponseEvent
  'response.incomplete': ResponseEvent
  'response.failed': ResponseEvent
  error: { sequence_number: number; message: string }
}

/**
 * Yields the text of an answer, piece by piece. The model works in the background: after a cut, the answer goes on
 * where it was, without another POST. If the signal aborts, the model is stopped.
 */
export async function* ask(question: string, service: Service): AsyncGenerator<string> {
  const { key, signal, api = 'https://api.openai.com' } = service
  const responses = `${api}/v1/responses`
  const headers = { authorization: `Bearer ${key}`, 'content-type': 'application/json' }
  const request = JSON.stringify({ model: 'gpt-5', input: question, background: true, stream: true })
  /** The response and the number of its latest event, which stands for an event ID. */
  let known: { id: string; position: number } | undefined

  using answer: TypedEventSource<ResponsesEvents> = createEventSource<ResponsesEvents>(
    () => (known ? `${responses}/${known.id}?stream=true&starting_after=${known.position}` : responses),
    {
      method: () => (known ? 'GET' : 'POST'),
      headers,
      body: () => (known ? undefined : request),
      // A POST whose response is not known must not be repeated.
      reconnection: exponentialBackoff({ shouldReconnect: ({ fatal }) => !fatal && known !== undefined }),
      endOn: isLast,
      signal,
    },
  )
  answer.on('response.created', ({ data }) => {
    known = { id: data.response.id, position: data.sequence_number }
  })
  answer.onAny(({ data }) => {
    if (known) known.position = data.sequence_number
  })
  for await (const { data } of answer.events('response.output_text.delta')) yield data.delta
  // The model goes on without a connection, so that closing it is not enough.
  if (signal?.aborted && known) await fetch(`${responses}/${known.id}/cancel`, { method: 'POST', headers })
}

function isLast({ event, data }: EventStreamMessage): boolean {
  if (event === 'error' || event === 'response.failed') {
    const { message, response } = JSON.parse(data) as Partial<ResponseEvent> & { message?: string }
    const reason = message ?? response?.error?.message ?? data
    throw new ConnectionError({ kind: 'reported', fatal: true, message: reason })
  }
  return event === 'response.completed' || event === 'response.incomplete'
}
