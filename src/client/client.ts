import { advice } from '../messages/advice.js'
import type { Connection, ConnectionOptions, Reconnection } from '../connection/connection.js'
import { readControl } from '../connection/control.js'
import type { Environment } from '../connection/environment.js'
import { isFinal } from '../connection/transition.js'
import { wrongArgument } from '../arguments/check-options.js'
import { ConnectionError } from '../failure/connection-error.js'
import { inWords } from '../failure/in-words.js'
import { type EndOn, readEndMark } from '../event-stream/end-mark.js'
import type { EventStreamMessage } from '../event-stream/message.js'
import { createEmitter } from '../observable/emitter.js'
import { report } from '../observable/report.js'
import { createAborts } from './aborts.js'
import { createDelivery, MAX_WAITING_EVENTS } from './delivery.js'
import { createDemand } from './demand.js'
import { createEventTypes } from './event-types.js'
import type { TypedEvent, UndeclaredEvents } from './events.js'
import { createIteration } from './iteration.js'
import { createListening } from './listening.js'
import type { Settings } from './settings.js'
import { createStores } from './stores.js'
import type { TypedEventSource } from './typed-event-source.js'

export interface ClientParts {
  readonly createConnection: (options: ConnectionOptions) => Connection
  readonly environment: Environment
}

/** The typed source over a connection, which it is given. */
export function createClient(
  settings: Settings,
  { createConnection, environment }: ClientParts,
): TypedEventSource<UndeclaredEvents> {
  const { address, endOn, signal } = settings
  const emitter = createEmitter<TypedEvent>()
  const reconnections = createEmitter<Reconnection>()
  const aborts = createAborts()

  const delivery = createDelivery({
    readPayload: settings.readPayload,
    isClosedForGood,
    limit: MAX_WAITING_EVENTS,
    onEvent: emitter.emit,
    onPayloadError(error) {
      if (!isClosedForGood()) settings.onPayloadError(error)
    },
    onOverflow: () =>
      connection.fail({
        kind: 'overflow',
        fatal: true,
        message:
          `More than ${MAX_WAITING_EVENTS} events are waiting for asynchronous schemas or parsers` +
          advice(', which are slower than the stream; make them faster or synchronous.', 'failures'),
      }),
  })

  const connection = createConnection({
    ...settings,
    endIsMarked: endOn !== undefined,
    readControl,
    environment,
    onMessage(message, origin, lastEventId) {
      const mark = endOn !== undefined && endMarkOf(endOn, message)
      // Events without a listener are not parsed.
      if (mark !== 'withhold' && emitter.has(message.event)) delivery.deliver(message, origin, lastEventId)
      if (mark !== false) connection.end()
    },
    onReconnect: (reconnection) => reconnections.emit('reconnect', reconnection),
    onClosed(status) {
      aborts.suspend()
      // Events that arrived before the end are still delivered, even if their schemas are asynchronous.
      if (!isFinal(status)) return iteration.end(status, delivery.whenDone)
      demand.close()
      emitter.clear()
      reconnections.clear()
      stores.release()
      iteration.end(status, (run) => run())
    },
  })

  /** If an `endOn` function throws a ConnectionError, the source fails; other errors are reported, and it goes on. */
  function endMarkOf(end: EndOn, message: EventStreamMessage): ReturnType<typeof readEndMark> {
    try {
      return readEndMark(end, message)
    } catch (error) {
      if (error instanceof ConnectionError) {
        connection.fail(error.failure)
        return 'withhold'
      }
      report(error)
      return false
    }
  }

  function isClosedForGood(): boolean {
    return isFinal(connection.status.get())
  }

  /** With `connect: 'while-listening'`, the URL is checked only now. Returns false if it is invalid, after failing. */
  function hasAddress(): boolean {
    try {
      address.prepare()
      return true
    } catch (cause) {
      connection.fail({ kind: 'application', fatal: true, message: inWords(cause), cause })
      return false
    }
  }

  function start(): void {
    if (connection.status.get().state === 'idle' && hasAddress()) connection.start()
  }

  const onlyWhileListening = settings.connect === 'while-listening'
  const demand = createDemand({ connection, environment, onlyWhileListening, start })
  const parts = { emitter, demand, aborts, connection, eventTypes: createEventTypes(settings), isClosedForGood }
  const listening = createListening(parts)
  const iteration = createIteration({ ...parts, statusOf: connection.status.get })
  const stores = createStores(parts)

  function onReconnect(listener: (reconnection: Reconnection) => void): () => void {
    if (typeof listener !== 'function')
      throw wrongArgument('onReconnect', 'the listener', advice('a function'), listener)
    return reconnections.on('reconnect', listener)
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
  else if (!onlyWhileListening) start()

  const close = (): void => connection.close('close-called')
  const source = {
    get url() {
      return address.shown
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
    // If the symbol does not exist, its key would be the string 'undefined'.
    ...(Symbol.dispose && { [Symbol.dispose]: close }),
  }
  return source as TypedEventSource<UndeclaredEvents>
}
