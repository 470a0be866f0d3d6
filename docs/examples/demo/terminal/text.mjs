/**
 * @import { ConnectionStatus } from 'everstream'
 * @import { Fault } from '../events.js'
 */

/** @type {readonly { key: string, fault: Fault, title: string }[]} */
export const FAULTS = [
  { key: '1', fault: 'cut', title: 'cut the connection' },
  { key: '2', fault: 'unavailable', title: 'answer 503 with Retry-After' },
  { key: '3', fault: 'stall', title: 'stall silently' },
  { key: '4', fault: 'restart', title: 'restart' },
  { key: '5', fault: 'broken', title: 'send broken JSON' },
]

/** @param {ConnectionStatus} status */
export function describeStatus(status) {
  switch (status.state) {
    case 'connecting':
      return status.attempt === 0 ? 'connecting' : `connecting, attempt ${status.attempt}`
    case 'open':
      return `open over ${status.transport}${status.resumed ? ', resumed' : ''}`
    case 'waiting': {
      const seconds = Math.max(status.retryAt - Date.now(), 0) / 1000
      const { kind, message } = status.failure
      return `waiting, attempt ${status.attempt} in ${seconds.toFixed(1)} s: ${kind}: ${message}`
    }
    case 'paused':
      return `paused: ${status.reason}`
    case 'closed':
      return `closed: ${status.failure?.message ?? status.reason}`
    case 'idle':
      return 'idle'
  }
}

/** @param {{ sent: number, received: number, lost: number, duplicated: number }} counts */
export function describeCounts({ sent, received, lost, duplicated }) {
  return `sent ${sent}  received ${received}  lost ${lost}  duplicated ${duplicated}`
}

const BARS = '▁▂▃▄▅▆▇█'

/** @param {readonly number[]} values */
export function sparkline(values) {
  const low = Math.min(...values)
  const span = Math.max(...values) - low || 1
  return values.map((value) => BARS[Math.round(((value - low) / span) * (BARS.length - 1))]).join('')
}
