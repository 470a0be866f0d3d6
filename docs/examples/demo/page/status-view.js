import { clock, find, write } from './dom.js'

/** @import { ConnectionFailure, ConnectionStatus } from 'everstream' */

/**
 * The status of the connection, and the reason.
 *
 * @param {HTMLElement} root
 */
export function createStatusView(root) {
  let status = /** @type {ConnectionStatus} */ ({ state: 'idle' })
  /** The failure from which the connection recovers: only a waiting status has it. */
  let failure = /** @type {ConnectionFailure | undefined} */ (undefined)

  /**
   * @param {string} name
   * @param {string} text
   */
  function set(name, text) {
    write(find(`[data-field=${name}]`, root), text)
  }

  function showCountdown() {
    const bar = find('[data-field=bar]', root)
    if (status.state !== 'waiting') {
      set('countdown', countdownOf(status))
      bar.style.transform = 'scaleX(0)'
      return
    }
    const rest = Math.max(status.retryAt - Date.now(), 0)
    set('countdown', `Attempt ${status.attempt} in ${(rest / 1000).toFixed(1)} s`)
    bar.style.transform = `scaleX(${status.delay > 0 ? rest / status.delay : 0})`
  }
  setInterval(showCountdown, 100)

  return {
    /** @param {ConnectionStatus} next */
    show(next) {
      status = next
      if ('failure' in status) failure = status.failure
      root.dataset['state'] = status.state
      root.dataset['kind'] = failure?.kind ?? ''
      set('state', describe(status))
      set(
        'failure-title',
        failure === undefined ? 'No failure so far' : status.state === 'open' ? 'Recovered from' : 'Reason',
      )
      set('kind', failure?.kind ?? '')
      set('failure', failure?.message ?? 'Press one of the buttons above.')
      if (status.state === 'open') set('transport', status.transport)
      showCountdown()
    },
    /** @param {string} id */
    showLastEventId: (id) => set('last-event-id', id),
    reset() {
      failure = undefined
      set('transport', '')
      set('last-event-id', '')
    },
  }
}

/** @param {ConnectionStatus} status */
function describe(status) {
  switch (status.state) {
    case 'connecting':
      return status.attempt === 0 ? 'Connecting' : 'Reconnecting'
    case 'open':
      return status.resumed ? 'Open, resumed' : 'Open'
    case 'waiting':
      return 'Waiting to reconnect'
    case 'paused':
      return `Paused: ${status.reason}`
    case 'closed':
      return `Closed: ${status.reason}`
    case 'idle':
      return 'Idle'
  }
}

/** @param {ConnectionStatus} status */
function countdownOf(status) {
  if (status.state === 'open') return `Since ${clock(status.since)}`
  return status.state === 'connecting' && status.attempt > 0 ? `Attempt ${status.attempt} is under way` : ''
}
