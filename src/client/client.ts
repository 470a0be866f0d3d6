import { createConnection, type Reconnection } from '../connection/connection.js'
import type { UrlOption } from '../connection/address.js'
import { systemEnvironment } from '../connection/environment.js'
import { isFinal } from '../connection/transition.js'
import { wrongArgument } from '../arguments/check-options.js'
import { inWords } from '../failure/in-words.js'
import { type EndOn, readEndMark } from '../event-stream/end-mark.js'
import type { EventStreamMessage } from '../event-stream/message.js'
import { createEmitter } from '../observable/emitter.js'
import { report } from '../observable/report.js'
import { createAborts } from './aborts.js'
import { createDelivery, MAX_WAITING_EVENTS } from './delivery.js'
import { createDemand } from './demand.js'
import { createEventTypes } from './event-types.js'
import type { InferEvents, SchemaMap, TypedEvent, UndeclaredEvents } from './events.js'
import { createIteration } from './iteration.js'
import { createListening } from './listening.js'
import type { EventSourceOptions, SchemaOptions } from './options.js'
import { type AnyOptions, resolveSettings } from './settings.js'
import { createStores } from './stores.js'
import type { TypedEventSource } from './typed-event-source.js'

/**
 * Opens an event stream. It reconnects with backoff and jitter and resumes with the last event ID, until it is closed.
 *
 * @param url - resolved against the page or worker if it is relative; or a function that is asked for it on every attempt
 * @throws `SyntaxError` DOMException for a URL that cannot be parsed (with `connect: 'while-listening'`, that is a failure
 * once it connects); TypeError or RangeError for wrong options
 *
 * @example
 * ```ts
 * interface Prices { price: { symbol: string; value: number } }
 * const prices = createEventSource<Prices>('/prices')
 * prices.on('price', ({ data }) => draw(data.symbol, data.value))
 * ```
 *
 * @example
 * ```ts
 * const prices = createEventSource('/prices', { schemas: { price: z.object({ symbol: z.string(), value: z.number() }) } })
 * ```
 */
export function createEventSource<Events extends object = UndeclaredEvents>(
  url: UrlOption,
  options?: EventSourceOptions<NoInfer<Events>>,
): TypedEventSource<Events>
// Last, because TypeScript 7 reports what is wrong with the last overload only.
/**
 * Opens an event stream whose events are declared and checked by schemas. All else is as without them.
 *
 * @throws what it throws without them, and TypeError for a schema that does not implement Standard Schema
 */
export function createEventSource<const Schemas extends SchemaMap>(
  url: UrlOption,
  options: SchemaOptions<Schemas>,
): TypedEventSource<InferEvents<Schemas>>
export function createEventSource(url: UrlOption, options: AnyOptions = {}): TypedEventSource<UndeclaredEvents> {
  const settings = resolveSettings(url, options)
  const { address, endOn, signal } = settings
  const emitter = createEmitter<TypedEvent>()
  const reconnections = createEmitter<Reconnection>()
  const aborts = createAborts()

  const delivery = createDelivery({
    readPayload: settings.readPayload,
    isOver,
    limit: MAX_WAITING_EVENTS,
    onEvent: emitter.emit,
    onPayloadError(error) {
      if (!isOver()) settings.onPayloadError(error)
    },
    onOverflow: () =>
      connection.fail({
        kind: 'overflow',
        fatal: true,
        message: `More than ${MAX_WAITING_EVENTS} events wait for asynchronous schemas or parsers, which are slower than the stream.`,
      }),
  })

  const connection = createConnection({
    ...settings,
    endIsMarked: endOn !== undefined,
    environment: systemEnvironment,
    onMessage(message, origin) {
      const mark = endMarkOf(endOn, message)
      // What nobody listens for is not worth parsing.
      if (mark !== 'withhold' && emitter.has(message.event)) delivery.deliver(message, origin)
      if (mark !== false) connection.end()
    },
    onReconnect: (reconnection) => reconnections.emit('reconnect', reconnection),
    onClosed(status) {
      aborts.suspend()
      // What has arrived before the server's end is still delivered, even if a schema takes its time.
      if (!isFinal(status)) return iteration.end(status, delivery.whenDone)
      demand.close()
      emitter.clear()
      reconnections.clear()
      stores.release()
      iteration.end(status, (run) => run())
    },
  })

  function isOver(): boolean {
    return isFinal(connection.status.get())
  }

  /** Whether there is a URL to connect to: one that could not be resolved when the source was made may be wrong. */
  function hasAddress(): boolean {
    try {
      if (typeof url !== 'function') void address.resolve({ attempt: 0, failure: undefined, lastEventId: '' })
      return true
    } catch (cause) {
      connection.fail({ kind: 'application', fatal: true, message: inWords(cause), cause })
      return false
    }
  }

  function start(): void {
    if (connection.status.get().state === 'idle' && hasAddress()) connection.start()
  }

  const restsUnheard = settings.connect === 'while-listening'
  const demand = createDemand({ connection, environment: systemEnvironment, restsUnheard, start })
  const parts = { emitter, demand, aborts, connection, eventTypes: createEventTypes(settings), isOver }
  const listening = createListening(parts)
  const iteration = createIteration({ ...parts, statusOf: connection.status.get })
  const stores = createStores(parts)

  function onReconnect(listener: (reconnection: Reconnection) => void): () => void {
    if (typeof listener !== 'function') throw wrongArgument('onReconnect', 'the listener', 'a function', listener)
    return isOver() ? () => {} : reconnections.on('reconnect', listener)
  }

  function reconnect(): void {
    if (!demand.exists) return
    aborts.resume()
    if (hasAddress()) connection.reconnect()
  }

  aborts.add(signal, () => connection.close('aborted'))
  if (typeof endOn === 'function') connection.listenToEveryType()
  else if (endOn !== undefined) for (const type of [endOn].flat()) connection.listen(type)
  if (signal?.aborted) connection.close('aborted')
  else if (!restsUnheard) start()

  const close = (): void => connection.close('close-called')
  const source = {
    get url() {
      return address.current ?? (typeof url === 'function' ? '' : String(url))
    },
    get lastEventId() {
      return connection.lastEventId
    },
    status: connection.status,
    ...listening,
    events: iteration.events,
    store: stores.store,
    onReconnect,
    reconnect,
    close,
    [Symbol.asyncIterator]: () => iteration.events(),
    // Where the symbol does not exist, its key would be the string 'undefined'.
    ...(Symbol.dispose && { [Symbol.dispose]: close }),
  }
  return source as TypedEventSource<UndeclaredEvents>
}

/** A function that throws recognises nothing, and the stream goes on. */
function endMarkOf(endOn: EndOn | undefined, message: EventStreamMessage): ReturnType<typeof readEndMark> {
  try {
    return readEndMark(endOn, message)
  } catch (error) {
    report(error)
    return false
  }
}
