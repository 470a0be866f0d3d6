const MAX_RETRY_AFTER = 3_600_000

/**
 * A `Retry-After` header (RFC 9110, section 10.2.3) as ms from now: seconds or an HTTP-date, at most one hour; undefined
 * when there is none or it is neither.
 *
 * @param now - the wall clock in ms, which a date is measured against.
 */
export function parseRetryAfter(value: string | null, now: number): number | undefined {
  if (value === null) return undefined
  const text = value.trim()
  // "delay-seconds = 1*DIGIT"
  const ms = /^\d+$/.test(text) ? Number(text) * 1000 : httpDate(text) - now
  return Number.isNaN(ms) ? undefined : Math.min(Math.max(ms, 0), MAX_RETRY_AFTER)
}

/** `Date.parse` takes much that is no HTTP-date ("-1", "2.5"): all three forms of the RFC begin with the name of a day. */
function httpDate(text: string): number {
  return /^[A-Z][a-z]{2,8},? /.test(text) ? Date.parse(text) : Number.NaN
}
