import { checkOptions, isBoolean, isObject, isString, type OptionRule } from '../arguments/check-options.js'
import type { Connection, ConnectionMaker, ConnectionOptions } from '../connection/connection.js'
import type { Transport } from '../transport/transport.js'
import { canShare } from './group.js'
import { RELAY_VERSION } from './relay.js'
import { shareConnection } from './share-connection.js'
import { standAlone } from './stand-alone.js'

/** The options of {@link sharedTransport}. */
export interface SharedTransportOptions {
  /**
   * Whose stream it is, such as the ID of the user: only tabs with the same name share. Required with `headers`, a
   * `fetch` or a transport of your own, and if the URL is a function: otherwise, two users of one browser could get
   * each other's events.
   *
   * @default all tabs of this origin with the same URL and credentials share
   */
  name?: string | undefined
  /**
   * How the tab that leads connects: what would be the option `transport` of `createEventSource` without sharing.
   *
   * @default 'auto'
   */
  transport?: 'auto' | 'fetch' | 'native' | Transport | undefined
  /**
   * Whether a new tab first gets the latest event of each type (of at most 100 types), if another tab is open. For
   * servers that send the current state when a connection opens.
   *
   * @default false
   */
  replayLatest?: boolean | undefined
}

const CALLER = 'sharedTransport'

const RULES: readonly OptionRule[] = [
  { name: 'name', expected: 'a non-empty string', holds: (value) => isString(value) && value !== '' },
  {
    name: 'transport',
    expected: "'auto', 'fetch', 'native' or a Transport",
    holds: (value) => ['auto', 'fetch', 'native'].includes(value as string) || (isObject(value) && 'open' in value),
  },
  { name: 'replayLatest', expected: 'a boolean', holds: isBoolean },
]

/**
 * One connection for all tabs and workers of an origin: one of them connects and relays the events to the others. If
 * that is not possible (over plain http, in Node, without reconnection), each tab has its own connection.
 * `status.role` says which.
 *
 * @throws TypeError for an option of the wrong kind, or for a transport of your own without a name. `createEventSource`
 * throws it for `headers` or a `fetch` of your own without a name.
 *
 * @example
 * ```ts
 * createEventSource<Prices>('/prices', { transport: sharedTransport() })
 * ```
 *
 * @example
 * ```ts
 * const headers = async () => ({ authorization: await token() })
 * createEventSource<Prices>('/prices', { headers, transport: sharedTransport({ name: user.id }) })
 * ```
 */
export function sharedTransport(options: SharedTransportOptions = {}): Transport {
  const { name, transport: inner = 'auto', replayLatest = false } = checkOptions(CALLER, options, RULES)
  if (isObject(inner)) checkName('a transport of your own may send')

  function checkName(what: string): void {
    if (name !== undefined) return
    throw new TypeError(
      `${CALLER}: ${what} what tells users apart, so a name must tell their tabs apart: ` +
        'pass name, such as the ID of the user.',
    )
  }

  function makeConnection(asked: ConnectionOptions): Connection {
    const identifying = ['headers', 'fetch'].find((option) => option in asked)
    if (identifying !== undefined) checkName(`the option ${identifying} may send`)
    const { transport, reconnection, withCredentials } = asked
    // What is not requested again cannot be handed over.
    if (reconnection === false || transport.repeatable === false || !canShare()) return standAlone(asked)
    const key = ['everstream', RELAY_VERSION, name, withCredentials, transport.everyType]
    const nameGroup = (url: string | undefined): string | undefined =>
      (url ?? name) === undefined ? undefined : JSON.stringify([...key, url])
    return shareConnection(asked, { nameGroup, replayLatest })
  }

  const transport: Transport & ConnectionMaker = {
    name: 'shared',
    everyType: true,
    sharing: { transport: inner, makeConnection },
    open(_, sink) {
      sink.onEnd({ kind: 'application', fatal: true, message: MISUSED })
      return { close() {} }
    },
  }
  return transport
}

const MISUSED = `${CALLER}: it is for the option transport of createEventSource, and nothing else can open it.`
