import type { EventStreamMessage } from '../../src/event-stream/message.js'

/** Everything that a stream reports to its reader, in order. */
export type Happening =
  | { readonly kind: 'event'; readonly message: EventStreamMessage }
  | { readonly kind: 'id'; readonly id: string }
  | { readonly kind: 'retry'; readonly reconnectionTime: number }
  | { readonly kind: 'comment'; readonly text: string }

/**
 * The standard's section 9.2.6 word by word, on the whole stream at once: slow, but simple enough to be checked against
 * the standard by reading. Where our parser differs (comments, IDs), it says so.
 */
export function parseByTheBook(stream: Uint8Array | string): Happening[] {
  const happenings: Happening[] = []

  // "Streams must be decoded using the UTF-8 decode algorithm."
  // It "strips one leading UTF-8 Byte Order Mark (BOM), if any."
  const decoded = typeof stream === 'string' ? stream : new TextDecoder('utf-8', { ignoreBOM: true }).decode(stream)
  const text = decoded.startsWith('\uFEFF') ? decoded.slice(1) : decoded

  // "When a stream is parsed, a data buffer, an event type buffer, and a last event ID buffer must be associated with
  // it. They must be initialized to the empty string." Our parser reports only what a block sets.
  let dataBuffer = ''
  let eventTypeBuffer = ''
  let blockId: string | undefined

  // "The stream must then be parsed by reading everything line by line": text after the last one is not a line.
  let line = ''
  for (let position = 0; position < text.length; position++) {
    const character = text[position]
    if (character !== '\r' && character !== '\n') {
      line += character
      continue
    }
    if (character === '\r' && text[position + 1] === '\n') position++
    processLine(line)
    line = ''
  }
  return happenings

  function processLine(current: string): void {
    const colon = current.indexOf(':')
    if (current === '') dispatch()
    else if (current.startsWith(':')) {
      // "Ignore the line." We report it to onComment, read like a value.
      happenings.push({ kind: 'comment', text: withoutLeadingSpace(current.slice(1)) })
    } else if (colon !== -1) processField(current.slice(0, colon), withoutLeadingSpace(current.slice(colon + 1)))
    else processField(current, '')
  }

  function processField(field: string, value: string): void {
    if (field === 'event') eventTypeBuffer = value
    else if (field === 'data') dataBuffer += `${value}\n`
    else if (field === 'id') {
      if (!value.includes('\u0000')) blockId = value
    } else if (field === 'retry') {
      const isDigits = value !== '' && value.split('').every((character) => character >= '0' && character <= '9')
      if (isDigits) {
        const time = BigInt(value)
        const largest = BigInt(Number.MAX_SAFE_INTEGER)
        happenings.push({ kind: 'retry', reconnectionTime: Number(time > largest ? largest : time) })
      }
    }
  }

  function dispatch(): void {
    const id = blockId
    blockId = undefined
    if (dataBuffer === '') {
      if (id !== undefined) happenings.push({ kind: 'id', id })
      eventTypeBuffer = ''
      return
    }
    if (dataBuffer.endsWith('\n')) dataBuffer = dataBuffer.slice(0, -1)
    const event = eventTypeBuffer === '' ? 'message' : eventTypeBuffer
    happenings.push({ kind: 'event', message: { event, data: dataBuffer, id } })
    dataBuffer = ''
    eventTypeBuffer = ''
  }
}

function withoutLeadingSpace(value: string): string {
  return value.startsWith(' ') ? value.slice(1) : value
}
