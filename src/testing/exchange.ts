import type { ConnectionFailure } from '../failure/connection-failure.js'

/** A request that a source has made. */
export interface TestRequest {
  /** Absolute. Contains the last event ID if the source has a `lastEventIdParam`. */
  readonly url: string
  /** The last event ID that the source sent in the header or told the transport; empty if there was none. */
  readonly lastEventId: string
  /** The method: always `GET` over {@link TestServer.transport}, which makes no HTTP request. */
  readonly method: string
  /** The headers, by lower-case names. Empty over {@link TestServer.transport}. */
  readonly headers: Readonly<Record<string, string>>
  /** The body as text; undefined if there is none. */
  readonly body: string | undefined
}

/** A request and its answer, on the side of the server. */
export interface Exchange {
  readonly request: TestRequest
  /** Answers the request with an event stream. */
  open(): void
  /** Sends a part of the stream. */
  write(text: string): void
  /** Ends the stream regularly. */
  end(): void
  /** Refuses the request, or breaks the stream. */
  fail(failure: ConnectionFailure): void
  /** Answers the request with 204 (No Content). */
  noContent(): void
}

/** The exchanges of a server. */
export interface Exchanges {
  /** A request has arrived and waits for its answer. */
  begin(exchange: Exchange): void
  /** The source has closed the connection. */
  remove(exchange: Exchange): void
}
