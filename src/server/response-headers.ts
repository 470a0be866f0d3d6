import type { Refused } from './channel-types.js'

/** `no-transform` and `X-Accel-Buffering` keep proxies from holding events back. */
const STREAM_HEADERS = {
  'content-type': 'text/event-stream',
  'cache-control': 'no-cache, no-transform',
  'x-accel-buffering': 'no',
} as const

/** In seconds: another server takes the client, or there is a place by then. */
const RETRY_AFTER = '2'

/** The headers of a stream; those of the application win, in whatever case they are. */
export function streamHeaders(own: Readonly<Record<string, string>> = {}): Record<string, string> {
  const lowered = Object.entries(own).map(([name, value]) => [name.toLowerCase(), value] as const)
  return { ...STREAM_HEADERS, ...Object.fromEntries(lowered) }
}

export function refuse(status: Refused['status'], body: string): Refused {
  const headers: Record<string, string> = { 'cache-control': 'no-store' }
  if (body !== '') headers['content-type'] = 'text/plain; charset=utf-8'
  if (status === 503 || status === 429) headers['retry-after'] = RETRY_AFTER
  return { status, headers, body }
}
