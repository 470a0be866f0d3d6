/**
 * @import { NextFunction, Request, Response } from 'express'
 * @import { Fault } from '../events.js'
 * @import { Journal } from './journal.mjs'
 * @import { Market } from './market.mjs'
 * @import { Streams } from './streams.mjs'
 */

/** How long a server that is unavailable asks to be left alone, in seconds, from the first request it refuses. */
const RETRY_AFTER = 2

/**
 * What goes wrong between servers and clients, at the push of a button.
 *
 * @param {{ journal: Journal, market: Market, streams: Streams, restart: () => void }} demo
 */
export function createFaults({ journal, market, streams, restart }) {
  /** Until when requests are refused; Infinity until the first one sets it. */
  let unavailableUntil = 0

  /** @type {Record<Fault, () => void>} */
  const faults = {
    /** In the midst of an event: the half that arrives is no event, and the client gets it whole when it comes back. */
    cut() {
      streams.silence()
      market.tick()
      streams.breakOff()
    },
    /** As a server does before maintenance: it ends what it has, and refuses what comes. */
    unavailable() {
      unavailableUntil = Infinity
      streams.end()
    },
    /** A half-open connection: no end, no error, no event. Only the client's `idleTimeout` notices. */
    stall: () => streams.silence(),
    restart,
    /** It has an event ID but no sequence number: it is no price. */
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
