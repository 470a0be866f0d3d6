/**
 * The kinds of failures.
 *
 * | kind | meaning |
 * | --- | --- |
 * | `network` | the request or the stream broke: refused, reset, DNS, TLS, CORS |
 * | `http` | the server responded with a status that does not open a stream: not 2xx, or 205 |
 * | `content-type` | the response is not an event stream |
 * | `redirect` | the redirect cannot be followed, is part of a loop, or is not allowed |
 * | `ended` | the server, or a proxy in between, ended the stream |
 * | `idle` | nothing arrived for `idleTimeout` |
 * | `too-large` | one event was larger than `maxEventSize` |
 * | `native` | the browser's own `EventSource` gave up without giving a reason |
 * | `application` | a function, transport or `fetch` that the application passed is at fault |
 * | `unsupported` | this runtime lacks something (`fetch`, a streaming body, ...), or cannot request such a URL |
 * | `reported` | the server reported an error in the stream, and `endOn` threw it |
 * | `overflow` | events arrived faster than asynchronous schemas or parsers handled them |
 */
export type FailureKind =
  | 'network'
  | 'http'
  | 'content-type'
  | 'redirect'
  | 'ended'
  | 'idle'
  | 'too-large'
  | 'native'
  | 'application'
  | 'unsupported'
  | 'reported'
  | 'overflow'

/** Why a connection could not be established, or was lost. Plain data, so you can log it or post it from a worker. */
export interface ConnectionFailure {
  /** What went wrong, in one word. */
  readonly kind: FailureKind
  /** Whether another attempt would only fail again. The reconnection policy decides. */
  readonly fatal: boolean
  /** What happened, who is at fault and what to do next, for a developer. */
  readonly message: string
  /** The HTTP status, if there was a response. */
  readonly status?: number
  /** How long the server asked clients to wait (`Retry-After`), in ms, at most one hour. */
  readonly retryAfter?: number
  /** The URL of the response, after redirects. It shows whether you were redirected to a login page. */
  readonly url?: string
  /** The `Content-Type` header of the response; empty if there was none. */
  readonly mediaType?: string
  /**
   * The text of the rejected response's body, such as a JSON error: at most 16 KiB, as far as it arrived within 250 ms.
   * Absent if it is empty or not text. It comes from the server: show it as text, never as HTML.
   */
  readonly body?: string
  /** What was thrown, if anything was. */
  readonly cause?: unknown
}
