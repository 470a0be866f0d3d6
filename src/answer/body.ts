import { isObject } from '../arguments/check-options.js'
import type { ConnectionFailure } from '../failure/connection-failure.js'
import { inWords } from '../failure/in-words.js'
import { unsupported } from '../failure/unsupported.js'

/** Reads a body chunk by chunk, whatever its kind. */
export interface BodyReader {
  read(): Promise<{ readonly done?: boolean | undefined; readonly value?: unknown }>
  /** Releases the connection. Never throws, and waits for nothing: a stand-in for fetch may never answer. */
  cancel(): void
}

/** Whatever a body may have: it may be a `ReadableStream`, async iterable, a Node stream, or a mock of any of them. */
interface AnyBody {
  getReader?(): { read(): ReturnType<BodyReader['read']>; cancel?(): unknown }
  [Symbol.asyncIterator]?(): { next(): ReturnType<BodyReader['read']>; return?(): unknown }
  on?(type: string, listener: () => void): unknown
  destroy?(): unknown
}

/**
 * Begins to read a body: a `ReadableStream`, or anything async iterable, such as the Node stream of `node-fetch`.
 *
 * @returns undefined if there is no body, or none that can be read while it arrives
 * @throws TypeError if somebody else reads it already
 */
export function openBody(body: unknown): BodyReader | undefined {
  if (!isObject(body)) return undefined
  const any: AnyBody = body
  if (typeof any.getReader === 'function') {
    const reader = any.getReader()
    return { read: () => reader.read(), cancel: () => void quietly(() => reader.cancel?.()) }
  }
  const iterator = any[Symbol.asyncIterator]?.()
  if (iterator === undefined) return undefined
  // A Node stream that is aborted emits an error, which would end the process if nobody listened.
  any.on?.('error', () => {})
  return {
    read: () => iterator.next(),
    // An iterator that waits for a chunk cannot return until that comes; the stream itself can be destroyed.
    cancel: () => void quietly(() => (any.destroy ? any.destroy() : iterator.return?.())),
  }
}

/** Releases a body that nobody reads: it would hold its socket. */
export function discardBody(body: unknown): void {
  void quietly(() => openBody(body)?.cancel())
}

async function quietly(run: () => unknown): Promise<void> {
  try {
    await run()
  } catch {
    // What is released may fail as it likes.
  }
}

/**
 * A chunk as the parser takes it. A body of another realm, or of no browser, may give buffers and text.
 *
 * @throws TypeError if it is neither bytes nor text
 */
export function toChunk(chunk: unknown): Uint8Array | string {
  if (typeof chunk === 'string') return chunk
  if (ArrayBuffer.isView(chunk)) return new Uint8Array(chunk.buffer, chunk.byteOffset, chunk.byteLength)
  const tag = Object.prototype.toString.call(chunk)
  if (/^\[object (?:Shared)?ArrayBuffer\]$/.test(tag)) return new Uint8Array(chunk as ArrayBufferLike)
  throw new TypeError(`a chunk of the body is ${tag}, neither bytes nor text`)
}

/** An event stream without a body that can be read. */
export function withoutBody(body: unknown, url: string): ConnectionFailure {
  const what = isObject(body) ? 'cannot be read while it arrives' : `is ${inWords(body)}`
  return unsupported(
    `has a fetch without streaming bodies (response.body ${what}), as React Native has; ` +
      'nothing is wrong with the server: use a fetch that streams',
    { url },
  )
}

/** A body whose chunks cannot be read: they are of a strange kind, or the runtime cannot decode them. */
export function unreadable(cause: unknown, url: string): ConnectionFailure {
  return unsupported(`or its fetch lacks what it takes to read the stream (${inWords(cause)})`, { url, cause })
}
