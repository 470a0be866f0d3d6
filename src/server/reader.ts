import { createParser } from '../event-stream/parser.js'
import { createAsyncQueue } from '../observable/async-queue.js'
import type { Accepted } from './channel-types.js'
import { CONTROL_TYPE } from '../event-stream/control-type.js'

/** An event as it comes out of a channel. */
export interface ReadEvent {
  readonly type: string
  readonly data: unknown
  readonly id: string
}

/** Reads a channel in the same process: a client whose socket is a queue that takes more only when it is empty. */
export function readChannel({ connect }: Accepted): AsyncIterableIterator<ReadEvent> {
  let waiting = 0
  const queue = createAsyncQueue<ReadEvent>({
    maxQueueSize: Infinity,
    overflow: 'error',
    onRelease: () => connection?.left(),
  })
  const parser = createParser({
    maxEventSize: Infinity,
    onEvent({ event, data, id = '' }) {
      if (event === CONTROL_TYPE) return
      waiting += 1
      queue.push({ type: event, data: JSON.parse(data), id })
    },
  })
  const connection: ReturnType<typeof connect> | undefined = connect({
    framing: 'none',
    write(bytes) {
      parser.push(bytes)
      return waiting === 0
    },
    end: () => queue.end(),
    destroy: () =>
      queue.end({
        error: new Error('The reader was too far behind, or was not allowed to read on: read faster, or raise maxLag.'),
      }),
  })

  return {
    async next() {
      const result = await queue.next()
      if (result.done === true) return result
      waiting -= 1
      if (waiting === 0) connection.drained()
      return result
    },
    return: () => queue.return(),
    [Symbol.asyncIterator]() {
      return this
    },
  }
}
