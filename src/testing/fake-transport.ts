import { createParser } from '../event-stream/parser.js'
import type { Transport } from '../transport/transport.js'
import type { Exchange, Exchanges } from './exchange.js'

/** A transport whose server is the test. Events are delivered before the call that sends them returns. */
export function createFakeTransport(exchanges: Exchanges): Transport {
  return {
    name: 'test',
    everyType: true,
    open({ url, lastEventId }, sink) {
      const parser = createParser({
        onEvent: (message) => sink.onMessage(message),
        onId: (id) => sink.onLastEventId(id),
        onRetry: (ms) => sink.onReconnectionTime(ms),
      })
      const exchange: Exchange = {
        request: { url, lastEventId, method: 'GET', headers: {}, body: undefined },
        open: () => sink.onOpen(),
        write(text) {
          sink.onActivity()
          parser.push(text)
        },
        end: () => sink.onEnd({ kind: 'ended', fatal: false, message: `The test server ended the stream.`, url }),
        fail: (failure) => sink.onEnd(failure),
        noContent: () => sink.onEnd('no-content'),
      }
      exchanges.begin(exchange)
      return { close: () => exchanges.remove(exchange) }
    },
  }
}
