import type { Framing } from './frame.js'

/** Where the bytes of one client go: what an adapter for a server or a framework implements. */
export interface Sink {
  /** `'chunked'` if the bytes go past the server's own framing, straight to the socket of an HTTP/1.1 response. */
  readonly framing: Framing
  /**
   * Takes bytes, which are shared with other clients and must not be changed or transferred.
   *
   * @returns false if that is enough for now; the adapter then calls {@link Connection.drained} once there is room
   */
  write(bytes: Uint8Array): boolean
  /** Ends the stream after what was written. */
  end(): void
  /** Cuts the stream off, and drops what is still waiting. */
  destroy(): void
}

/** What an adapter tells the channel about one client. */
export interface Connection {
  /** There is room again. */
  readonly drained: () => void
  /** The client has left. */
  readonly left: () => void
}
