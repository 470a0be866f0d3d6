import { MAX_SERVER_DELAY } from '../failure/max-server-delay.js'

/**
 * Converts a `Retry-After` header (RFC 9110, section 10.2.3), in seconds or as an HTTP-date, to ms from now.
 *
 * @param now - the current time in ms since the epoch
 * @returns at most one hour; undefined if the header is missing or invalid
 */
export function parseRetryAfter(value: string | null | undefined, now: number): number | undefined {
  if (value === null || value === undefined) return undefined
  const text = value.trim()
  // "delay-seconds = 1*DIGIT"
  const ms = /^\d+$/.test(text) ? Number(text) * 1000 : httpDate(text) - now
  return Number.isNaN(ms) ? undefined : Math.min(Math.max(ms, 0), MAX_SERVER_DELAY)
}

/**
 * "A recipient that parses a timestamp value in an HTTP field MUST accept all three HTTP-date formats." All start with
 * the name of a day, which `Date.parse` does not require. The oldest format has no time zone and means GMT.
 */
function httpDate(text: string): number {
  if (!/^[A-Z][a-z]{2,8},? /.test(text)) return Number.NaN
  return Date.parse(text.endsWith('GMT') ? text : `${text} GMT`)
}
