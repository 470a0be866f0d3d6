import { createConnection, type Reconnection } from '../connection/connection.js'
import { systemEnvironment } from '../connection/environment.js'
import { checkOptions, type OptionRule, SIGNAL_RULE, wrongArgument } from '../errors/check-options.js'
import { ConnectionError } from '../errors/connection-error.js'
import type { RawEvent } from '../errors/payload-error.js'
import type { EventStreamMessage } from '../event-stream/message.js'
import { type AsyncQueue, createAsyncQueue } from '../observable/async-queue.js'
import { createEmitter, EVERY_TYPE } from '../observable/emitter.js'
import { report } from '../observable/report.js'
import { createStore, type ReadableStore, type WritableStore } from '../observable/store.js'
import { createDelivery } from './delivery.js'
import type { InferEvents, SchemaMap, TypedEvent, UndeclaredEvents } from './events.js'
import type { EventSourceOptions, SchemaOptions } from './options.js'
import { type AnyOptions, settle } from './settings.js'
import type { EventsOptions, ListenOptions, TypedEventSource } from './typed-event-source.js'

/** How many events may wait: more than the largest chunk holds of the smallest events, so that only a slow consumer meets it. */
const MAX_WAITING_EVENTS = 16_384

const LISTEN_RULES: readonly OptionRule[] = [SIGNAL_RULE]
const EVENTS_RULES: readonly OptionRule[] = [
  SIGNAL_RULE,
  {
    name: 'maxQueueSize',
    expected: 'a whole number of events, at least 1',
    holds: (value) => Number.isInteger(value) && Number(value) > 0,
  },
  {
    name: 'overflow',
    expected: "'error' or 'drop-oldest'",
    holds: (value) => value === 'error' || value === 'drop-oldest',
  },
]

