import type { ReconnectionPolicy } from '../../../src/reconnection/policy.js'

export interface EndingsOptions {
  policy: ReconnectionPolicy
  cleanEndCounts: boolean
  clients: number
  seed: number
  life?: number
  cut?: 'ended' | 'lost'
  outage?: number
  capacity?: number
  limit?: number
  horizon?: number
  comeWithin?: number
  incident?: number
  reconnectionTime?: number
}

export interface EndingsResult {
  steady: number
  away: number
  after: number
  back99: number | undefined
  falls: number
  gaveUp: number
}

export function simulateEndings(options: EndingsOptions): EndingsResult
export function isPeakKept(now: EndingsResult, others: readonly EndingsResult[]): boolean
