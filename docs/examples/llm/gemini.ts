import { ConnectionError, createEventSource, type EventStreamMessage } from 'everstream'
import type { Service } from './service.js'

/** The events of Google's Gemini API have no name, so all are of the type `message`. */
interface GeminiEvents {
  message: {
    candidates?: { content?: { parts?: { text?: string; thought?: boolean }[] }; finishReason?: string }[]
    promptFeedback?: { blockReason?: string }
    usageMetadata?: { totalTokenCount?: number }
  }
}

/** Yields the text of an answer, piece by piece. Ends early if the signal aborts; throws if the answer is cut short. */
export async function* ask(question: string, service: Service): AsyncGenerator<string> {
  const { key, signal, api = 'https://generativelanguage.googleapis.com' } = service
  // Without `alt=sse`, the answer is one JSON array.
  const url = `${api}/v1beta/models/gemini-2.5-flash:streamGenerateContent?alt=sse`
  using answer = createEventSource<GeminiEvents>(url, {
    headers: { 'x-goog-api-key': key, 'content-type': 'application/json' },
    body: JSON.stringify({ contents: [{ role: 'user', parts: [{ text: question }] }] }),
    endOn: isLast,
    signal,
  })
  for await (const { data } of answer.events('message')) {
    for (const { text, thought } of data.candidates?.[0]?.content?.parts ?? []) if (text && !thought) yield text
  }
}

/** There is no mark of the end: the last event has text as well as the reason for the end. */
function isLast({ data }: EventStreamMessage): 'deliver' | false {
  const { error, candidates, promptFeedback } = JSON.parse(data) as GeminiEvents['message'] & {
    error?: { message: string }
  }
  if (error) throw new ConnectionError({ kind: 'reported', fatal: true, message: error.message })
  const isOver = candidates?.[0]?.finishReason !== undefined || promptFeedback?.blockReason !== undefined
  return isOver && 'deliver'
}
