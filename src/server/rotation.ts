import { planDrain } from './drain.js'

/** How often to look at what is to be done, in ms. */
const TICK = 20

/**
 * Asks clients to leave and ends their streams, spread over a time.
 *
 * @param within - in ms
 * @returns resolves when none of them is left
 */
export function drain<Member>(
  members: readonly Member[],
  within: number,
  act: {
    readonly ask: (member: Member, notice: number) => void
    readonly end: (member: Member) => void
    readonly isGone: (member: Member) => boolean
  },
): Promise<void> {
  const plan = planDrain(members.length, within)
  let asked = 0
  let ended = 0
  return poll((elapsed) => {
    while (asked < plan.askedBy(elapsed)) act.ask(members[asked++]!, plan.notice)
    while (ended < plan.endedBy(elapsed)) act.end(members[ended++]!)
    return members.every(act.isGone)
  })
}

/** Calls a function now and every few ms, until it returns true. */
export function poll(isDone: (elapsed: number) => boolean): Promise<void> {
  const start = performance.now()
  return new Promise((resolve) => {
    function look(): void {
      if (isDone(performance.now() - start)) resolve()
      else setTimeout(look, TICK)
    }
    look()
  })
}
