import type { StandardIssue } from '../standards/standard-schema.js'

/**
 * Why an event was not published.
 *
 * | code | meaning |
 * | --- | --- |
 * | `schema-mismatch` | the payload does not match the schema of its type; see `issues` |
 * | `schema-failed` | the schema threw; see `cause` |
 * | `not-json` | JSON cannot carry the payload: `undefined`, a function, a BigInt, a cycle |
 * | `closed` | the channel is closed |
 */
export type PublishErrorCode = 'schema-mismatch' | 'schema-failed' | 'not-json' | 'closed'

/** An event was not published. Nobody has received it, and it has no ID. */
export class PublishError extends Error {
  override readonly name = 'PublishError'
  readonly code: PublishErrorCode
  /** The event type. */
  readonly type: string
  /** What the schema found; empty for other codes. */
  readonly issues: readonly StandardIssue[]

  constructor(
    code: PublishErrorCode,
    type: string,
    details: { issues?: readonly StandardIssue[]; cause?: unknown } = {},
  ) {
    const { issues = [], cause } = details
    const message = [WORDS[code](type), ...issues.map((issue) => `- ${issue.message}`)].join('\n')
    super(message, 'cause' in details ? { cause } : undefined)
    this.code = code
    this.type = type
    this.issues = issues
  }
}

const WORDS: Readonly<Record<PublishErrorCode, (type: string) => string>> = {
  'schema-mismatch': (type) => `The data of the event "${type}" does not match its schema:`,
  'schema-failed': (type) => `The schema of the event "${type}" threw an error.`,
  'not-json': (type) => `The data of the event "${type}" cannot be written as JSON.`,
  closed: (type) => `The event "${type}" was published after the channel was closed.`,
}
