/**
 * The least of the Fetch standard that everstream needs, as types of its own: `globalThis.fetch` fits, and so does any
 * other implementation (a proxy-aware one, a test double), also where no DOM types are loaded.
 */

/** What is asked of `fetch`. A fresh object is made for every request. */
export interface FetchLikeInit {
  method: string
  headers: Record<string, string>
  body?: FetchLikeBody
  credentials: 'include' | 'same-origin'
  /** The HTML standard asks for the stream past every cache. Left out where the platform has none, and refuses the word. */
  cache?: 'no-store'
  /** `manual`: the redirect itself is the answer, so that the application's headers stay on their origin. */
  redirect: 'follow' | 'manual'
  signal: AbortSignal
}

/** `Uint8Array<ArrayBuffer>`, which TypeScript before 5.7 does not know: there the class is not generic. */
type Bytes = ReturnType<typeof Uint8Array.of>

/** A request body that can be sent again on the next attempt. A stream cannot; a function that returns one can. */
export type FetchLikeBody = string | Bytes | ArrayBuffer | Blob | FormData | URLSearchParams

/** What is read of the answer: a `Response` fits. */
export interface FetchLikeResponse {
  readonly status: number
  /** `opaqueredirect`: a redirect that was not followed, by a platform that does not say where it leads. */
  readonly type?: string
  /** The URL that answered, after redirects; empty where the implementation does not tell. */
  readonly url: string
  readonly headers: { get(name: string): string | null }
  /** Async iterables include Node streams, which are the bodies of `node-fetch`. */
  readonly body: FetchLikeStream | AsyncIterable<Uint8Array | string> | null
}

/** What is read of a body: any `ReadableStream` of bytes fits. The types of the DOM and of undici do not fit each other. */
export interface FetchLikeStream {
  readonly locked?: boolean
  getReader(): FetchLikeReader
}

export interface FetchLikeReader {
  read(): Promise<{ done: false; value: Uint8Array } | { done: true; value?: Uint8Array | undefined }>
  cancel?(): unknown
}

/** `fetch`, or a function that stands in for it. */
export type FetchLike = (url: string, init: FetchLikeInit) => Promise<FetchLikeResponse>
