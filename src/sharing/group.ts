import type { MemberInput } from './member.js'
import type { RelayMessage } from './relay.js'

/** What a group reports to its member, besides that it is unavailable: the browser does not let this page take part. */
export type GroupInput =
  | Extract<MemberInput, { type: 'granted' | 'refused' | 'fenced' | 'stolen' | 'heard' }>
  | { readonly type: 'unavailable' }

/** The locks and the channel of a group, which are released together. */
export interface Group {
  enter(): void
  exit(): void
  queue(): void
  fence(): void
  unfence(): void
  steal(): void
  release(): void
  post(message: RelayMessage): void
}

/** Whether this page or worker may share. Over plain http there are no locks, and none for an opaque origin either. */
export function canShare(): boolean {
  const { origin, navigator, BroadcastChannel } = globalThis
  return ![undefined, 'null'].includes(origin) && navigator?.locks !== undefined && BroadcastChannel !== undefined
}

/** Runs a task. A timer would be throttled in a hidden page, and a microtask would run in a frozen one. */
export function runTask(run: () => void): void {
  const { port1, port2 } = new MessageChannel()
  port1.addEventListener('message', () => {
    port1.close()
    run()
  })
  port1.start()
  port2.postMessage(undefined)
}

export function createGroup(name: string, report: (input: GroupInput) => void): Group {
  let channel: BroadcastChannel | undefined
  /** The request that is pending, or whose lock is held. */
  let request: { readonly controller: AbortController; giveBack?: () => void } | undefined

  function ask(options: LockOptions): void {
    const controller = new AbortController()
    const mine: typeof request = { controller }
    request = mine
    // A signal may not be combined with the others, whose requests never wait.
    const asked = options.ifAvailable || options.steal ? options : { signal: controller.signal }
    navigator.locks
      .request(name, asked, (lock) => {
        if (request !== mine) return undefined
        if (lock === null) {
          request = undefined
          return report({ type: 'refused' })
        }
        return new Promise<void>((resolve) => {
          mine.giveBack = resolve
          report({ type: 'granted' })
        })
      })
      .catch(() => {
        if (request !== mine) return
        request = undefined
        report({ type: mine.giveBack ? 'stolen' : 'unavailable' })
      })
  }

  let endFence: (() => void) | undefined
  function unfence(): void {
    endFence?.()
  }

  function release(): void {
    const left = request
    request = undefined
    left?.controller.abort()
    left?.giveBack?.()
  }

  return {
    enter() {
      channel = new BroadcastChannel(name)
      channel.addEventListener('message', ({ data }: MessageEvent<RelayMessage>) =>
        report({ type: 'heard', message: data }),
      )
      ask({ ifAvailable: true })
    },
    exit() {
      channel?.close()
      channel = undefined
      release()
      unfence()
    },
    queue() {
      // A frozen page must not get in the queue: it would be granted the lock and not know.
      runTask(() => {
        if (channel !== undefined && request === undefined) ask({})
      })
    },
    fence() {
      navigator.locks
        .request(`${name}/steal`, { ifAvailable: true }, (lock) => {
          if (lock === null || channel === undefined) return undefined
          return new Promise<void>((resolve) => {
            endFence = resolve
            report({ type: 'fenced' })
          })
        })
        // Not granted, as if another member had it: the watch tries again.
        .catch(() => {})
    },
    unfence,
    steal() {
      release()
      ask({ steal: true })
    },
    release,
    post(message) {
      // oxlint-disable-next-line unicorn/require-post-message-target-origin -- a channel has no target
      channel?.postMessage(message)
    },
  }
}
