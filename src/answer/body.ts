import { advice } from '../messages/advice.js'
import { isObject } from '../arguments/check-options.js'
import type { ConnectionFailure } from '../failure/connection-failure.js'
import { inWords } from '../failure/in-words.js'
import { unsupported } from '../failure/unsupported.js'

/** Reads a body of any kind, chunk by chunk. */
export interface BodyReader {
  read(): Promise<{ readonly done?: boolean | undefined; readonly value?: unknown }>
  /** Releases the connection. Never throws and never waits, because the body of a custom fetch may never respond. */
  cancel(): void
}

/** What a body may have: a `ReadableStream`, an async iterable, a Node stream, or a mock of any of them. */
interface AnyBody {
  getReader?(): { read(): ReturnType<BodyReader['read']>; cancel?(): unknown }
  [Symbol.asyncIterator]?(): { next(): ReturnType<BodyReader['read']>; return?(): unknown }
  on?(type: string, listener: () => void): unknown
  destroy?(): unknown
}

/**
 * Starts to read a body: a `ReadableStream`, or an async iterable, such as the Node stream of `node-fetch`.
 *
 * @returns undefined if there is no body, or if it cannot be streamed
 * @throws TypeError if the body is locked
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
  // A Node stream emits an error when it is aborted, which ends the process if there is no listener.
  any.on?.('error', () => {})
  return {
    read: () => iterator.next(),
    // `return()` of a pending iterator waits for its next chunk, so the stream itself is destroyed if possible.
    cancel: () => void quietly(() => (any.destroy ? any.destroy() : iterator.return?.())),
  }
}

/** Releases a body that nobody reads, or it would keep its socket. */
export function discardBody(body: unknown): void {
  void quietly(() => openBody(body)?.cancel())
}

async function quietly(run: () => unknown): Promise<void> {
  try {
    await run()
  } catch {
    // Errors of a released body do not matter.
  }
}

/**
 * Converts a chunk for the parser. Bodies from other realms or custom fetches may contain buffers or text.
 *
 * @throws TypeError if it is neither bytes nor text
 */
export function toChunk(chunk: unknown): Uint8Array | string {
  if (typeof chunk === 'string') return chunk
  if (ArrayBuffer.isView(chunk)) return new Uint8Array(chunk.buffer, chunk.byteOffset, chunk.byteLength)
  const tag = Object.prototype.toString.call(chunk)
  if (/^\[object (?:Shared)?ArrayBuffer\]$/.test(tag)) return new Uint8Array(chunk as ArrayBufferLike)
  throw new TypeError(`a chunk of the body is ${tag}${advice(', which is neither bytes nor text')}`)
}

/** The failure of a response whose body is missing or cannot be streamed. */
export function withoutBody(body: unknown, url: string): ConnectionFailure {
  const reason = isObject(body) ? 'cannot be streamed' : `is ${inWords(body)}`
  return unsupported(
    `has a fetch without streaming bodies${advice(', like React Native')} (response.body ${reason})` +
      advice('; the server is not at fault: use a fetch that streams'),
    { url },
  )
}

/** The failure of a body whose chunks have an unknown type, or cannot be decoded by this runtime. */
export function unreadable(cause: unknown, url: string): ConnectionFailure {
  return unsupported(`or its fetch cannot provide the stream in a readable form (${inWords(cause)})`, { url, cause })
}
