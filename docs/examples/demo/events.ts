import type { ConnectionStatus, EventOf } from 'everstream'

/** The event types of the demo's stream: three of JSON, one of plain text. */
export interface Market {
  /** The whole state: the first event wherever the server cannot go on from a last event ID. */
  snapshot: Snapshot
  price: Price
  news: News
  /** Plain text, so the client is told: `parse: { log: 'text' }`. */
  log: string
}

export interface Price {
  /** 1, 2, 3, ... over all symbols: whoever has a gap has lost a price. */
  sequence: number
  symbol: string
  value: number
  /** When it was made, in ms since 1970. */
  time: number
}

export interface News {
  symbol: string
  headline: string
  time: number
}

export interface Snapshot extends Sent {
  shares: readonly Share[]
  /** Those of the last minute. */
  prices: readonly Price[]
  news: readonly News[]
}

/** Answer to `GET /sent`. */
export interface Sent {
  /** Which run of the server this is: each begins its sequence anew. */
  run: string
  /** The number of the latest price. */
  sequence: number
}

export interface Share {
  symbol: string
  name: string
  /** The price that changes are measured against. */
  opening: number
}

export type Fault = 'cut' | 'unavailable' | 'stall' | 'restart' | 'broken'

/** What a feed tells whoever shows it. Plain data, so that it can come from a worker. */
export type Update =
  | { type: 'status'; status: ConnectionStatus }
  | { type: 'event'; event: EventOf<Market> }
  | { type: 'payload-error'; message: string; lastEventId: string }

export interface Feed {
  /** Connects anew, at once. */
  reconnect(): void
  close(): void
}
