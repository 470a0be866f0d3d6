import { refusalOf } from '../answer/refusal.js'
import { checkNames } from '../arguments/check-names.js'
import { isObject, wrongArgument } from '../arguments/check-options.js'
import type { ConnectionFailure, FailureKind } from '../failure/connection-failure.js'

/** What a failure says besides its kind. Everything has a default that fits the kind. */
export type FailureDetails = Partial<Omit<ConnectionFailure, 'kind'>>

/** Whether another attempt would only fail again. */
const FATAL: Readonly<Record<FailureKind, boolean>> = {
  network: false,
  http: false,
  'content-type': true,
  redirect: true,
  ended: false,
  idle: false,
  'too-large': true,
  native: false,
  application: true,
  unsupported: true,
  reported: true,
  overflow: true,
}

const NAMES = ['fatal', 'message', 'status', 'retryAfter', 'url', 'mediaType', 'body', 'cause']

/** @throws TypeError for an unknown kind or detail */
export function checkFailure(kind: FailureKind, details: FailureDetails): void {
  if (!Object.hasOwn(FATAL, kind)) {
    throw wrongArgument('fail', 'the kind', `one of ${Object.keys(FATAL).join(', ')}`, kind)
  }
  if (!isObject(details)) throw wrongArgument('fail', 'details', 'an object', details)
  checkNames('fail', details, NAMES)
}

/** Whether a failure of this kind is an answer to a request: an open stream cannot fail like this. */
export function isAnswer(kind: FailureKind): boolean {
  return kind === 'http' || kind === 'content-type' || kind === 'redirect'
}

/** The failure of a connection to this URL, in the words that a source would use. */
export function failureOf(kind: FailureKind, details: FailureDetails, url: string): ConnectionFailure {
  const { status, headers } = refusedAnswer(kind, details)
  const refusal =
    kind === 'http' || kind === 'content-type'
      ? refusalOf({ status, url, headers: { get: (name) => headers[name] ?? null }, body: null })
      : undefined
  const message = `The test server failed the connection to ${url} (${kind}).`
  return { fatal: FATAL[kind], message, url, ...(isAnswer(kind) && { status }), ...refusal, ...details, kind }
}

/** The status and the headers of an answer that a source refuses with a failure of this kind. */
export function refusedAnswer(
  kind: FailureKind,
  { status, retryAfter, mediaType }: FailureDetails,
): { status: number; headers: Record<string, string> } {
  // No source follows a redirect to this URL.
  if (kind === 'redirect') return { status: status ?? 302, headers: { location: 'about:blank' } }
  return {
    status: status ?? (kind === 'http' ? 503 : 200),
    headers: {
      'content-type': mediaType ?? (kind === 'http' ? 'text/plain' : 'text/html'),
      ...(retryAfter !== undefined && { 'retry-after': String(Math.ceil(retryAfter / 1000)) }),
    },
  }
}
