/**
 * `everstream/sharing`: one connection for all tabs.
 *
 * Not exported: the members of a group and the format of the relay, which are internals.
 */
export { sharedTransport, type SharedTransportOptions } from '../sharing/shared-transport.js'
export type { Transport } from '../transport/transport.js'
