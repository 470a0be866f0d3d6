import type { Transport } from 'everstream'
import { createParser } from 'everstream/event-stream'

/** An event stream over XMLHttpRequest, for platforms whose fetch does not stream. */
export const xhrTransport: Transport = {
  name: 'xhr',
  everyType: true,
  open({ url, lastEventId, lastEventIdInUrl, withCredentials }, sink) {
    const request = new XMLHttpRequest()
    const parser = createParser({
      onEvent: (message) => sink.onMessage(message, new URL(request.responseURL).origin),
      onId: (id) => sink.onLastEventId(id),
      onRetry: (ms) => sink.onReconnectionTime(ms),
    })
    let read: number | undefined
    request.addEventListener('readystatechange', () => {
      const isStream = /^text\/event-stream\b/i.test(request.getResponseHeader('content-type') ?? '')
      if (request.readyState !== XMLHttpRequest.HEADERS_RECEIVED || request.status !== 200 || !isStream) return
      read = 0
      sink.onOpen()
    })
    request.addEventListener('progress', () => {
      if (read === undefined) return
      sink.onActivity()
      parser.push(request.responseText.slice(read))
      read = request.responseText.length
    })
    request.addEventListener('loadend', () => {
      const { status } = request
      const kind = status === 0 ? 'network' : read === undefined ? 'http' : 'ended'
      const message = `The request to ${url} is over (${kind}, status ${status}).`
      const failure = { kind, fatal: kind === 'http' && status < 500, message, ...(status > 0 && { status }) } as const
      sink.onEnd(status === 204 ? 'no-content' : failure)
    })
    request.open('GET', url)
    request.withCredentials = withCredentials
    request.setRequestHeader('accept', 'text/event-stream')
    // A header value consists of bytes, each as one character, but the ID is text.
    const bytes = String.fromCharCode(...new TextEncoder().encode(lastEventId))
    if (lastEventId !== '' && !lastEventIdInUrl) request.setRequestHeader('last-event-id', bytes)
    request.send()
    return { close: () => request.abort() }
  },
}