/**
 * Opens an event stream. It reconnects with backoff and jitter and resumes with the last event ID, until it is closed.
 *
 * @param url - relative ones are resolved against the page or worker
 * @throws `SyntaxError` DOMException for a URL that cannot be parsed; TypeError or RangeError for wrong options
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
export function createEventSource<const Schemas extends SchemaMap>(
  url: string | URL,
  options: SchemaOptions<Schemas>,
): TypedEventSource<InferEvents<Schemas>>
export function createEventSource<Events extends object = UndeclaredEvents>(
  url: string | URL,
  options?: EventSourceOptions<NoInfer<Events>>,
): TypedEventSource<Events>
export function createEventSource(url: string | URL, options: AnyOptions = {}): TypedEventSource<UndeclaredEvents> {
  const settings = settle(url, options)
  const { endOn } = settings
  const emitter = createEmitter<TypedEvent>()
  const queues = new Set<AsyncQueue<TypedEvent>>()
  const stores = new Map<string, WritableStore<unknown>>()
  /** The undos of listeners that a signal holds: a signal may live as long as the application. */
  const signalled = new Set<() => void>()
  const reconnections = createEmitter<Reconnection>()
  let isReleased = false

  const delivery = createDelivery({
    readPayload: settings.readPayload,
    isOver: () => isReleased,
    limit: MAX_WAITING_EVENTS,
    onEvent: emitter.emit,
    onPayloadError(error) {
      if (!isReleased) settings.onPayloadError(error)
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
    environment: systemEnvironment,
    onMessage(message, origin) {
      const isMarker = typeof endOn === 'function' && isEndMarker(endOn, message)
      // What nobody listens for is not worth parsing.
      if (!isMarker && emitter.has(message.event)) delivery.deliver(message, origin)
      if (isMarker || message.event === endOn) connection.end()
    },
    onReconnect: (reconnection) => reconnections.emit('reconnect', reconnection),
  })

  function isClosed(): boolean {
    return connection.status.get().state === 'closed'
  }

  /**
   * Has the connection bring the events of a type. It may start it, and who hears of that may abort or close: everything else of a
   * listener comes before, its undo too.
   */
  function demand(type: string | typeof EVERY_TYPE): void {
    if (type === EVERY_TYPE) connection.listenToEveryType()
    else connection.listen(type)
    connection.start()
  }

  function checkType(type: string): void {
    if (typeof type !== 'string' || type === '') throw new TypeError('The event type must be a string, and not empty.')
    if (settings.declared?.has(type) === false) {
      throw new TypeError(`The event type "${type}" has no schema; there are: ${[...settings.declared].join(', ')}.`)
    }
  }

  function on(type: string, listener: (event: TypedEvent) => void, how: ListenOptions = {}): () => void {
    checkType(type)
    if (typeof listener !== 'function') throw wrongArgument(`on("${type}")`, 'the listener', 'a function', listener)
    checkOptions('on', how, LISTEN_RULES)
    const { signal, once } = how
    if (isClosed() || signal?.aborted) return () => {}
    const undo = emitter.on(type, once ? hearOnce : listener)
    function hearOnce(event: TypedEvent): void {
      remove()
      listener(event)
    }
    function remove(): void {
      undo()
      signal?.removeEventListener('abort', remove)
      signalled.delete(remove)
    }
    if (signal) {
      signal.addEventListener('abort', remove)
      signalled.add(remove)
    }
    demand(type)
    return remove
  }

  function events(types?: string | readonly string[], how: EventsOptions = {}): AsyncQueue<TypedEvent> {
    checkOptions('events', how, EVENTS_RULES)
    const { signal, maxQueueSize = MAX_WAITING_EVENTS, overflow = 'error' } = how
    const wanted = wantedTypes(types)

    const undos: (() => void)[] = []
    const onAbort = (): void => queue.end({ error: signal?.reason })
    const queue = createAsyncQueue<TypedEvent>({
      maxQueueSize,
      overflow,
      onRelease() {
        queues.delete(queue)
        for (const undo of undos) undo()
        signal?.removeEventListener('abort', onAbort)
      },
    })
    if (isClosed()) endQueue(queue)
    else if (signal?.aborted) onAbort()
    else {
      queues.add(queue)
      signal?.addEventListener('abort', onAbort)
      for (const type of wanted) undos.push(emitter.on(type, queue.push))
      for (const type of wanted) demand(type)
    }
    return queue
  }

  function wantedTypes(types: string | readonly string[] | undefined): Iterable<string | typeof EVERY_TYPE> {
    if (types === undefined && settings.declared !== undefined) return settings.declared
    if (types === undefined) {
      if (settings.transport.everyType) return [EVERY_TYPE]
      throw new TypeError(
        `events: the transport "${settings.transport.name}" delivers only types that it is told; name them, or use 'auto' or 'fetch'.`,
      )
    }
    if (typeof types !== 'string' && !Array.isArray(types)) {
      throw wrongArgument('events', 'types', 'an event type, an array of them, or undefined for all', types)
    }
    const wanted = new Set(typeof types === 'string' ? [types] : types)
    if (wanted.size === 0) throw new TypeError('events: name at least one event type, or none at all for every type.')
    wanted.forEach(checkType)
    return wanted
  }

  function endQueue(queue: AsyncQueue<TypedEvent>): void {
    const status = connection.status.get()
    const failure = status.state === 'closed' ? status.failure : undefined
    queue.end(failure && { error: new ConnectionError(failure) })
  }

  function store(type: string): ReadableStore<unknown> {
    checkType(type)
    const known = stores.get(type)
    if (known !== undefined) return known
    const latest = createStore<unknown>(undefined)
    stores.set(type, latest)
    if (isClosed()) return latest
    emitter.on(type, ({ data }) => latest.set(data))
    demand(type)
    return latest
  }

  function onReconnect(listener: (reconnection: Reconnection) => void): () => void {
    if (typeof listener !== 'function') throw wrongArgument('onReconnect', 'the listener', 'a function', listener)
    return isClosed() ? () => {} : reconnections.on('reconnect', listener)
  }

  const { signal } = settings
  const onAbort = (): void => closeAtOnce('aborted')

  function closeAtOnce(reason: 'close-called' | 'aborted'): void {
    connection.close(reason)
    // Also where the server had the last word, and events of it still wait for a schema.
    release()
  }

  function release(): void {
    if (isReleased) return
    isReleased = true
    signal?.removeEventListener('abort', onAbort)
    emitter.clear()
    reconnections.clear()
    for (const latest of stores.values()) latest.release()
    for (const remove of signalled) remove()
    for (const queue of queues) endQueue(queue)
  }

  signal?.addEventListener('abort', onAbort)
  // The first subscriber: by the time the application hears of the end, nothing is left to be called; but what has arrived
  // before the server's end is still delivered, where a schema takes its time.
  connection.status.subscribe((status) => {
    if (status.state !== 'closed') return
    if (status.reason === 'close-called' || status.reason === 'aborted') release()
    else delivery.whenDone(release)
  })
  if (typeof endOn === 'function') connection.listenToEveryType()
  else if (endOn !== undefined) connection.listen(endOn)
  if (signal?.aborted) onAbort()
  else if (settings.connect === 'immediately') connection.start()

  const close = (): void => closeAtOnce('close-called')
  const source = {
    url: settings.url,
    get lastEventId() {
      return connection.lastEventId
    },
    status: connection.status,
    on,
    events,
    store,
    onReconnect,
    reconnect: connection.reconnect,
    close,
    [Symbol.asyncIterator]: () => events(),
    // Where the symbol does not exist, its key would be the string 'undefined'.
    ...(Symbol.dispose && { [Symbol.dispose]: close }),
  }
  return source as TypedEventSource<UndeclaredEvents>
}

/** Whether a function of the application knows the mark that ends the stream. One that throws does not. */
function isEndMarker(endOn: (event: RawEvent) => boolean, message: EventStreamMessage): boolean {
  try {
    return endOn(message)
  } catch (error) {
    report(error)
    return false
  }
}
