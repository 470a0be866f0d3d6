/**
 * One adapter for each parser: `(chunks, onEvent, workload) => void | Promise<void>`. All get the same chunks, and pass
 * on one object with the data for each event. A parser that only offers a stream is measured with a stream.
 */
import { _iterSSEMessages as iterateAnthropic } from '@anthropic-ai/sdk/core/streaming'
import { getLines, getMessages } from '@microsoft/fetch-event-source/lib/esm/parse.js'
import { createParser as createPeerParser } from 'eventsource-parser'
import { events as iterateFetchEventStream } from 'fetch-event-stream'
import { _iterSSEMessages as iterateOpenAI } from 'openai/core/streaming'
import { parseServerSentEvents } from 'parse-sse'
import { EventSourceStream } from './node_modules/undici/lib/web/eventsource/eventsource-stream.js'
import { createParser } from './everstream.mjs'
import { responseOf } from './response.mjs'

function everstream(chunks, onEvent, { maxEventSize }) {
  const parser = createParser({ onEvent, maxEventSize })
  for (const chunk of chunks) parser.push(chunk)
}

function eventsourceParser(chunks, onEvent) {
  const parser = createPeerParser({ onEvent })
  const decoder = new TextDecoder()
  for (const chunk of chunks) parser.feed(typeof chunk === 'string' ? chunk : decoder.decode(chunk, { stream: true }))
}

function undici(chunks, onEvent) {
  // Its push() is replaced, so that no second stream is needed.
  const stream = new EventSourceStream({ push: (event) => onEvent(event.options) })
  for (const chunk of chunks) {
    // oxlint-disable-next-line no-underscore-dangle -- the interface of Node's streams
    stream._transform(Buffer.from(chunk.buffer, chunk.byteOffset, chunk.length), '', (error) => {
      if (error) throw error
    })
  }
}

function fetchEventSource(chunks, onEvent) {
  const ignore = () => {}
  // It reports a message for every blank line; its users have to skip the empty ones.
  const onChunk = getLines(getMessages(ignore, ignore, (message) => message.data && onEvent(message)))
  for (const chunk of chunks) onChunk(chunk)
}

const iterated = (iterate) => async (chunks, onEvent) => {
  for await (const event of iterate(responseOf(chunks))) onEvent(event)
}

export const parsers = [
  { name: 'everstream', run: everstream, strings: true },
  { name: 'eventsource-parser', run: eventsourceParser, strings: true },
  { name: 'undici', run: undici },
  { name: 'fetch-event-source', run: fetchEventSource },
  { name: 'openai', run: iterated((response) => iterateOpenAI(response, new AbortController())) },
  { name: '@anthropic-ai/sdk', run: iterated((response) => iterateAnthropic(response, new AbortController())) },
  { name: 'parse-sse', run: iterated(parseServerSentEvents) },
  { name: 'fetch-event-stream', run: iterated(iterateFetchEventStream) },
]
