import type { ConnectionStatus, EventOf } from 'everstream'

/** The event types of the demo's stream: three of JSON, one of plain text. */
export interface Market {
  /** The complete state: the first event if the server cannot continue from a last event ID. */
  snapshot: Snapshot
  price: Price
  news: News
  /** Plain text, so the client needs `parse: { log: 'text' }`. */
  log: string
}

export interface Price {
  /** 1, 2, 3, ... over all symbols: a gap means a lost price. */
  sequence: number
  symbol: string
  value: number
  /** When the price was made, in ms since 1970. */
  time: number
}

export interface News {
  symbol: string
  headline: string
  time: number
}

export interface Snapshot extends Sent {
  shares: readonly Share[]
  /** The prices of the last minute. */
  prices: readonly Price[]
  news: readonly News[]
}

/** The answer to `GET /sent`. */
export interface Sent {
  /** The run of the server: each one starts its sequence at 1. */
  run: string
  /** The number of the latest price. */
  sequence: number
}

export interface Share {
  symbol: string
  name: string
  /** The price from which changes are measured. */
  opening: number
}

export type Fault = 'cut' | 'unavailable' | 'stall' | 'restart' | 'broken'

/** What a feed reports to the page. Plain data, so that it can come from a worker. */
export type Update =
  | { type: 'status'; status: ConnectionStatus }
  | { type: 'event'; event: EventOf<Market> }
  | { type: 'payload-error'; message: string; lastEventId: string }

export interface Feed {
  /** Reconnects at once. */
  reconnect(): void
  close(): void
}
