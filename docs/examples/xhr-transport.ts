import type { Transport } from 'everstream'
import { createParser } from 'everstream/event-stream'

/** An event stream over XMLHttpRequest, for platforms whose fetch does not stream. */
export const xhrTransport: Transport = {
  name: 'xhr',
  everyType: true,
  open({ url, lastEventId, lastEventIdInUrl, withCredentials }, sink) {
    const request = new XMLHttpRequest()
    let read = 0
    const parser = createParser({
      lastEventId,
      onId: (id, isOfEvent) => sink.onLastEventId(id, isOfEvent),
      onRetry: (ms) => sink.onReconnectionTime(ms),
      onEvent: (message) => sink.onMessage(message, new URL(request.responseURL).origin),
    })
    const isStream = () =>
      request.status === 200 && /^text\/event-stream\b/i.test(request.getResponseHeader('content-type') ?? '')
    request.addEventListener('readystatechange', () => {
      if (request.readyState === XMLHttpRequest.HEADERS_RECEIVED && isStream()) {
        sink.onOpen({ transport: 'xhr', resumed: lastEventId !== '' })
      }
    })
    request.addEventListener('progress', () => {
      if (!isStream()) return
      sink.onActivity()
      parser.push(request.responseText.slice(read))
      read = request.responseText.length
    })
    request.addEventListener('load', () => {
      const { status } = request
      if (status === 204) sink.onEnd('no-content')
      else if (isStream()) sink.onEnd({ kind: 'ended', fatal: false, message: `${url} ended the stream.` })
      else
        sink.onEnd({ kind: 'http', fatal: status < 500, message: `${url} answered with the status ${status}.`, status })
    })
    request.addEventListener('error', () => {
      sink.onEnd({ kind: 'network', fatal: false, message: `The connection to ${url} broke, or could not be made.` })
    })
    request.open('GET', url)
    request.withCredentials = withCredentials
    request.setRequestHeader('accept', 'text/event-stream')
    // The header takes bytes, each as one character, and the ID is text.
    const bytes = String.fromCharCode(...new TextEncoder().encode(lastEventId))
    if (lastEventId !== '' && !lastEventIdInUrl) request.setRequestHeader('last-event-id', bytes)
    request.send()
    return { close: () => request.abort() }
  },
}
