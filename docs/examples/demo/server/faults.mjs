/**
 * @import { NextFunction, Request, Response } from 'express'
 * @import { Fault } from '../events.js'
 * @import { Journal } from './journal.mjs'
 * @import { Market } from './market.mjs'
 * @import { Streams } from './streams.mjs'
 */

/** The `Retry-After` of an unavailable server, in seconds from the first request that it refuses. */
const RETRY_AFTER = 2

/**
 * The faults between servers and clients that the buttons cause.
 *
 * @param {{ journal: Journal, market: Market, streams: Streams, restart: () => void }} demo
 */
export function createFaults({ journal, market, streams, restart }) {
  /** The time until which requests are refused; Infinity until the first one sets it. */
  let unavailableUntil = 0

  /** @type {Record<Fault, () => void>} */
  const faults = {
    /** In the middle of an event: the client discards the half, and gets the complete event after it reconnects. */
    cut() {
      streams.silence()
      market.tick()
      streams.breakOff()
    },
    /** Like a server before maintenance: it ends its streams and refuses new requests. */
    unavailable() {
      unavailableUntil = Infinity
      streams.end()
    },
    /** A half-open connection: no end, no error, no event. Only the client's `idleTimeout` notices. */
    stall: () => streams.silence(),
    restart,
    /** It has an event ID but no sequence number, so it does not count as a price. */
    broken: () => journal.append('price', '{"symbol":"ACME","value":12'),
  }

  return {
    /** @param {string} name */
    find: (name) => new Map(Object.entries(faults)).get(name),
    /**
     * @param {Request} _request
     * @param {Response} response
     * @param {NextFunction} next
     */
    refuseWhileUnavailable: (_request, response, next) => {
      const now = Date.now()
      if (now >= unavailableUntil) return next()
      if (unavailableUntil === Infinity) unavailableUntil = now + RETRY_AFTER * 1000
      response
        .status(503)
        .set('retry-after', String(Math.ceil((unavailableUntil - now) / 1000)))
        .end()
    },
  }
}
