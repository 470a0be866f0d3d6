import type { StandardIssue } from '../standards/standard-schema.js'

/** The event as it came, before its data was parsed. The names are those of the wire. */
export interface RawEvent {
  readonly event: string
  readonly data: string
  readonly id: string
}

/**
 * An event whose data is not what was agreed. The event is not delivered, and the stream goes on.
 *
 * | code | meaning |
 * | --- | --- |
 * | `invalid-json` | the data is not JSON; is the type one of plain text? (`parse`) |
 * | `parse-failed` | the application's `parse` function threw |
 * | `schema-mismatch` | the schema refused it: see `issues` |
 * | `schema-failed` | the schema itself threw |
 */
export class PayloadError extends Error {
  override readonly name = 'PayloadError'
  readonly code: PayloadErrorCode
  readonly event: RawEvent
  /** What the schema found, for `schema-mismatch`; else empty. */
  readonly issues: readonly StandardIssue[]

  constructor(
    code: PayloadErrorCode,
    event: RawEvent,
    details: { cause?: unknown; issues?: readonly StandardIssue[] },
  ) {
    const issues = details.issues ?? []
    super(describe(code, event, issues), 'cause' in details ? { cause: details.cause } : undefined)
    this.code = code
    this.event = event
    this.issues = issues
  }
}

export type PayloadErrorCode = 'invalid-json' | 'parse-failed' | 'schema-mismatch' | 'schema-failed'

function describe(code: PayloadErrorCode, { event, id, data }: RawEvent, issues: readonly StandardIssue[]): string {
  const which = `The event "${event}"${id === '' ? '' : ` (id ${id})`}`
  switch (code) {
    case 'invalid-json':
      return (
        `${which} carries data that is not JSON: ${excerpt(data)}. ` +
        `If plain text is meant, say so: parse: { ${JSON.stringify(event)}: 'text' }.`
      )
    case 'parse-failed':
      return `${which} could not be read by the application's parse function: ${excerpt(data)}`
    case 'schema-mismatch':
      return `${which} does not fit its schema: ${issues.map(describeIssue).join('; ')}`
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
