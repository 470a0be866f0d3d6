import type { AttemptContext } from '../transport/attempt-context.js'

/** The URL of a connection. */
export interface Address {
  /** Absolute; undefined until it has been resolved. */
  readonly current: string | undefined
  /** The URL of an attempt. Rejects with what the application's function throws, or if the URL cannot be used. */
  resolve(context: AttemptContext): string | Promise<string>
}
