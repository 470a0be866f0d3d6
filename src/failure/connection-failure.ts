/**
 * What went wrong.
 *
 * | kind | meaning |
 * | --- | --- |
 * | `network` | the request or the stream broke: refused, reset, DNS, TLS, CORS |
 * | `http` | the server answered with a status that does not open a stream: none of 2xx, or 205 |
 * | `content-type` | the server answered, but not with an event stream |
 * | `redirect` | the server redirects to where nothing can follow, in circles, or at all where that is not allowed |
 * | `ended` | the server, or a proxy in between, ended the stream |
 * | `idle` | nothing arrived for `idleTimeout` |
 * | `too-large` | one event was larger than `maxEventSize` |
 * | `native` | the browser's own `EventSource` gave up, and does not say why |
 * | `application` | what the application gave is at fault: a function (`url`, `headers`, `body`, `reconnection`), a transport, a `fetch` |
 * | `unsupported` | this runtime lacks what it takes (`fetch`, a streaming body, ...), or cannot use such a URL |
 * | `overflow` | events arrived faster than asynchronous schemas or parsers took them |
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
  | 'overflow'

/** Why a connection could not be established, or was lost. Plain data: it can be posted from a worker and logged. */
export interface ConnectionFailure {
  readonly kind: FailureKind
  /** True where another attempt would only fail again. A reconnection policy has the last word. */
  readonly fatal: boolean
  /** What happened, whose fault it is and what to do next, in one sentence for a developer. */
  readonly message: string
  /** The HTTP status, where there was an answer. */
  readonly status?: number
  /** How long the server asked to be left alone (`Retry-After`), in ms, at most one hour. */
  readonly retryAfter?: number
  /** The URL that answered, after redirects: a login page is recognised by it. */
  readonly url?: string
  /** The media type of the answer, as the server wrote it; empty when it named none. */
  readonly mediaType?: string
  /**
   * The text of the refused answer's body, such as a JSON error: at most 16 KiB, and only what came within 250 ms.
   * Left out if it is empty or not text. The server may send anything: show it as text, never as HTML.
   */
  readonly body?: string
  /** What was thrown, where something was. */
  readonly cause?: unknown
}
