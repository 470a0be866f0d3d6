import { advice } from '../messages/advice.js'
import type { EventStreamMessage } from '../event-stream/message.js'
import type { StandardIssue } from '../standards/standard-schema.js'

/**
 * An event whose data cannot be parsed, or does not match its schema. It is not delivered, and the stream goes on.
 *
 * | code | meaning |
 * | --- | --- |
 * | `invalid-json` | the data is not JSON; for plain text, set `parse` to `'text'` |
 * | `parse-failed` | the application's `parse` function threw |
 * | `schema-mismatch` | the payload does not match the schema; see `issues` |
 * | `schema-failed` | the schema itself threw |
 */
export class PayloadError extends Error {
  override readonly name = 'PayloadError'
  /** What went wrong, as in the table above. */
  readonly code: PayloadErrorCode
  /** The event, with its data as text. */
  readonly event: EventStreamMessage
  /** What the schema found, for `schema-mismatch`; otherwise empty. */
  readonly issues: readonly StandardIssue[]

  constructor(
    code: PayloadErrorCode,
    event: EventStreamMessage,
    details: { cause?: unknown; issues?: readonly StandardIssue[] },
  ) {
    const issues = details.issues ?? []
    super(describe(code, event, issues), 'cause' in details ? { cause: details.cause } : undefined)
    this.code = code
    this.event = event
    this.issues = issues
  }
}

/** The reasons for a {@link PayloadError}. */
export type PayloadErrorCode = 'invalid-json' | 'parse-failed' | 'schema-mismatch' | 'schema-failed'

function describe(
  code: PayloadErrorCode,
  { event, id, data }: EventStreamMessage,
  issues: readonly StandardIssue[],
): string {
  const which = `The event "${event}"${id ? ` (id ${id})` : ''}`
  switch (code) {
    case 'invalid-json':
      return (
        `${which} has data that is not JSON: ${excerpt(data)}` +
        advice(`. If it is meant to be plain text, set parse: { ${JSON.stringify(event)}: 'text' }.`, 'reference')
      )
    case 'parse-failed':
      return `${which} could not be parsed: ${advice("the application's parse function threw: ")}${excerpt(data)}`
    case 'schema-mismatch':
      return `${which} does not match its schema: ${issues.map(describeIssue).join('; ')}`
    case 'schema-failed':
      return `${which} could not be checked: its schema threw.`
  }
}

function describeIssue({ message, path = [] }: StandardIssue): string {
  const keys = path.map((part) => String(typeof part === 'object' ? part.key : part))
  return keys.length > 0 ? `${keys.join('.')}: ${message}` : message
}

function excerpt(data: string): string {
  return JSON.stringify(data.length > 80 ? `${data.slice(0, 80)}…` : data)
}
