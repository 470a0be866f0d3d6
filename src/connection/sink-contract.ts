import { advice } from '../messages/advice.js'
import type { TransportMessage, TransportSink } from '../transport/transport.js'

const FAILURE = { kind: 'string', fatal: 'boolean', message: 'string' }

/** The arguments of calls that are not made for every event. */
const EXPECTED: Readonly<Record<string, readonly [string, (value: unknown) => boolean]>> = {
  onOpen: [
    advice('a valid { transport, resumed }'),
    (value) => has(value, { transport: 'string', resumed: 'boolean' }),
  ],
  onLastEventId: [advice('a string'), (value) => typeof value === 'string'],
  onReconnectionTime: [advice('a number of ms'), (value) => Number(value) >= 0],
  onInterrupted: [advice('{ kind, fatal, message }'), (value) => has(value, FAILURE)],
  onEnd: [advice("'no-content' or { kind, fatal, message }"), (value) => value === 'no-content' || has(value, FAILURE)],
}

/** What is wrong with a call of the sink, as the end of a sentence; undefined if it is right. */
export function breachOf(method: keyof TransportSink, isOpen: boolean, value?: unknown): string | undefined {
  if (isOpen && method === 'onOpen') return 'called onOpen twice'
  if (!isOpen && !/^on(?:Open|Interrupted|End)$/.test(method)) return `called ${method} before onOpen`
  const [expected, holds] = EXPECTED[method] ?? []
  return holds === undefined || holds(value) ? undefined : `called ${method}${advice(` without ${expected}`)}`
}

/** Written by hand, because it runs for every event. */
export function isMessage(message: TransportMessage, origin: string | undefined): boolean {
  return (
    typeof message?.data === 'string' &&
    typeof message.event === 'string' &&
    (message.id === undefined || typeof message.id === 'string') &&
    (origin === undefined || typeof origin === 'string')
  )
}

export function has(value: unknown, types: Readonly<Record<string, string>>): boolean {
  return (
    typeof value === 'object' &&
    value !== null &&
    Object.entries(types).every(([name, type]) => typeof (value as Record<string, unknown>)[name] === type)
  )
}
