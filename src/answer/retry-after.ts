const MAX_RETRY_AFTER = 3_600_000

/**
 * A `Retry-After` header (RFC 9110, section 10.2.3) as ms from now: seconds or an HTTP-date, at most one hour; undefined
 * when there is none or it is neither.
 *
 * @param now - the wall clock in ms, which a date is measured against.
 */
export function parseRetryAfter(value: string | null | undefined, now: number): number | undefined {
  if (value === null || value === undefined) return undefined
  const text = value.trim()
  // "delay-seconds = 1*DIGIT"
  const ms = /^\d+$/.test(text) ? Number(text) * 1000 : httpDate(text) - now
  return Number.isNaN(ms) ? undefined : Math.min(Math.max(ms, 0), MAX_RETRY_AFTER)
}

/**
 * "A recipient that parses a timestamp value in an HTTP field MUST accept all three HTTP-date formats." All begin with the
 * name of a day, which keeps out what else `Date.parse` takes ("-1", "2.5"); the oldest has no zone, and means GMT.
 */
function httpDate(text: string): number {
  if (!/^[A-Z][a-z]{2,8},? /.test(text)) return Number.NaN
  return Date.parse(text.endsWith('GMT') ? text : `${text} GMT`)
}
