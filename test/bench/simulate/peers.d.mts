import type { ReconnectionPolicy } from '../../../src/reconnection/policy.js'

export interface Peer {
  name: string
  who: string
  source: string
  rule: string
  policy: ReconnectionPolicy
}

export const peers: readonly Peer[]
