import type { ReconnectionPolicy } from '../../../src/reconnection/policy.js'

export interface FleetOptions {
  policy: ReconnectionPolicy
  outage: number
  clients: number
  seed: number
  reconnectionTime?: number
  capacity?: number
  retryAfter?: number
}

export interface FleetResult {
  attempts: Uint32Array
  returns: Uint32Array
  total: number
  gaveUp: number
  peak: number
  peakReturns: number
  back50: number | undefined
  back99: number | undefined
}

export const BIN: number
export function simulate(options: FleetOptions): FleetResult
export function betterThan<Subject extends { result: FleetResult }>(
  ours: FleetResult,
  others: readonly Subject[],
): Subject[]
export function perSecond(counts: Uint32Array): Uint32Array
