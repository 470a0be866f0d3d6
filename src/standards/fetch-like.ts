/**
 * The part of the Fetch standard that everstream needs. `globalThis.fetch` and other implementations are assignable,
 * and no DOM types are required.
 */

/** The options that everstream passes to `fetch`: a new object for each request. */
export interface FetchLikeInit {
  method: string
  headers: Record<string, string>
  body?: FetchLikeBody
  credentials: 'include' | 'same-origin'
  /** The HTML standard bypasses all caches. Absent on platforms that reject this option. */
  cache?: 'no-store'
  /** `manual`: returns the redirect itself, so that your headers are not sent to another origin. */
  redirect: 'follow' | 'manual'
  signal: AbortSignal
}

/** `Uint8Array<ArrayBuffer>`; before TypeScript 5.7, the class is not generic. */
type Bytes = ReturnType<typeof Uint8Array.of>

/** A request body that can be sent again on the next attempt, so not a stream. */
export type FetchLikeBody = string | Bytes | ArrayBuffer | Blob | FormData | URLSearchParams

/** The part of a `Response` that everstream reads. */
export interface FetchLikeResponse {
  /** The HTTP status. */
  readonly status: number
  /** `opaqueredirect`: a redirect that was not followed, and whose target the platform hides. */
  readonly type?: string
  /** The final URL, after redirects; empty if the implementation does not provide it. */
  readonly url: string
  readonly headers: { get(name: string): string | null }
  /** Async iterables include Node streams, such as the bodies of `node-fetch`. */
  readonly body: FetchLikeStream | AsyncIterable<Uint8Array | string> | null
}

/** A `ReadableStream` of bytes; the types of the DOM and of undici are not assignable to each other. */
export interface FetchLikeStream {
  readonly locked?: boolean
  getReader(): FetchLikeReader
}

/** A reader of a {@link FetchLikeStream}. */
export interface FetchLikeReader {
  read(): Promise<{ done: false; value: Uint8Array } | { done: true; value?: Uint8Array | undefined }>
  cancel?(): unknown
}

/**
 * `fetch`, or a function with the same signature.
 *
 * @example
 * ```ts
 * const withToken: FetchLike = (url, init) => fetch(url, { ...init, headers: { ...init.headers, authorization } })
 * ```
 */
export type FetchLike = (url: string, init: FetchLikeInit) => Promise<FetchLikeResponse>
