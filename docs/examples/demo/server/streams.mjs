import { encodeComment, encodeMessage } from 'everstream/event-stream'

/**
 * @import { Request, Response } from 'express'
 * @import { Snapshot } from '../events.js'
 * @import { Journal } from './journal.mjs'
 */

/** A comment every second tells clients that a quiet stream is alive: their `idleTimeout` is three times this. */
const KEEP_ALIVE_INTERVAL = 1000

/** The least time that clients are asked to wait before they reconnect, in ms. */
const RECONNECTION_TIME = 500

/**
 * @typedef {object} Stream
 * @property {Response} response
 * @property {number} place the event that was sent last
 * @property {boolean} silent whether nothing more is sent
 */

/** @typedef {ReturnType<typeof createStreams>} Streams */

/**
 * The open event streams. Each reads the journal at its own pace from its own place: a slow client costs no memory, and
 * resuming only means starting at another place.
 *
 * @param {Journal} journal
 * @param {() => Snapshot} snapshot
 */
export function createStreams(journal, snapshot) {
  const streams = /** @type {Set<Stream>} */ (new Set())
  /** @type {NodeJS.Timeout | undefined} */
  let keepAlive

  /** @param {Stream} stream */
  function pump(stream) {
    const { response } = stream
    while (!stream.silent && !response.writableNeedDrain && stream.place < journal.latest) {
      const text = journal.read(stream.place + 1)
      // So slow that its next event is forgotten: it reconnects with its last event ID, and gets a snapshot.
      if (text === undefined) return response.destroy()
      response.write(text)
      stream.place += 1
    }
  }

  /** @param {Stream} stream */
  function begin(stream) {
    const { response } = stream
    response.writeHead(200, {
      'content-type': 'text/event-stream',
      'cache-control': 'no-store',
      // nginx buffers answers by default.
      'x-accel-buffering': 'no',
    })
    response.write(encodeMessage({ retry: RECONNECTION_TIME }))
    response.on('drain', () => pump(stream))
    response.on('close', () => streams.delete(stream))
    streams.add(stream)
  }

  return {
    /**
     * @param {Request} request
     * @param {Response} response
     */
    serve: (request, response) => {
      const place = journal.placeOf(lastEventId(request))
      const stream = { response, place: place ?? journal.latest, silent: false }
      begin(stream)
      if (place === undefined) {
        response.write(
          encodeMessage({ event: 'snapshot', id: journal.idOf(stream.place), data: JSON.stringify(snapshot()) }),
        )
      }
      pump(stream)
    },
    start() {
      journal.subscribe(() => streams.forEach(pump))
      keepAlive = setInterval(() => {
        for (const { response, silent } of streams) {
          if (!silent && !response.writableNeedDrain) response.write(encodeComment('keep-alive'))
        }
      }, KEEP_ALIVE_INTERVAL)
    },
    stop: () => clearInterval(keepAlive),
    /** Sends nothing more, but keeps the connections. */
    silence() {
      for (const stream of streams) stream.silent = true
    },
    /** Ends every answer regularly. */
    end() {
      for (const { response } of streams) response.end()
    },
    /** Writes half of the next event, then breaks the connection off. */
    breakOff() {
      for (const { response, place } of streams) {
        const text = journal.read(place + 1) ?? ''
        response.write(text.slice(0, text.length / 2), () => response.destroy())
      }
    },
  }
}

/**
 * The last event ID of a reconnection is in the header. A new browser `EventSource` cannot send it, so there it is in a
 * query parameter: the client's option `lastEventIdParam`.
 *
 * @param {Request} request
 */
function lastEventId({ headers, query }) {
  const id = headers['last-event-id'] ?? query['lastEventId']
  return typeof id === 'string' ? id : ''
}
